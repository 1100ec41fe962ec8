import { ProofError } from "./proof-error.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/** How are these bytes written in a note, a checkpoint or a proof? Standard padded base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    text += letter(a >> 2) + letter(((a & 3) << 4) | ((b ?? 0) >> 4));
    text += b === undefined ? "=" : letter(((b & 15) << 2) | ((c ?? 0) >> 6));
    text += c === undefined ? "=" : letter(c & 63);
  }
  return text;
}

/**
 * Which bytes does this base64 stand for? Strict, so that every byte string has exactly one spelling (RFC 4648 §3.5): no white
 * space, no URL-safe letters, padding always there, unused bits zero. Throws `BASE64_MALFORMED`. Neither `atob` nor
 * `Buffer.from` refuses these.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0) throw malformed("its length is not a multiple of four");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const letters = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let [held, heldBits, at] = [0, 0, 0];
  for (let i = 0; i < letters; i++) {
    const value = VALUES.get(text.charAt(i));
    if (value === undefined) throw malformed(`character ${i} is not of the base64 alphabet`);
    held = (held << 6) | value;
    heldBits += 6;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[at++] = held >> heldBits;
    held &= (1 << heldBits) - 1;
  }
  if (held !== 0) throw malformed("its unused bits are not zero");
  return bytes;
}

/** Are these the same bytes? Not for secrets: it answers at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** One byte string out of several. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The UTF-8 bytes of a text. A lone surrogate has none, and is refused where texts come from outside. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes as lower-case hex digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const letter = (value: number): string => ALPHABET.charAt(value);
const malformed = (why: string): ProofError => new ProofError("BASE64_MALFORMED", `Not strict base64: ${why}.`);
