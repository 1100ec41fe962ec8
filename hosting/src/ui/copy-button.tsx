import { useEffect, useState } from "react";
import { announce } from "./announce.js";
import { Button } from "./button.js";

/** How long the button says that it was done, in milliseconds. */
const SHOWN_MS = 4_000;

/** Puts a text on the clipboard. Where the browser refuses, it says so: the text stands beside it to be marked. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    const isCopied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setOutcome(isCopied ? "copied" : "refused");
    announce(isCopied ? `Copied: ${what}.` : `The browser does not let ${what} be copied.`);
  };
  return (
    <Button label={`Copy ${what}`} onPress={() => void copy()}>
      {outcome === "copied" ? "Copied" : outcome === "refused" ? "Mark it instead" : "Copy"}
    </Button>
  );
}
