import type { JsonObject } from "../contracts/index.js";
import { CanonicalObject, isBefore } from "./canonical-scan.js";
import { asciiWords, sameBytes } from "./word-bytes.js";
import type { WordBytes } from "./word-bytes.js";

/** What stands beside the canonical text in a stored event without being a copy of a part of it. */
const NOT_COPIES: ReadonlySet<string> = new Set(["v", "canonical", "pending", "logEpoch", "quarantined"]);
/** Copies that stand deeper in the event than under their own name. */
const ACTOR_COPIES = [
  { name: asciiWords('"actorId":'), field: "id" },
  { name: asciiWords('"actorName":'), field: "name" },
  { name: asciiWords('"actorType":'), field: "type" },
] as const;
const SEQ = asciiWords('"seq":');
/** How these begin, and hardly any other name: one look spares four comparisons. */
const [ACTOR_WORD, SEQ_WORD] = [asciiWords('"act').words.getInt32(0), SEQ.words.getInt32(0)];
const [COMMA, COLON, ZERO, NINE, BRACE_OPEN, BRACE_CLOSE] = [0x2c, 0x3a, 0x30, 0x39, 0x7b, 0x7d];
/** What no position in a text is. */
const NO = -1;

/** Which fields of a stored event are copies to search by? With `seq`, its index in the log. */
export function copiesOf(stored: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !NOT_COPIES.has(name)));
}

/**
 * Are these copies what the event says, and do they name its index in the log? Each must stand in the event, under its own name or
 * within the actor, with the same value; `seq` must be there. The copies need no scan: every name and value in them has to be, byte
 * for byte, one of the event, which was read as canonical JSON, and the names in order. Then they are canonical as well.
 */
export class CopiesCheck {
  readonly #actor = new CanonicalObject();
  #hasActor = false;
  /** The event's members are in the order of their names too: those before this one are not looked at again. */
  #member = 0;
  #nameTo = NO;

  areCopies(copies: WordBytes, from: number, to: number, event: CanonicalObject, index: number): boolean {
    const { bytes } = copies;
    if (to <= from || bytes[from] !== BRACE_OPEN) return false;
    const actor = event.memberNamed("actor");
    this.#hasActor = actor >= 0 && this.#actor.read(event.text, event.valueFrom(actor), event.valueTo(actor));
    this.#member = 0;
    let hasSeq = false;
    let lastFrom = NO;
    let lastTo = NO;
    for (let at = from + 1; ;) {
      if (at + 4 > to) return false;
      const word = copies.words.getInt32(at);
      const isSeq = word === SEQ_WORD && goesOn(copies, at, to, SEQ, 0, SEQ.bytes.length);
      let end: number;
      if (isSeq) end = this.#endOfSeq(copies, at, to, index);
      else if (word === ACTOR_WORD && isActorCopy(copies, at, to)) end = this.#endOfActorCopy(copies, at, to);
      else end = this.#endOfCopy(copies, at, to, event);
      if (end === NO || end >= to) return false;
      const nameFrom = at + 1;
      if (lastFrom !== NO && !isBefore(bytes, lastFrom, lastTo, nameFrom, this.#nameTo)) return false;
      hasSeq ||= isSeq;
      if (bytes[end] === BRACE_CLOSE) return hasSeq && end + 1 === to;
      if (bytes[end] !== COMMA) return false;
      lastFrom = nameFrom;
      lastTo = this.#nameTo;
      at = end + 1;
    }
  }

  // Each function below returns the position behind the member at `at`, or `NO`.
  #endOfSeq({ bytes }: WordBytes, at: number, to: number, index: number): number {
    this.#nameTo = at + SEQ.bytes.length - 2;
    const from = at + SEQ.bytes.length;
    let end = from;
    let value = 0;
    for (; end < to && isDigit(bytes[end]); end++) value = value * 10 + (bytes[end] ?? 0) - ZERO;
    // No sign, no leading zero, and no longer than the largest index.
    const isOneSpelling = end > from && end - from <= 16 && (bytes[from] !== ZERO || end === from + 1);
    return isOneSpelling && value === index ? end : NO;
  }

  #endOfActorCopy(copies: WordBytes, at: number, to: number): number {
    for (const { name, field } of ACTOR_COPIES) {
      if (!goesOn(copies, at, to, name, 0, name.bytes.length)) continue;
      this.#nameTo = at + name.bytes.length - 2;
      const member = this.#hasActor ? this.#actor.memberNamed(field) : NO;
      return member === NO ? NO : endOfValue(copies, at + name.bytes.length, to, this.#actor, member);
    }
    return NO;
  }

  #endOfCopy(copies: WordBytes, at: number, to: number, event: CanonicalObject): number {
    for (; this.#member < event.count; this.#member++) {
      const nameFrom = event.nameFrom(this.#member);
      const length = event.nameTo(this.#member) - nameFrom;
      // With the quotes on both its sides.
      if (!goesOn(copies, at, to, event.text, nameFrom - 1, length + 2)) continue;
      const colon = at + length + 2;
      if (copies.bytes[colon] !== COLON) return NO;
      this.#nameTo = colon - 1;
      return endOfValue(copies, colon + 1, to, event, this.#member);
    }
    return NO;
  }
}

function isActorCopy(copies: WordBytes, at: number, to: number): boolean {
  return ACTOR_COPIES.some(({ name }) => goesOn(copies, at, to, name, 0, name.bytes.length));
}

function endOfValue(copies: WordBytes, at: number, to: number, from: CanonicalObject, member: number): number {
  const valueFrom = from.valueFrom(member);
  const length = from.valueTo(member) - valueFrom;
  return goesOn(copies, at, to, from.text, valueFrom, length) ? at + length : NO;
}

/** Do the copies go on at `at`, before `to`, with so many of these bytes? */
function goesOn(copies: WordBytes, at: number, to: number, as: WordBytes, asFrom: number, length: number): boolean {
  return at + length <= to && sameBytes(copies, at, as, asFrom, length);
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;
