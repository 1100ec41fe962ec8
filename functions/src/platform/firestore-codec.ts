import { Timestamp } from "firebase-admin/firestore";
import type { DocumentData } from "firebase-admin/firestore";
import type { Json, JsonObject } from "../contracts/index.js";

/** Firestore's time begins with the year 1. */
const UTC_INSTANT = /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * How does a contract document lie in Firestore? As it is, but that a field whose name ends in `At` and that holds a UTC
 * instant becomes a Firestore Timestamp, at any depth. Milliseconds survive the round trip.
 */
export function toFirestore(document: JsonObject): DocumentData {
  return mapFields(document, (name, value) => toStoredValue(name, value));
}

/** The value of one field as Firestore stores it. */
export function toStoredValue(name: string, value: Json): unknown {
  if (typeof value === "string" && name.endsWith("At") && isInstant(value))
    return Timestamp.fromMillis(Date.parse(value));
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => toStoredValue("", item));
  if (typeof value === "object" && value !== null) return toFirestore(value as JsonObject);
  return value;
}

/** A moment that there is: the 30th of February stays text. */
function isInstant(text: string): boolean {
  if (!UTC_INSTANT.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

/** The contract document that Firestore holds: every Timestamp becomes a UTC instant, nothing else changes. */
export function fromFirestore(data: DocumentData): JsonObject {
  return mapFields(data, (_, value) => fromStoredValue(value)) as JsonObject;
}

function fromStoredValue(value: unknown): unknown {
  if (value instanceof Timestamp) return new Date(value.toMillis()).toISOString();
  if (Array.isArray(value)) return value.map(fromStoredValue);
  if (typeof value === "object" && value !== null) return fromFirestore(value);
  return value;
}

function mapFields(object: object, map: (name: string, value: Json) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(name, value as Json)]));
}
