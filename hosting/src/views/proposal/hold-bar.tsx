import type { Proposal } from "@studio-os/functions/contracts";
import { useEffect } from "react";
import { announce } from "../../ui/announce.js";
import { holdLeftSeconds } from "./decide-actions.js";

/** The element that says why execution has to wait. */
export const HOLD_BAR_ID = "hold-bar";

/** Radius and length of the ring, in the units of its own drawing. */
const RADIUS = 15;
const LENGTH = 2 * Math.PI * RADIUS;

/** The moments in which an approval can be taken back and nothing has happened, counting down by the second (M03.7). */
export function HoldBar({ proposal, nowMs }: { proposal: Proposal; nowMs: number }) {
  const seconds = holdLeftSeconds({ proposal, nowMs });
  const isHeld = seconds > 0;
  useEffect(() => {
    if (isHeld) announce("Nothing has happened yet. Undo with Z while it is held.");
  }, [isHeld]);
  if (!isHeld) return null;
  const share = Math.min(1, (seconds * 1_000) / Math.max(1_000, proposal.rule.holdMs));
  return (
    <div className="hold-bar" id={HOLD_BAR_ID}>
      <svg className="hold-ring" viewBox="0 0 36 36" aria-hidden="true">
        <circle className="hold-track" cx="18" cy="18" r={RADIUS} />
        <circle
          className="hold-left"
          cx="18"
          cy="18"
          r={RADIUS}
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - share)}
        />
        <text x="18" y="22" textAnchor="middle">
          {seconds}
        </text>
      </svg>
      <p>
        <strong>Approved, and held for {seconds} s.</strong> Nothing has happened yet: Undo takes the approval back, and
        the change can be executed after that.
      </p>
    </div>
  );
}
