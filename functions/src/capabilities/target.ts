import type * as z from "zod";
import type { FieldChange, JsonObject, ReasonCode } from "../contracts/index.js";
import type { Truth } from "./capability.js";

export type Found<Fields> =
  | { readonly kind: "found"; readonly fields: Fields; readonly data: JsonObject }
  | { readonly kind: "refused"; readonly reason: ReasonCode; readonly detail: string };

/** The record that a capability is about, as far as it was read. Refuses TARGET_NOT_FOUND and TARGET_UNREADABLE. */
export function findTarget<Fields>(truth: Truth, ref: string, schema: z.ZodType<Fields>, what: string): Found<Fields> {
  const data = truth.get(ref) ?? null;
  if (data === null) return { kind: "refused", reason: "TARGET_NOT_FOUND", detail: `there is no ${ref}` };
  const parsed = schema.safeParse(data);
  return parsed.success
    ? { kind: "found", fields: parsed.data, data }
    : { kind: "refused", reason: "TARGET_UNREADABLE", detail: `${ref} is not ${what}` };
}

/** One field from what is stored to what it becomes; a field that is not there yet has no `before`. */
export function changeOf(
  data: JsonObject,
  path: string,
  after: FieldChange["after"],
  sensitivity: FieldChange["sensitivity"] = "none",
): FieldChange {
  const before = data[path];
  return before === undefined ? { path, after, sensitivity } : { path, before, after, sensitivity };
}
