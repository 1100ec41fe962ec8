import { REPLAY_WINDOW } from "../contracts/index.js";

/** What one sequence has accepted: bit i of `window` says that `highestSeq - i` was accepted. `window` is fixed-width hex. */
export interface ReplayWindow {
  readonly highestSeq: number;
  readonly window: string;
}

export type WindowVerdict =
  | { readonly kind: "fresh"; readonly next: ReplayWindow }
  | { readonly kind: "replay" }
  /** Behind the window: nobody can say any more whether it was accepted. */
  | { readonly kind: "tooOld" };

const HEX_DIGITS = REPLAY_WINDOW / 4;
const ALL_BITS = (1n << BigInt(REPLAY_WINDOW)) - 1n;

/**
 * Was this sequence number accepted before? The sliding window of RFC 4303 §3.4.3 over `REPLAY_WINDOW` numbers: what lies
 * ahead moves the window, what lies in it is accepted once, what lies behind it is never accepted. `null` is a sequence of
 * which nothing was accepted yet. Numbers start at 1 and may come in any order and with any gaps.
 */
export function checkReplay(before: ReplayWindow | null, seq: number): WindowVerdict {
  if (before === null) return { kind: "fresh", next: { highestSeq: seq, window: toHex(1n) } };
  const bits = BigInt(`0x${before.window}`);
  const ahead = seq - before.highestSeq;
  if (ahead > 0) return { kind: "fresh", next: { highestSeq: seq, window: toHex(shift(bits, ahead) | 1n) } };
  const behind = -ahead;
  if (behind >= REPLAY_WINDOW) return { kind: "tooOld" };
  const bit = 1n << BigInt(behind);
  if ((bits & bit) !== 0n) return { kind: "replay" };
  return { kind: "fresh", next: { highestSeq: before.highestSeq, window: toHex(bits | bit) } };
}

/** A jump past the whole window forgets all of it; shifting by the jump itself could need any amount of memory. */
function shift(bits: bigint, by: number): bigint {
  return by >= REPLAY_WINDOW ? 0n : (bits << BigInt(by)) & ALL_BITS;
}

function toHex(bits: bigint): string {
  return bits.toString(16).padStart(HEX_DIGITS, "0");
}
