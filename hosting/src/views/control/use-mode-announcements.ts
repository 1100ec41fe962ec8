import { useEffect } from "react";
import { announce, announceNow } from "../../ui/announce.js";
import type { Connection } from "../../data/studio-data.js";
import type { ShownMode } from "./effective-mode.js";

/** Speaks a stop and a lost connection at once, their end politely: nothing else may interrupt (UX 2.8). */
export function useModeAnnouncements(mode: ShownMode | null, connection: Connection["kind"]): void {
  const name = mode?.mode ?? null;
  const by = mode?.by ?? null;
  useEffect(() => {
    if (name === "stopped" || name === "read_only") {
      announceNow(`The studio is ${MODE_WORDS[name]}${by === null ? "" : ` by ${by}`}. No changes are made.`);
      return () => announce("The stop has changed.");
    }
    return undefined;
  }, [name, by]);
  useEffect(() => {
    if (connection !== "offline" && connection !== "reconnecting") return undefined;
    announceNow("The connection is lost. What you see may be old, and decisions wait.");
    return () => announce("The connection is back.");
  }, [connection]);
}

export const MODE_WORDS = { normal: "Normal", read_only: "Read-only", stopped: "Stopped" } as const;
