import { CANONICAL_MAX_DEPTH } from "./canonical-json.js";

/** Where one member of an object lies in its text: the name without its quotes, and the value. */
export interface Member {
  readonly nameFrom: number;
  readonly nameTo: number;
  readonly from: number;
  readonly to: number;
}

/** An object in canonical JSON, as bytes, with its members in their order. */
export interface CanonicalObject {
  readonly bytes: Uint8Array;
  readonly members: readonly Member[];
}

/**
 * Is this an object in canonical JSON (RFC 8785), and where do its members lie? The same judgement as writing the parsed value with
 * `canonicalJson` and comparing, without making values: a verifier reads a million events. In canonical texts equal values
 * have equal bytes. The bytes must be UTF-8. Null for every other text.
 */
export function scanCanonicalObject(bytes: Uint8Array, from = 0, to = bytes.length): CanonicalObject | null {
  const members: Member[] = [];
  return bytes[from] === BRACE_OPEN && scanObject(bytes, from, 0, members) === to ? { bytes, members } : null;
}

/** The member of this name, of ASCII letters. */
export function memberNamed(object: CanonicalObject, name: string): Member | null {
  for (const member of object.members) if (isText(object.bytes, member.nameFrom, member.nameTo, name)) return member;
  return null;
}

/** Is the member's value written as this ASCII text? */
export function isWritten({ bytes }: CanonicalObject, member: Member | null, text: string): boolean {
  return member !== null && isText(bytes, member.from, member.to, text);
}

/** Are these the same bytes? */
export function sameBytes(
  a: Uint8Array,
  aFrom: number,
  aTo: number,
  b: Uint8Array,
  bFrom: number,
  bTo: number,
): boolean {
  if (aTo - aFrom !== bTo - bFrom) return false;
  for (let at = aFrom, other = bFrom; at < aTo; at++, other++) if (a[at] !== b[other]) return false;
  return true;
}

const [QUOTE, COMMA, MINUS, ZERO, NINE, COLON, BACKSLASH] = [0x22, 0x2c, 0x2d, 0x30, 0x39, 0x3a, 0x5c];
const [BRACKET_OPEN, BRACKET_CLOSE, BRACE_OPEN, BRACE_CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const [FIRST_PRINTABLE, FIRST_BEYOND_ASCII] = [0x20, 0x80];
const LITERALS = ["true", "false", "null"];
/** What no position in a text is. */
const NO = -1;
/** Every number this short and plain is exact, and written as ECMAScript writes it. */
const PLAIN_DIGITS = 15;

/** Each function below returns the position behind what it read, or `NO`. */
function scanValue(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > CANONICAL_MAX_DEPTH) return NO;
  const first = bytes[at];
  if (first === QUOTE) return scanString(bytes, at);
  if (first === BRACE_OPEN) return scanObject(bytes, at, depth, null);
  if (first === BRACKET_OPEN) return scanArray(bytes, at, depth);
  if (first === MINUS || isDigit(first)) return scanNumber(bytes, at);
  for (const literal of LITERALS) if (isText(bytes, at, at + literal.length, literal)) return at + literal.length;
  return NO;
}

function scanObject(bytes: Uint8Array, from: number, depth: number, members: Member[] | null): number {
  let at = from + 1;
  if (bytes[at] === BRACE_CLOSE) return at + 1;
  // Plain assignments in what runs for every byte: V8 makes arrays for destructured ones.
  let lastFrom = NO;
  let lastTo = NO;
  for (;;) {
    if (bytes[at] !== QUOTE) return NO;
    const nameEnd = scanString(bytes, at);
    if (nameEnd === NO || bytes[nameEnd] !== COLON) return NO;
    const nameFrom = at + 1;
    const nameTo = nameEnd - 1;
    if (lastFrom !== NO && !isBefore(bytes, lastFrom, lastTo, nameFrom, nameTo)) return NO;
    const end = scanValue(bytes, nameEnd + 1, depth + 1);
    if (end === NO) return NO;
    members?.push({ nameFrom, nameTo, from: nameEnd + 1, to: end });
    if (bytes[end] === BRACE_CLOSE) return end + 1;
    if (bytes[end] !== COMMA) return NO;
    lastFrom = nameFrom;
    lastTo = nameTo;
    at = end + 1;
  }
}

function scanArray(bytes: Uint8Array, from: number, depth: number): number {
  let at = from + 1;
  if (bytes[at] === BRACKET_CLOSE) return at + 1;
  for (;;) {
    const end = scanValue(bytes, at, depth + 1);
    if (end === NO) return NO;
    if (bytes[end] === BRACKET_CLOSE) return end + 1;
    if (bytes[end] !== COMMA) return NO;
    at = end + 1;
  }
}

function scanString(bytes: Uint8Array, from: number): number {
  let escaped = false;
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return !escaped || isCanonicalString(decode(bytes, from, at + 1)) ? at + 1 : NO;
    if (byte < FIRST_PRINTABLE) return NO;
    if (byte !== BACKSLASH) continue;
    escaped = true;
    at++; // Whatever is escaped: a quote does not end the string.
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

function scanNumber(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  const plain = at > from && at - from <= PLAIN_DIGITS && (bytes[from] !== ZERO || at === from + 1);
  if (plain && !isNumberByte(bytes[at])) return at;
  while (isNumberByte(bytes[at])) at++;
  const text = decode(bytes, from, at);
  const value = Number(text);
  return Number.isFinite(value) && JSON.stringify(value) === text ? at : NO;
}

/** Do the names stand in the order of their UTF-16 code units (RFC 8785 §3.2.3)? For plain ASCII that is the order of bytes. */
function isBefore(bytes: Uint8Array, aFrom: number, aTo: number, bFrom: number, bTo: number): boolean {
  for (let a = aFrom, b = bFrom; ; a++, b++) {
    if (a === aTo || b === bTo) return b !== bTo;
    const left = bytes[a] ?? 0;
    const right = bytes[b] ?? 0;
    if (left >= FIRST_BEYOND_ASCII || right >= FIRST_BEYOND_ASCII || left === BACKSLASH || right === BACKSLASH)
      return nameOf(bytes, aFrom, aTo) < nameOf(bytes, bFrom, bTo);
    if (left !== right) return left < right;
  }
}

const nameOf = (bytes: Uint8Array, from: number, to: number): string =>
  JSON.parse(decode(bytes, from - 1, to + 1)) as string;

/** Are these bytes this ASCII text? */
export function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}

const decode = (bytes: Uint8Array, from: number, to: number): string =>
  new TextDecoder().decode(bytes.subarray(from, to));
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;
/** Digits, `+`, `-`, `.`, `E` and `e`. */
const isNumberByte = (byte: number | undefined): boolean =>
  isDigit(byte) || byte === MINUS || byte === 0x2b || byte === 0x2e || byte === 0x45 || byte === 0x65;
