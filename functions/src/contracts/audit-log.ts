import * as z from "zod";
import { DocId, UtcInstant } from "./primitives.js";

/** A SHA-256 digest in standard padded base64, as tiles and checkpoints write it. */
const Base64Hash = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
/** Up to 256 digests, one after the other, in standard padded base64. */
const Base64Hashes = z
  .string()
  .max(10_924)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/);
const TreeSize = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Which of a studio's logs: the first, and one more for each recovery. */
const LogEpoch = z.int().min(1).max(999_999);

/**
 * Where a studio's log stands. Stored at `auditLog/head`; written by the sequencer only; there from the first entry on. Nobody who
 * verifies believes it: what counts is signed.
 */
export const LogHead = z.strictObject({
  v: z.literal(1),
  epoch: LogEpoch,
  /** `<host>/audit/<tenant>`, from the second epoch on with `/e<n>`. */
  origin: z.string().min(1).max(512),
  /** How many entries have an index: 0 … size − 1, without holes. */
  size: TreeSize,
  root: Base64Hash,
  /** The hashes of the last, partial tile at each level, from level 0 up. */
  edge: z.array(Base64Hashes).max(7),
  /** When the last batch was given its indices. */
  sequencedAt: UtcInstant,
  /** The size of the newest checkpoint that was published, and when that was. */
  publishedSize: TreeSize,
  publishedAt: UtcInstant.nullable(),
  /** From the second epoch on: the event that holds the checkpoint of the log before, and is entry 0. */
  firstEventId: DocId.optional(),
  /** Who is at work, so that others save theirs. Nothing depends on it. */
  lease: z.strictObject({ holder: DocId, untilAt: UtcInstant }).optional(),
  /** There are entries under no published checkpoint: the sweep goes on where somebody stopped. */
  needsSweep: z.literal(true).optional(),
});
export type LogHead = z.infer<typeof LogHead>;

/**
 * Hashes of the tree, as C2SP tlog-tiles cuts it. Stored at `auditLog/e<epoch>/tiles/<level>-<index>`, full or not, and written anew
 * until it is full. A tile of level 0 has its entries beside it: entry i of the tile is entry 256·index + i of the log.
 */
export const LogTile = z.strictObject({
  v: z.literal(1),
  level: z.int().min(0).max(6),
  index: TreeSize,
  /** 1 … 256. A reader of a smaller tree takes the first ones. */
  width: z.int().min(1).max(256),
  hashes: Base64Hashes,
  /** The exact bytes of each entry as text (`audit/leaf.ts`): level 0 only. */
  leaves: z.array(z.string().max(512)).max(256).optional(),
});
export type LogTile = z.infer<typeof LogTile>;

/** A signed checkpoint. Stored at `auditLog/e<epoch>/checkpoints/<size>`; create-only; written when the signer has signed it. */
export const LogCheckpoint = z.strictObject({
  v: z.literal(1),
  epoch: LogEpoch,
  origin: z.string().min(1).max(512),
  size: TreeSize,
  root: Base64Hash,
  /** The signer's own count of checkpoints of this log, from 1 on. */
  number: z.int().min(1),
  /** The C2SP signed note, verbatim. */
  note: z.string().max(10_000),
  publishedAt: UtcInstant,
});
export type LogCheckpoint = z.infer<typeof LogCheckpoint>;

/** Where a log ended that is not continued. Stored at `auditLog/e<epoch>`; written by the recovery; kept for ever. */
export const ClosedLog = z.strictObject({
  v: z.literal(1),
  epoch: LogEpoch,
  origin: z.string().min(1).max(512),
  /** How far the database held the log when it was closed; null when its head was gone. The signer may have signed more. */
  size: TreeSize.nullable(),
  /** The last that the signer remembers: what the next log's first entry holds. */
  lastCheckpoint: z.string().max(10_000).nullable(),
  reason: z.string().max(500),
  closedAt: UtcInstant,
});
export type ClosedLog = z.infer<typeof ClosedLog>;

/** What can be wrong with a log, each until it is no longer so. */
export const LOG_ALARMS = ["LOG_LATE", "LOG_FROZEN", "LOG_DAMAGED"] as const;
export const LogAlarmCode = z.enum(LOG_ALARMS);
export type LogAlarmCode = z.infer<typeof LogAlarmCode>;

/**
 * How a studio's log is: its open alarms, and when it was last checked through. Stored at `auditLog/health`; written by functions only.
 * Each alarm is an event of the log as well, when it is raised and when it is over.
 */
export const LogHealth = z.strictObject({
  v: z.literal(1),
  alarms: z
    .array(z.strictObject({ code: LogAlarmCode, text: z.string().max(500), raisedAt: UtcInstant }))
    .max(LOG_ALARMS.length),
  /** The last full check: when, of how many entries, and how many findings it had. */
  lastCheck: z.strictObject({ checkedAt: UtcInstant, size: TreeSize, findings: z.int().min(0) }).nullable(),
  /** There are alarms: the sweep looks whether they are over. */
  needsSweep: z.literal(true).optional(),
});
export type LogHealth = z.infer<typeof LogHealth>;
