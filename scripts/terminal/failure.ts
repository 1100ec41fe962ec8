import { REASON_CODES } from "@studio-os/functions/contracts";
import type { ApiErrorDetails, ReasonCode } from "@studio-os/functions/contracts";

/** How the program ends. 2 is also what a mistyped command line ends with. */
export const EXIT_CODES = { done: 0, refused: 1, unusable: 2, unreachable: 3 } as const;

/** What can go wrong on this side of the wire. Everything else is one of the studio's own reason codes. */
export type TerminalCode =
  "USAGE" | "NOT_CONFIGURED" | "NETWORK_UNREACHABLE" | "ANSWER_UNREADABLE" | "SIGN_IN_FAILED" | "PROOF_REJECTED";

/** Thrown by a command that did not do what was asked: what the person reads, and how the program ends. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly code: ReasonCode | TerminalCode;
  readonly exitCode: number;
  readonly requestId: string | null;
  readonly details: ApiErrorDetails;

  constructor(
    code: ReasonCode | TerminalCode,
    sentence: string,
    about: { readonly exitCode: number; readonly requestId?: string | null; readonly details?: ApiErrorDetails },
  ) {
    super(sentence);
    this.code = code;
    this.exitCode = about.exitCode;
    this.requestId = about.requestId ?? null;
    this.details = about.details ?? {};
  }
}

export const unusable = (code: TerminalCode, sentence: string): CommandFailure =>
  new CommandFailure(code, sentence, { exitCode: EXIT_CODES.unusable });

export const unreachable = (code: TerminalCode, sentence: string): CommandFailure =>
  new CommandFailure(code, sentence, { exitCode: EXIT_CODES.unreachable });

/** Who can lift it, for the studio's own codes; null for what is wrong on this side. */
export function whoCanLift(code: ReasonCode | TerminalCode): string | null {
  return isReasonCode(code) ? REASON_CODES[code].whoCanLift : null;
}

function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(REASON_CODES, code);
}
