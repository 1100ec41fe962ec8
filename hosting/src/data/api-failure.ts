import type { ApiErrorDetails, ReasonCode } from "@studio-os/functions/contracts";

/** Codes of failures that never reached, or never left, the server in a readable form. */
export type ClientFailure = "NETWORK_UNREACHABLE" | "ANSWER_TIMED_OUT" | "ANSWER_UNREADABLE";

export interface ApiFailure {
  readonly code: ReasonCode | ClientFailure;
  readonly message: string;
  readonly requestId: string | null;
  readonly details: ApiErrorDetails;
}
