import { CONTROL_MODES, SOLO_RELEASE_DELAY_MS } from "@studio-os/functions/contracts";
import type { ControlMode, ControlState, GlobalControlState } from "@studio-os/functions/contracts";
import type { Live } from "../../data/live.js";
import type { ControlPair, One } from "../../data/studio-data.js";

/** The mode that counts, and who made it so. `by` null: nobody said; the document is missing or unreadable. */
export interface ShownMode {
  readonly mode: ControlMode;
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string;
  /** The stop stands above every studio: nobody in this studio can lift it. */
  readonly isGlobal: boolean;
  readonly scopeCount: number;
  readonly releaseRequest: ControlState["releaseRequest"];
}

/**
 * Answers: which mode holds here? The stricter of the studio's and the global document; missing or unreadable counts as
 * stopped (M04.2). Null while nothing is known yet.
 */
export function effectiveMode(live: Live<ControlPair>): ShownMode | null {
  if (live.state === "loading") return null;
  if (live.state === "failed") return unreadable(`It could not be read: ${live.message} (${live.code})`, false);
  const studio = shownMode(live.value.studio, false);
  const global = shownMode(live.value.global, true);
  return strictness(global.mode) > strictness(studio.mode) ? global : studio;
}

const strictness = (mode: ControlMode): number => CONTROL_MODES.indexOf(mode);

function shownMode(one: One<ControlState | GlobalControlState>, isGlobal: boolean): ShownMode {
  if (one.kind === "missing")
    return unreadable("The control document is missing, and that counts as stopped.", isGlobal);
  if (one.kind === "unreadable")
    return unreadable(`The control document cannot be read (${one.problem}), and that counts as stopped.`, isGlobal);
  const { mode, by, at, reason, scopes, releaseRequest } = one.value;
  return { mode, by: by.name, at, reason, isGlobal, scopeCount: scopes.length, releaseRequest };
}

function unreadable(reason: string, isGlobal: boolean): ShownMode {
  return { mode: "stopped", by: null, at: null, reason, isGlobal, scopeCount: 0, releaseRequest: null };
}

/** What this person's next step of a release is. */
export type ReleaseStep =
  | { readonly kind: "ask" }
  | { readonly kind: "confirm"; readonly askedBy: string; readonly askedAt: string; readonly reason: string }
  /** The same person, waiting for a second one; the phrase counts from `phraseAtMs` on. */
  | { readonly kind: "wait"; readonly phraseAtMs: number }
  | { readonly kind: "phrase" };

/** Answers: what does a release need from me now? Two people, or one with phrase and five minutes (M04.4). */
export function releaseStep(request: ControlState["releaseRequest"], uid: string, nowMs: number): ReleaseStep {
  if (request === null) return { kind: "ask" };
  if (request.by.id !== uid) {
    return { kind: "confirm", askedBy: request.by.name, askedAt: request.at, reason: request.reason };
  }
  const phraseAtMs = Date.parse(request.at) + SOLO_RELEASE_DELAY_MS;
  return nowMs >= phraseAtMs ? { kind: "phrase" } : { kind: "wait", phraseAtMs };
}
