/** A value that RFC 8785 can write down. Wider than `Json` only in that it may be frozen or readonly. */
type Canonicalizable =
  | null
  | boolean
  | number
  | string
  | readonly Canonicalizable[]
  | { readonly [key: string]: Canonicalizable | undefined };

/** Deepest nesting that is written down: deeper input is an attack or a cycle, not a document. */
export const CANONICAL_MAX_DEPTH = 64;

/** Thrown for a value that JSON cannot hold: what is hashed or signed must mean the same to every reader. */
export class NotCanonicalizable extends Error {
  override readonly name = "NotCanonicalizable";
}

/**
 * What are the exact bytes that a hash or a signature over this value covers? RFC 8785 (JCS): object keys sorted by
 * UTF-16 code units, numbers as ECMAScript prints them, no white space.
 *
 * Stricter than `JSON.stringify`: a NaN or an infinity, a lone surrogate, a bigint, a function, a symbol, `undefined`
 * inside an array, an object with a prototype of its own or a `toJSON`, and nesting past `CANONICAL_MAX_DEPTH` throw
 * `NotCanonicalizable`. A property whose value is `undefined` is absent, as in JSON.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > CANONICAL_MAX_DEPTH) throw new NotCanonicalizable(`nested deeper than ${CANONICAL_MAX_DEPTH}`);
  if (value === null) return "null";
  switch (typeof value) {
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) throw new NotCanonicalizable("a number that is not finite");
      return JSON.stringify(value); // ECMAScript Number::toString, as RFC 8785 §3.2.2.3 asks; -0 becomes 0
    case "string":
      if (!value.isWellFormed()) throw new NotCanonicalizable("a string with a lone surrogate");
      return JSON.stringify(value);
    case "object":
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw new NotCanonicalizable(`a ${typeof value}`);
  }
}

function writeArray(items: readonly unknown[], depth: number): string {
  // `Array.from` turns holes into undefined, which `write` then refuses.
  return `[${Array.from(items, (item) => write(item, depth + 1)).join(",")}]`;
}

function writeObject(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonicalizable("an object that is not plain");
  if (Object.getOwnPropertySymbols(object).length > 0) throw new NotCanonicalizable("a symbol key");
  const members = Object.entries(object as Record<string, Canonicalizable | undefined>)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1)) // `<` on strings compares UTF-16 code units (RFC 8785 §3.2.3)
    .map(([key, member]) => `${write(key, depth)}:${write(member, depth + 1)}`);
  return `{${members.join(",")}}`;
}
