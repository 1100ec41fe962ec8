import { Button } from "../../ui/button.js";

/** Says that a form holds what was typed before, and offers an empty one. */
export function KeptNote({ isKept, onStartOver }: { isKept: boolean; onStartOver: () => void }) {
  if (!isKept) return null;
  return (
    <p className="off-note">
      What you typed here before was kept.{" "}
      <Button tone="quiet" onPress={onStartOver}>
        Start over
      </Button>
    </p>
  );
}
