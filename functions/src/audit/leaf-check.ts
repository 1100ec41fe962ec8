import { asciiWords, sameBytes } from "./word-bytes.js";
import type { WordBytes } from "./word-bytes.js";

const BEFORE_TIME = asciiWords('{"committedAt":"');
const BEFORE_HASH = asciiWords('","eventSha256":"');
const BEFORE_ID = asciiWords('","id":"');
const [TIME_DIGITS, HASH_DIGITS, MAX_ID] = [16, 64, 128];

/**
 * Is this the leaf of this event? For who reads a million: nothing in a leaf but its time is news to the one who has the event, so the
 * text that it must be is compared, and nothing is made. `parseLeaf` then tells what is wrong with one that is not.
 */
export class LeafCheck {
  readonly #afterId: WordBytes;

  constructor(tenantId: string) {
    this.#afterId = asciiWords(`","tenant":"${tenantId}","v":1}`);
  }

  /**
   * When was the event committed, in microseconds? -1 unless the bytes from `from` to `to` are, one for one, the leaf of the event
   * with this hash, in hex, and with the id that lies in the event there.
   */
  committedAt(
    leaf: WordBytes,
    from: number,
    to: number,
    eventSha256: string,
    event: WordBytes,
    idFrom: number,
    idTo: number,
  ): number {
    const timeFrom = from + BEFORE_TIME.bytes.length;
    const hashFrom = timeFrom + TIME_DIGITS + BEFORE_HASH.bytes.length;
    const ownIdFrom = hashFrom + HASH_DIGITS + BEFORE_ID.bytes.length;
    const ownIdTo = ownIdFrom + idTo - idFrom;
    const isLeaf =
      ownIdTo + this.#afterId.bytes.length === to &&
      has(leaf, from, BEFORE_TIME) &&
      has(leaf, timeFrom + TIME_DIGITS, BEFORE_HASH) &&
      hasDigits(leaf.bytes, hashFrom, eventSha256) &&
      has(leaf, hashFrom + HASH_DIGITS, BEFORE_ID) &&
      isId(event.bytes, idFrom, idTo) &&
      sameBytes(leaf, ownIdFrom, event, idFrom, idTo - idFrom) &&
      has(leaf, ownIdTo, this.#afterId);
    return isLeaf ? timeAt(leaf.bytes, timeFrom) : NO_TIME;
  }
}

const NO_TIME = -1;
const [ZERO, NINE] = [0x30, 0x39];
/** By character code: 0 for what no id has, 1 for what it may begin with, 2 for what may only follow. */
const ID_CHARACTERS = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9]/.test(character) ? 1 : /[_.-]/.test(character) ? 2 : 0;
});

/** Sixteen digits, the first of them not zero. */
function timeAt(bytes: Uint8Array, from: number): number {
  if (bytes[from] === ZERO) return NO_TIME;
  let time = 0;
  for (let at = from; at < from + TIME_DIGITS; at++) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) return NO_TIME;
    time = time * 10 + digit - ZERO;
  }
  return time;
}

function isId(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > MAX_ID || ID_CHARACTERS[bytes[from] ?? 0] !== 1) return false;
  for (let at = from; at < to; at++) if (ID_CHARACTERS[bytes[at] ?? 0] === 0) return false;
  return true;
}

function hasDigits(bytes: Uint8Array, from: number, digits: string): boolean {
  for (let n = 0; n < HASH_DIGITS; n++) if (bytes[from + n] !== digits.charCodeAt(n)) return false;
  return true;
}

const has = (leaf: WordBytes, at: number, text: WordBytes): boolean => sameBytes(leaf, at, text, 0, text.bytes.length);
