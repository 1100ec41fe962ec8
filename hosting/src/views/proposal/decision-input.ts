import { APPROVE_REASONS, RATIONALE_MAX, RATIONALE_MIN } from "@studio-os/functions/contracts";
import type { ApproveReason, RejectReason, RiskTier, RouteBodyInput } from "@studio-os/functions/contracts";
import type * as z from "zod";

type ApproveChip = z.infer<typeof ApproveReason>;
type RejectChip = z.infer<typeof RejectReason>;

/** What somebody has put in so far, for one kind of decision. */
export interface DecisionInput {
  readonly text: string;
  readonly chip: string | null;
}

/** Ready to be sent, or what is still missing in words. */
export type Readiness<B> =
  { readonly kind: "ready"; readonly body: B } | { readonly kind: "missing"; readonly words: string };

/** Fewest characters of each kind of text; the contract's own bounds. */
export const TEXT_MIN = { reject: RATIONALE_MIN, withdraw: 3, rollback: 10, reopen: RATIONALE_MIN } as const;
export const TEXT_MAX = RATIONALE_MAX;

/**
 * Answers: is this a reason to approve? From medium risk on, in words; for low risk a chip is enough, but words that
 * were begun are finished: half a sentence is never dropped in silence.
 */
export function approveReadiness(
  tier: RiskTier,
  { text, chip }: DecisionInput,
): Readiness<Pick<RouteBodyInput<"approveProposal">, "rationale" | "reasonCode">> {
  const words = text.trim();
  const reasonCode =
    tier === "low" ? (APPROVE_REASONS.find((known): known is ApproveChip => known === chip) ?? null) : null;
  if (words.length >= RATIONALE_MIN) return { kind: "ready", body: { rationale: words, reasonCode } };
  if (words === "" && reasonCode !== null) return { kind: "ready", body: { rationale: null, reasonCode } };
  return { kind: "missing", words: missingWords(words.length, RATIONALE_MIN, tier === "low" && words === "") };
}

/** Answers: is this a reason to reject? A code from the list and words beside it. */
export function rejectReadiness(
  { text, chip }: DecisionInput,
  codes: readonly RejectChip[],
): Readiness<Pick<RouteBodyInput<"rejectProposal">, "rationale" | "reasonCode">> {
  const words = text.trim();
  const reasonCode = codes.find((known) => known === chip);
  if (reasonCode === undefined) return { kind: "missing", words: "Choose why." };
  if (words.length < TEXT_MIN.reject)
    return { kind: "missing", words: missingWords(words.length, TEXT_MIN.reject, false) };
  return { kind: "ready", body: { rationale: words, reasonCode } };
}

/** Answers: are these words enough to withdraw, to roll back or to reopen? */
export function textReadiness(text: string, minLength: number): Readiness<{ rationale: string }> {
  const words = text.trim();
  return words.length >= minLength
    ? { kind: "ready", body: { rationale: words } }
    : { kind: "missing", words: missingWords(words.length, minLength, false) };
}

function missingWords(length: number, minLength: number, mayChoose: boolean): string {
  const missing = minLength - length;
  const more = `${missing} more character${missing === 1 ? "" : "s"}`;
  if (mayChoose) return `Choose a reason, or write one of at least ${minLength} characters.`;
  return length === 0 ? `Write why, at least ${minLength} characters.` : `${more}.`;
}
