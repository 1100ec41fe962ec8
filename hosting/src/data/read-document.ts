import type * as z from "zod";
import type { Listed, One } from "./listed.js";

/** What a Firestore `Timestamp` looks like, whichever copy of the SDK made it. */
interface TimestampLike {
  readonly seconds: number;
  readonly nanoseconds: number;
  toDate(): Date;
}

/**
 * Answers: what does this stored document say in the contract's language? Firestore keeps moments as `Timestamp`;
 * contracts keep them as UTC ISO with milliseconds. Everything else is left as it is, however deep.
 */
export function toContract(stored: unknown): unknown {
  if (isTimestamp(stored)) return stored.toDate().toISOString();
  if (Array.isArray(stored)) return stored.map(toContract);
  if (typeof stored === "object" && stored !== null) {
    return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, toContract(value)]));
  }
  return stored;
}

/** Answers: is this document what its contract says? `undefined` data means that it does not exist. */
export function readOne<T>(schema: z.ZodType<T>, data: unknown): One<T> {
  if (data === undefined) return { kind: "missing" };
  const parsed = schema.safeParse(toContract(data));
  return parsed.success
    ? { kind: "found", value: parsed.data }
    : { kind: "unreadable", problem: problemOf(parsed.error) };
}

/** Reads a list; what cannot be read is kept by its id with the first problem. */
export function readList<T>(schema: z.ZodType<T>, documents: readonly { id: string; data: unknown }[]): Listed<T> {
  const items: T[] = [];
  const unreadable: { id: string; problem: string }[] = [];
  for (const { id, data } of documents) {
    const one = readOne(schema, data);
    if (one.kind === "found") items.push(one.value);
    if (one.kind === "unreadable") unreadable.push({ id, problem: one.problem });
  }
  return { items, unreadable };
}

function isTimestamp(value: unknown): value is TimestampLike {
  return (
    typeof value === "object" &&
    value !== null &&
    "seconds" in value &&
    "nanoseconds" in value &&
    "toDate" in value &&
    typeof value.toDate === "function"
  );
}

function problemOf(error: z.ZodError): string {
  const first = error.issues[0];
  return first === undefined ? "unknown shape" : `${first.path.join(".") || "document"}: ${first.message}`;
}
