import type { Json, JsonObject } from "../contracts/index.js";

/** One write of a commit. Paths are full, values are plain data; instants are UTC ISO strings. */
export type DocumentChange =
  | { readonly op: "create"; readonly path: string; readonly data: JsonObject }
  | { readonly op: "set"; readonly path: string; readonly data: JsonObject }
  /** Top-level fields only; `undefined` removes the field. The document must exist. */
  | { readonly op: "update"; readonly path: string; readonly fields: Readonly<Record<string, Json | undefined>> }
  | { readonly op: "delete"; readonly path: string };

/** A contract value as a document: plain data, where a property that is undefined is absent. */
export function toDocument(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
