import { CONTROL_REASON_MIN, DocId } from "@studio-os/functions/contracts";
import type { ControlScope, RouteBodyInput, ScopeKind } from "@studio-os/functions/contracts";
import { fromLocalInput } from "../../../ui/local-time.js";

export const SCOPE_WORDS: Readonly<Record<ScopeKind, string>> = {
  capability: "Capability",
  connector: "Connector",
  actor: "Person or agent",
  routine: "Routine",
};

/** What the form of a narrower stop holds, as it is typed. */
export interface ScopeInput {
  readonly kind: ScopeKind;
  readonly id: string;
  readonly mode: "stopped" | "read_only";
  /** On the reader's clock; empty: until somebody releases it. */
  readonly until: string;
  readonly reason: string;
}
export type ScopeProblems = Readonly<Partial<Record<keyof ScopeInput, string>>>;

export const EMPTY_SCOPE: ScopeInput = { kind: "capability", id: "", mode: "stopped", until: "", reason: "" };

/** Answers: can this be sent, and what is missing? */
export function readScopeInput(
  input: ScopeInput,
  nowMs: number,
):
  | { readonly kind: "ready"; readonly body: RouteBodyInput<"engageScope"> }
  | { readonly kind: "missing"; readonly problems: ScopeProblems } {
  const id = input.id.trim();
  const until = input.until === "" ? null : fromLocalInput(input.until);
  const isUntilOdd = input.until !== "" && (until === null || Date.parse(until) <= nowMs);
  const problems: ScopeProblems = {
    ...(DocId.safeParse(id).success
      ? {}
      : { id: `Which ${SCOPE_WORDS[input.kind].toLowerCase()}? Choose or type its id.` }),
    ...(isUntilOdd ? { until: "A moment that lies ahead, or nothing." } : {}),
    ...(input.reason.trim().length < CONTROL_REASON_MIN
      ? { reason: `At least ${CONTROL_REASON_MIN} characters.` }
      : {}),
  };
  if (Object.keys(problems).length > 0) return { kind: "missing", problems };
  return { kind: "ready", body: { kind: input.kind, id, mode: input.mode, reason: input.reason.trim(), until } };
}

/** Stops that still count: an end that has come lifts them by itself; the instant itself is the end. */
export const runningScopes = (scopes: readonly ControlScope[], nowMs: number): readonly ControlScope[] =>
  scopes.filter(({ mode, until }) => mode !== "normal" && (until === null || nowMs < Date.parse(until)));
