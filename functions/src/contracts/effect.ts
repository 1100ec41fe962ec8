import * as z from "zod";
import { DocRef, Json, Sha256Hex, UtcInstant } from "./primitives.js";

/** What kind of secret a changed field holds, so that a screen can mask it. */
export const Sensitivity = z.enum(["none", "pii", "money"]);

/** One field, before and after. An absent `before` or `after` means that the field does not exist on that side. */
export const FieldChange = z.strictObject({
  /** Top-level field of the document. Nested values are compared and replaced whole. */
  path: z.string().regex(/^[a-zA-Z][A-Za-z0-9]*$/),
  before: Json.optional(),
  after: Json.optional(),
  sensitivity: Sensitivity,
});
export type FieldChange = z.infer<typeof FieldChange>;

/** One document and what happens to it. A `create` has no before, a `delete` no after. */
export const EffectWrite = z.strictObject({
  ref: DocRef,
  op: z.enum(["create", "update", "delete"]),
  fields: z.array(FieldChange).min(1).max(50),
});
export type EffectWrite = z.infer<typeof EffectWrite>;

/** What an effect reaches: documents written, members concerned, money moved in cents (signed), devices commanded. */
export const BlastRadius = z.strictObject({
  docs: z.int().min(0),
  members: z.int().min(0),
  cents: z.int(),
  devices: z.int().min(0),
});
export type BlastRadius = z.infer<typeof BlastRadius>;

/** What a document looked like when the plan was computed, for the fields that the plan read. */
export const Precondition = z.strictObject({
  ref: DocRef,
  /** False: the plan needs the document not to exist. */
  exists: z.boolean(),
  /** Firestore's update time to the microsecond; null for a document that did not exist. Informative: the hash decides. */
  updateTime: z.string().max(40).nullable(),
  /** The fields that were read, sorted. */
  fields: z.array(z.string()).max(50),
  /** SHA-256 over the canonical JSON of those fields; an absent field is left out. */
  fieldsHash: Sha256Hex,
  /** The values themselves, so that a stale plan can say what was and what is. */
  values: z.record(z.string(), Json),
});
export type Precondition = z.infer<typeof Precondition>;

/**
 * The exact effect a person decides on. Computed by the server from current reads, never echoed from input (M03.1).
 * `planId` is the SHA-256 over the canonical JSON of writes, preconditions and intent: another effect is another plan.
 */
export const Plan = z.strictObject({
  planId: Sha256Hex,
  intentHash: Sha256Hex,
  headline: z.string().max(300),
  writes: z.array(EffectWrite).min(1).max(200),
  inverse: z.array(EffectWrite).max(200),
  irreversible: z.array(z.strictObject({ why: z.string().max(300) })).max(10),
  blastRadius: BlastRadius,
  preconditions: z.array(Precondition).max(200),
  computedAt: UtcInstant,
  readTime: UtcInstant,
});
export type Plan = z.infer<typeof Plan>;

/** One field that is not what the plan was computed from. */
export const StaleField = z.strictObject({
  ref: DocRef,
  field: z.string(),
  was: Json.optional(),
  now: Json.optional(),
});
export type StaleField = z.infer<typeof StaleField>;

/** One field of a rollback that somebody changed since: three columns for a person to compare (M03.6). */
export const ConflictField = z.strictObject({
  ref: DocRef,
  field: z.string(),
  before: Json.optional(),
  weWrote: Json.optional(),
  now: Json.optional(),
});
export type ConflictField = z.infer<typeof ConflictField>;
