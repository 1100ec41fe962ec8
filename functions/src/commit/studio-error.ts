import type { ReasonCode } from "../contracts/index.js";

/**
 * What could not be decided at all. `isRetryable`: the same call may succeed later (contention, an unreachable service).
 * Otherwise it is a defect: stored data breaks its contract, or an impossible state. Messages name paths and codes, never
 * stored values or secrets.
 */
export class StudioError extends Error {
  override readonly name = "StudioError";
  readonly code: ReasonCode;
  readonly isRetryable: boolean;

  constructor(code: ReasonCode, message: string, options: { isRetryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.isRetryable = options.isRetryable;
  }
}
