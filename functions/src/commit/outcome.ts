import type { ApiErrorDetails, ReasonCode } from "../contracts/index.js";

/** A use case's answer: what was done, or why not. A refusal is an answer, not an exception. */
export type Outcome<T> = { readonly kind: "accepted"; readonly answer: T } | Refused;

export interface Refused {
  readonly kind: "refused";
  readonly reason: ReasonCode;
  readonly details?: ApiErrorDetails;
}

export const accept = <T>(answer: T): Outcome<T> => ({ kind: "accepted", answer });

export const refuse = (reason: ReasonCode, details?: ApiErrorDetails): Refused =>
  details === undefined ? { kind: "refused", reason } : { kind: "refused", reason, details };
