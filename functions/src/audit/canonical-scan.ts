import { CANONICAL_MAX_DEPTH } from "./canonical-json.js";
import { inWords } from "./word-bytes.js";
import type { WordBytes } from "./word-bytes.js";

/** What no position in a text is. */
const NO = -1;
/** Numbers that say where one member lies: its name without the quotes, from and to, and its value, from and to. */
const SPANS_PER_MEMBER = 4;
const USUAL_MEMBERS = 32;

/**
 * Is this an object in canonical JSON (RFC 8785), and where do its members lie? The same judgement as writing the parsed value with
 * `canonicalJson` and comparing, without making values: a verifier reads a million events. In canonical texts equal values
 * have equal bytes. An object of this class can read one text after the other, and makes nothing anew for it.
 */
export class CanonicalObject {
  #text: WordBytes = inWords(new Uint8Array());
  #spans = new Int32Array(USUAL_MEMBERS * SPANS_PER_MEMBER);
  #count = 0;
  /** By the few names that are asked for. */
  readonly #places = new Map<string, number>();
  /** Whether every byte is below 0x80: then the text is UTF-8 without a further look. */
  isAscii = true;

  /** Reads the text between two positions, which must be UTF-8 unless it turns out to be ASCII. False for every text but an object's. */
  read(text: WordBytes, from = 0, to = text.bytes.length): boolean {
    this.#text = text;
    this.#count = 0;
    this.isAscii = true;
    if (to <= from || text.bytes[from] !== BRACE_OPEN) return false;
    return scanObject(text.bytes, text.words, from, to, 0, this) === to;
  }

  /** What was read last; the positions below are positions in it. */
  get text(): WordBytes {
    return this.#text;
  }
  /** How many members there are, in the order of their names. */
  get count(): number {
    return this.#count;
  }
  nameFrom(member: number): number {
    return this.#spans[member * SPANS_PER_MEMBER] ?? NO;
  }
  nameTo(member: number): number {
    return this.#spans[member * SPANS_PER_MEMBER + 1] ?? NO;
  }
  valueFrom(member: number): number {
    return this.#spans[member * SPANS_PER_MEMBER + 2] ?? NO;
  }
  valueTo(member: number): number {
    return this.#spans[member * SPANS_PER_MEMBER + 3] ?? NO;
  }

  /** The member of this name, of ASCII letters; -1 if there is none. Looks first where it was in the text before. */
  memberNamed(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined && known < this.#count && this.#isNamed(known, name)) return known;
    const member = this.#find(name);
    if (member !== NO) this.#places.set(name, member);
    return member;
  }

  #find(name: string): number {
    for (let member = 0; member < this.#count; member++) if (this.#isNamed(member, name)) return member;
    return NO;
  }

  #isNamed(member: number, name: string): boolean {
    return isText(this.#text.bytes, this.nameFrom(member), this.nameTo(member), name);
  }

  isString(member: number): boolean {
    return this.#text.bytes[this.valueFrom(member)] === QUOTE;
  }

  /** Is the member of this name written as this ASCII text? */
  isWritten(name: string, text: string): boolean {
    const member = this.memberNamed(name);
    return member !== NO && isText(this.#text.bytes, this.valueFrom(member), this.valueTo(member), text);
  }

  /** Used by the scan alone. */
  keep(nameFrom: number, nameTo: number, from: number, to: number): void {
    const at = this.#count * SPANS_PER_MEMBER;
    if (at === this.#spans.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.#spans);
      this.#spans = larger;
    }
    this.#spans[at] = nameFrom;
    this.#spans[at + 1] = nameTo;
    this.#spans[at + 2] = from;
    this.#spans[at + 3] = to;
    this.#count++;
  }
}

/** Are these bytes this ASCII text? */
function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** Do the names stand in the order of their UTF-16 code units (RFC 8785 §3.2.3)? For plain ASCII that is the order of bytes. */
export function isBefore(bytes: Uint8Array, aFrom: number, aTo: number, bFrom: number, bTo: number): boolean {
  for (let a = aFrom, b = bFrom; ; a++, b++) {
    if (a === aTo || b === bTo) return b !== bTo;
    const left = bytes[a] ?? 0;
    const right = bytes[b] ?? 0;
    if (left >= FIRST_BEYOND_ASCII || right >= FIRST_BEYOND_ASCII || left === BACKSLASH || right === BACKSLASH)
      return nameOf(bytes, aFrom, aTo) < nameOf(bytes, bFrom, bTo);
    if (left !== right) return left < right;
  }
}

const [QUOTE, COMMA, MINUS, ZERO, NINE, COLON, BACKSLASH] = [0x22, 0x2c, 0x2d, 0x30, 0x39, 0x3a, 0x5c];
const [BRACKET_OPEN, BRACKET_CLOSE, BRACE_OPEN, BRACE_CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const [FIRST_PRINTABLE, FIRST_BEYOND_ASCII] = [0x20, 0x80];
/** What a byte is within a string: one look at a table for each. */
const [PLAIN, SPECIAL] = [0, 1];
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < FIRST_PRINTABLE || byte >= FIRST_BEYOND_ASCII || byte === QUOTE || byte === BACKSLASH ? SPECIAL : PLAIN,
);
/**
 * Are all four bytes of this word plain? Each term is, in the highest bit of a byte, whether that byte is what it looks for: below 0x20, a
 * quote, a backslash, beyond ASCII. A borrow can only make a further byte of a word look so that has one already.
 */
function isPlain(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const found =
    (word - 0x20202020) | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | word;
  return (found & 0x80808080) === 0;
}
const LITERALS = ["null", "true", "false"];
/** Every number this short and plain is exact, and written as ECMAScript writes it. */
const PLAIN_DIGITS = 15;

// Each function below returns the position behind what it read, or `NO`. Functions and their arguments, not methods and fields: this
// runs for every byte. Only the outermost object's members are kept.
function scanObject(
  bytes: Uint8Array,
  words: DataView,
  from: number,
  to: number,
  depth: number,
  into: CanonicalObject,
): number {
  let at = from + 1;
  if (at < to && bytes[at] === BRACE_CLOSE) return at + 1;
  let lastFrom = NO;
  let lastTo = NO;
  for (;;) {
    if (at >= to || bytes[at] !== QUOTE) return NO;
    const colon = scanString(bytes, words, at, to, into);
    if (colon === NO || colon >= to || bytes[colon] !== COLON) return NO;
    if (lastFrom !== NO && !isBefore(bytes, lastFrom, lastTo, at + 1, colon - 1)) return NO;
    const end = scanValue(bytes, words, colon + 1, to, depth + 1, into);
    if (end === NO || end >= to) return NO;
    if (depth === 0) into.keep(at + 1, colon - 1, colon + 1, end);
    const next = bytes[end];
    if (next === BRACE_CLOSE) return end + 1;
    if (next !== COMMA) return NO;
    lastFrom = at + 1;
    lastTo = colon - 1;
    at = end + 1;
  }
}

function scanValue(
  bytes: Uint8Array,
  words: DataView,
  at: number,
  to: number,
  depth: number,
  into: CanonicalObject,
): number {
  if (depth > CANONICAL_MAX_DEPTH || at >= to) return NO;
  const first = bytes[at];
  if (first === QUOTE) return scanString(bytes, words, at, to, into);
  if (first === BRACE_OPEN) return scanObject(bytes, words, at, to, depth, into);
  if (first === BRACKET_OPEN) return scanArray(bytes, words, at, to, depth, into);
  if (first === MINUS || isDigit(first)) return scanNumber(bytes, at, to);
  return scanLiteral(bytes, at, to);
}

function scanArray(
  bytes: Uint8Array,
  words: DataView,
  from: number,
  to: number,
  depth: number,
  into: CanonicalObject,
): number {
  let at = from + 1;
  if (at < to && bytes[at] === BRACKET_CLOSE) return at + 1;
  for (;;) {
    const end = scanValue(bytes, words, at, to, depth + 1, into);
    if (end === NO || end >= to) return NO;
    const next = bytes[end];
    if (next === BRACKET_CLOSE) return end + 1;
    if (next !== COMMA) return NO;
    at = end + 1;
  }
}

function scanString(bytes: Uint8Array, words: DataView, from: number, to: number, into: CanonicalObject): number {
  let at = from + 1;
  while (at + 4 <= to && isPlain(words.getInt32(at))) at += 4;
  while (at < to && KINDS[bytes[at] ?? 0] === PLAIN) at++;
  return at < to && bytes[at] === QUOTE ? at + 1 : scanRestOfString(bytes, from, at, to, into);
}

/** A string that is not plain to its end: it was, up to `rest`. */
function scanRestOfString(bytes: Uint8Array, from: number, rest: number, to: number, into: CanonicalObject): number {
  for (let at = rest, escaped = false; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return !escaped || isCanonicalString(decode(bytes, from, at + 1)) ? at + 1 : NO;
    if (byte < FIRST_PRINTABLE) return NO;
    if (byte >= FIRST_BEYOND_ASCII) into.isAscii = false;
    if (byte !== BACKSLASH) continue;
    escaped = true;
    at++; // Whatever is escaped: a quote does not end the string. What begins with a byte beyond ASCII is no escape.
  }
  return NO;
}

function scanLiteral(bytes: Uint8Array, at: number, to: number): number {
  for (const literal of LITERALS) {
    const end = at + literal.length;
    if (end <= to && isText(bytes, at, end, literal)) return end;
  }
  return NO;
}

function isCanonicalString(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" && value.isWellFormed() && JSON.stringify(value) === text;
  } catch {
    return false;
  }
}

function scanNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(bytes[at])) at++;
  const plain = at > from && at - from <= PLAIN_DIGITS && (bytes[from] !== ZERO || at === from + 1);
  if (plain && (at === to || !isNumberByte(bytes[at]))) return at;
  while (at < to && isNumberByte(bytes[at])) at++;
  const text = decode(bytes, from, at);
  const value = Number(text);
  return Number.isFinite(value) && JSON.stringify(value) === text ? at : NO;
}

const nameOf = (bytes: Uint8Array, from: number, to: number): string =>
  JSON.parse(decode(bytes, from - 1, to + 1)) as string;
const decode = (bytes: Uint8Array, from: number, to: number): string =>
  new TextDecoder().decode(bytes.subarray(from, to));
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;
/** Digits, `+`, `-`, `.`, `E` and `e`. */
const isNumberByte = (byte: number | undefined): boolean =>
  isDigit(byte) || byte === MINUS || byte === 0x2b || byte === 0x2e || byte === 0x45 || byte === 0x65;
