import * as z from "zod";
import { DocId, Sha256Hex, UtcInstant, plainText } from "./primitives.js";

/** How many legal holds a studio has at most, lifted ones included. */
export const MAX_LEGAL_HOLDS = 200;

/** What must not be deleted: everything, one collection, or what concerns one proposal or one person. */
export const HoldSubject = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("everything") }),
  z.strictObject({ kind: z.literal("collection"), id: DocId }),
  z.strictObject({ kind: z.literal("proposal"), id: DocId }),
  z.strictObject({ kind: z.literal("person"), id: DocId }),
]);
export type HoldSubject = z.infer<typeof HoldSubject>;

/** A reason, outside of this system, not to delete something: a dispute, an inspection, an insurer's question. */
export const LegalHold = z.strictObject({
  holdId: DocId,
  about: HoldSubject,
  placedBy: DocId,
  placedAt: UtcInstant,
  /** Null: in force. */
  liftedBy: DocId.nullable(),
  liftedAt: UtcInstant.nullable(),
});
export type LegalHold = z.infer<typeof LegalHold>;

/**
 * Every legal hold of a studio. Stored at `retention/holds`; written by functions only; kept for ever. Why somebody placed
 * one is free text of its event. There is none: nothing is held. It cannot be read: everything is.
 */
export const LegalHolds = z.strictObject({
  holds: z.array(LegalHold).max(MAX_LEGAL_HOLDS),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
});
export type LegalHolds = z.infer<typeof LegalHolds>;

/** Collections of derived data that a purge may delete from; how long each is kept is the retention matrix's. */
export const PURGEABLE_COLLECTIONS = ["notices", "observations", "deadLetters"] as const;
export type PurgeableCollection = (typeof PURGEABLE_COLLECTIONS)[number];

/** How many documents one part of a purge deletes, in one commit with its event, and how many parts one approval covers. */
export const MAX_PURGE_PART = 400;
export const MAX_PURGE_PARTS = 50;

/** Documents of one collection whose time lies in [fromAt, untilAt): how many, and which by the hash of their sorted ids. */
export const PurgePart = z.strictObject({
  fromAt: UtcInstant,
  untilAt: UtcInstant,
  count: z.int().min(1).max(MAX_PURGE_PART),
  /** SHA-256 over the sorted document ids, joined by line feeds. */
  idsHash: Sha256Hex,
});
export type PurgePart = z.infer<typeof PurgePart>;

/** What a dry run found that may be deleted, and what a purge is asked for with (M07.11). */
export const RetentionPurgeInput = z.strictObject({
  /** A collection that the retention matrix lets be purged. */
  collection: DocId,
  parts: z.array(PurgePart).min(1).max(MAX_PURGE_PARTS),
});
export type RetentionPurgeInput = z.infer<typeof RetentionPurgeInput>;

/**
 * An approved deletion and how far it is. Stored at `purges/{proposalId}`; created by the execution of its proposal, then
 * written by the retention job; kept for ever. `refused`: something was found that nobody had approved.
 */
export const Purge = z.strictObject({
  ...RetentionPurgeInput.shape,
  proposalId: DocId,
  status: z.enum(["approved", "done", "refused"]),
  /** How many parts are deleted. */
  partsDone: z.int().min(0).max(MAX_PURGE_PARTS),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type Purge = z.infer<typeof Purge>;

/** Why somebody places or lifts a hold, or erases words. */
export const RetentionReason = plainText(10, 500);
