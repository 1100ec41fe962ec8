import * as z from "zod";
import { DocId, Sha256Hex, TenantId, UtcInstant, plainText } from "./primitives.js";

const TreeSize = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Longest that an audit link may count, in days. */
export const AUDIT_LINK_MAX_DAYS = 90;
/** Most audit links of one studio that count at one time. */
export const AUDIT_LINKS_MAX = 50;
/** A link's secret as it is handed out, once: 32 random bytes. Stored is its SHA-256 alone. */
export const AUDIT_LINK_TOKEN = /^audit-link-[0-9a-f]{64}$/;

/**
 * Lets its holder read a studio's signed log, and one export if it names one, without an account. Stored at `auditLinks/{linkId}`;
 * written by functions only; kept for ever. The holder's secret is not in it: `linkId` is its SHA-256.
 */
export const AuditLink = z.strictObject({
  linkId: Sha256Hex,
  tenantId: TenantId,
  /** For whom it is, in the words of who made it. */
  label: plainText(1, 120),
  /** The export that it opens besides the log; null for the log alone, which holds hashes and no events. */
  exportId: DocId.nullable(),
  createdBy: z.strictObject({ id: DocId, name: z.string().max(120) }),
  createdAt: UtcInstant,
  /** The first instant at which it no longer counts. */
  expiresAt: UtcInstant,
  revokedAt: UtcInstant.nullable(),
  /** The hours, `2026-11-20T09`, whose use and whose refusal are on record: one event an hour each. */
  usedInHour: z.string().max(13).nullable(),
  refusedInHour: z.string().max(13).nullable(),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type AuditLink = z.infer<typeof AuditLink>;

/** What a choice of entries can be made by. Nothing proves that a choice is complete. */
export const EXPORT_FILTERS = ["proposalId", "actorId", "type", "capabilityId", "requestId"] as const;
/** Most entries of a filtered export, and of a range with a proof for each entry: every proof is a file. */
export const EXPORT_PROOFS_MAX = 1_000;
/** Most entries of one range. A larger log is several exports. */
export const EXPORT_ENTRIES_MAX = 10_000_000;

/** A contiguous range proves that nothing in it is missing; a choice proves that each of its entries is in the log. */
export const ExportContent = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("range"), from: TreeSize, to: TreeSize, proofs: z.boolean() }),
  z.strictObject({ kind: z.literal("filtered"), field: z.enum(EXPORT_FILTERS), value: z.string().min(1).max(128) }),
]);
export type ExportContent = z.infer<typeof ExportContent>;

/** How long the files of an export are kept once it has ended, in days. */
export const EXPORT_FILES_DAYS = 30;

/**
 * One export of a studio's log, from its request to its files. Stored at `exports/{exportId}`; written by functions only; kept for ever,
 * its files for a month. Which entries it holds, and under which checkpoint, is fixed when it is requested.
 */
export const AuditExport = z.strictObject({
  exportId: DocId,
  tenantId: TenantId,
  requestedBy: z.strictObject({ id: DocId, name: z.string().max(120) }),
  requestedAt: UtcInstant,
  content: ExportContent,
  /** Which of the studio's logs, and the size of the signed checkpoint that the export is proved under. */
  epoch: z.int().min(1),
  treeSize: TreeSize,
  /** An earlier checkpoint that the reader knows: the export shows that the log only grew since. */
  earlierSize: TreeSize.nullable(),
  status: z.enum(["requested", "done", "failed"]),
  /** How many entries it has; null until a choice was made. */
  count: TreeSize.nullable(),
  /** Why it failed, as a code; null unless it did. */
  problem: z.string().max(100).nullable(),
  endedAt: UtcInstant.nullable(),
  /** Its files are kept until then, and longer under a legal hold; null before it ends, and after they were removed. */
  filesUntilAt: UtcInstant.nullable(),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type AuditExport = z.infer<typeof AuditExport>;

/**
 * How far an export is: the job's own memory, so that a run that died is continued where it was. Stored at `exportProgress/{exportId}`;
 * written by functions only; carries no decision.
 */
export const ExportProgress = z.strictObject({
  exportId: DocId,
  /** Entries whose part is written. */
  done: TreeSize,
  parts: z.array(z.strictObject({ first: TreeSize, count: z.int().min(1) })).max(1_000),
  /** The indices of a filtered choice, in order; null for a range. */
  choice: z.array(TreeSize).max(EXPORT_PROOFS_MAX).nullable(),
  /** The roots of the perfect subtrees over what lies before the next entry, in base64: the range must lead to the signed root. */
  frontier: z.array(z.string().max(44)).max(53),
  /** Bytes written. */
  bytes: TreeSize,
  /** Who is at work, so that two runs do not write one file. */
  lease: z.strictObject({ holder: DocId, untilAt: UtcInstant }).nullable(),
  /** How often a run began it: one that dies again and again is given up. */
  attempts: z.int().min(0),
  /** Its files are to go: that is on record, and not done yet. */
  removing: z.boolean(),
  updatedAt: UtcInstant,
});
export type ExportProgress = z.infer<typeof ExportProgress>;

/**
 * The cosignatures of one checkpoint, each checked before it was stored. Stored at `auditLog/e<epoch>/cosignatures/<size>`; written by
 * functions only; kept for ever.
 */
export const LogCosignatures = z.strictObject({
  v: z.literal(1),
  epoch: z.int().min(1),
  size: TreeSize,
  /** Signature lines of a note, each with the name of its witness and when that signed. */
  cosignatures: z
    .array(
      z.strictObject({
        witness: z.string().min(1).max(200),
        line: z.string().min(1).max(400),
        cosignedAt: UtcInstant,
      }),
    )
    .max(8),
});
export type LogCosignatures = z.infer<typeof LogCosignatures>;

/**
 * What a witness last said about a log. Stored at `auditLog/e<epoch>/witnesses/<witnessId>`; written by functions only; may be lost: the
 * witness tells its size again.
 */
export const LogWitness = z.strictObject({
  v: z.literal(1),
  witness: z.string().min(1).max(200),
  /** The largest size that it has cosigned for us. */
  size: TreeSize,
  cosignedAt: UtcInstant.nullable(),
  /** What was wrong at the last attempt; null when it cosigned. `ahead` and `inconsistent` mean a fork or a rollback. */
  problem: z.enum(["ahead", "inconsistent", "unknown_log", "failed"]).nullable(),
  detail: z.string().max(200),
  askedAt: UtcInstant,
});
export type LogWitness = z.infer<typeof LogWitness>;
