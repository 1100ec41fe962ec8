import {
  ProofError,
  SIGNATURE_TYPES,
  decodeBase64,
  ed25519Verifier,
  formatOrigin,
  formatVerifierKey,
  leafHash,
  openCheckpoint,
  parseLeaf,
  proveConsistency,
  proveInclusion,
  tileReader,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from "@studio-os/functions/audit-proofs";
import type { Checkpoint, HashReader, NoteVerifier, ProofCrypto, TileRef } from "@studio-os/functions/audit-proofs";
import { LogCheckpoint, LogTile } from "@studio-os/functions/contracts";
import type { LogHead } from "@studio-os/functions/contracts";
import type { HistoryEntry } from "../../data/studio-data.js";
import { sha256Hex } from "./browser-crypto.js";
import type { ForkEvidence, LogMemory } from "./log-memory.js";
import { readEvent } from "./read-event.js";

/** Which log this studio's has to be, and by whose keys it is signed: from the cockpit's own configuration, never from the database. */
interface LogIdentity {
  readonly host: string;
  /** Base64 of 32 bytes each: two while a key is rotated. */
  readonly publicKeys: readonly string[];
}

/** Reads the log's documents as they are now. Rejects when the database cannot be asked; `undefined`: there is none. */
interface LogReads {
  readonly checkpoint: (epoch: number, size: number) => Promise<unknown>;
  readonly tile: (epoch: number, level: number, index: number) => Promise<unknown>;
}

/** What this browser found out by itself about what it shows. */
export type LogProof =
  | { readonly kind: "unsigned" }
  | {
      readonly kind: "verified";
      readonly origin: string;
      readonly size: number;
      /** Shown events that are proved to be in the signed log exactly so. */
      readonly proved: number;
      /** Shown events that no checkpoint covers yet. */
      readonly waiting: number;
      /** Shown events of an earlier log of this studio, which ended with a recovery. */
      readonly earlier: number;
      /** True: this browser had seen the log before, and it only grew since. */
      readonly isKnown: boolean;
    }
  | { readonly kind: "rejected"; readonly alarm: LogAlarm };

/** Something that does not happen by itself. */
export interface LogAlarm {
  readonly code: "SIGNATURE" | "SHRUNK" | "FORK" | "DAMAGED" | "EVENT";
  readonly sentence: string;
  /** Events that are not what the signed log says. */
  readonly eventIds: readonly string[];
  readonly evidence: ForkEvidence | null;
}

export interface CheckLog {
  readonly crypto: ProofCrypto;
  readonly identity: LogIdentity;
  readonly memory: LogMemory;
  readonly reads: LogReads;
  readonly tenantId: string;
  readonly head: LogHead;
  readonly entries: readonly HistoryEntry[];
  readonly now: string;
}

/**
 * Is what this browser shows what the studio's signed log holds, and is that log the one that this browser knows (M07.13)?
 * Believes nothing but its own keys and memory: the head is a hint, tiles are checked against the signed root, and each
 * event's own bytes against its leaf. Rejects only when the database cannot be asked.
 */
export async function checkLog(asked: CheckLog): Promise<LogProof> {
  const check: Checking = { ...asked, tile: tilesOnce(asked) };
  const { crypto, identity, tenantId, head, memory } = check;
  if (head.publishedSize === 0) return { kind: "unsigned" };
  const origin = formatOrigin({ host: identity.host, tenantId, epoch: head.epoch });
  const caught = memory.evidence(origin);
  if (caught !== null) return alarm("FORK", FORKED_BEFORE, { evidence: caught });
  const verifiers = identity.publicKeys.map((key) =>
    ed25519Verifier(crypto, formatVerifierKey(crypto.sha256, origin, SIGNATURE_TYPES.ed25519, decodeBase64(key))),
  );
  const stored = LogCheckpoint.safeParse(await check.reads.checkpoint(head.epoch, head.publishedSize));
  if (!stored.success) return alarm("DAMAGED", `There is no checkpoint of ${head.publishedSize} entries.`);
  try {
    const { note } = stored.data;
    const checkpoint = await openCheckpoint(utf8(note), verifiers, origin);
    const read = tileReader(crypto.sha256, checkpoint.size, tilesOf(check));
    const past = await compareWithPast(check, { origin, note, checkpoint, verifiers, read });
    if (typeof past !== "boolean") return past;
    return await checkEvents(check, { origin, checkpoint, read, isKnown: past });
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    const isSignature = error.code.startsWith("NOTE_") || error.code.startsWith("CHECKPOINT_");
    return alarm(isSignature ? "SIGNATURE" : "DAMAGED", error.message);
  }
}

interface Checking extends CheckLog {
  /** A tile of this log, read and parsed once; null where there is none or it does not have its shape. */
  readonly tile: (level: number, index: number) => Promise<LogTile | null>;
}

function tilesOnce({ reads, head }: CheckLog): Checking["tile"] {
  const tiles = new Map<string, Promise<LogTile | null>>();
  return (level, index) => {
    const name = `${level}-${index}`;
    const known =
      tiles.get(name) ?? reads.tile(head.epoch, level, index).then((stored) => LogTile.safeParse(stored).data ?? null);
    tiles.set(name, known);
    return known;
  };
}

const FORKED_BEFORE = "This browser was shown two pasts of this log that cannot both be true.";
const FORKED = "The log is not a continuation of the one that this browser has seen. Somebody shows different pasts.";
const SHRUNK = "The log is shorter than this browser has already seen it. Entries were taken away.";

interface Signed {
  readonly origin: string;
  readonly checkpoint: Checkpoint;
  readonly read: HashReader;
}

/** True: seen before, and it only grew. False: seen for the first time. Remembers it either way. */
async function compareWithPast(
  { crypto, memory, now }: Checking,
  signed: Signed & { readonly note: string; readonly verifiers: readonly NoteVerifier[] },
): Promise<boolean | LogProof> {
  const { origin, note, checkpoint, verifiers, read } = signed;
  const lastNote = memory.lastSeen(origin);
  const last = lastNote === null ? null : await openCheckpoint(utf8(lastNote), verifiers, origin).catch(() => null);
  if (last === null || lastNote === null) {
    // What this device remembers but cannot verify is no memory: a key that was replaced, or somebody at the storage.
    memory.remember(origin, note);
    return false;
  }
  const evidence = { seen: lastNote, shown: note, noticedAt: now };
  if (checkpoint.size < last.size) return caught(memory, origin, "SHRUNK", SHRUNK, evidence);
  const proof = await proveConsistency(crypto.sha256, read, last.size, checkpoint.size);
  if (!verifyConsistency(crypto.sha256, last, checkpoint, proof))
    return caught(memory, origin, "FORK", FORKED, evidence);
  if (checkpoint.size > last.size) memory.remember(origin, note);
  return true;
}

function caught(
  memory: LogMemory,
  origin: string,
  code: "SHRUNK" | "FORK",
  sentence: string,
  evidence: ForkEvidence,
): LogProof {
  memory.keepEvidence(origin, evidence);
  return alarm(code, sentence, { evidence });
}

async function checkEvents(
  check: Checking,
  { origin, checkpoint, read, isKnown }: Signed & { readonly isKnown: boolean },
): Promise<LogProof> {
  const { entries, head } = check;
  const isOfThisLog = ({ logEpoch }: HistoryEntry): boolean => (logEpoch ?? 1) === head.epoch;
  const sequenced = entries.filter((entry) => entry.seq !== undefined);
  const covered = sequenced.filter((entry) => isOfThisLog(entry) && (entry.seq ?? 0) < checkpoint.size);
  const earlier = sequenced.filter((entry) => !isOfThisLog(entry)).length;
  const verdicts = await Promise.all(covered.map((entry) => isInLog(check, entry, checkpoint, read)));
  const wrong = covered.filter((_, at) => verdicts[at] === false).map(({ eventId }) => eventId);
  if (wrong.length > 0) return alarm("EVENT", "What is shown is not what the signed log holds.", { eventIds: wrong });
  return {
    kind: "verified",
    origin,
    size: checkpoint.size,
    proved: covered.length,
    waiting: entries.length - covered.length - earlier,
    earlier,
    isKnown,
  };
}

/** The event's bytes have the hash that the leaf names, the leaf is under the signed root at its index, and the copies say the same. */
async function isInLog(
  { crypto, tenantId, tile }: Checking,
  entry: HistoryEntry,
  { size, root }: Checkpoint,
  read: HashReader,
): Promise<boolean> {
  const index = entry.seq ?? -1;
  const text = (await tile(0, Math.floor(index / 256)))?.leaves?.[index % 256];
  if (text === undefined) return false;
  const leaf = parseLeaf(text);
  const isOwn =
    leaf.id === entry.eventId && leaf.tenant === tenantId && leaf.eventSha256 === sha256Hex(entry.canonical);
  const reading = readEvent(entry);
  if (!isOwn || reading.kind !== "event" || reading.altered.length > 0) return false;
  const proof = await proveInclusion(crypto.sha256, read, index, size);
  return verifyInclusion(crypto.sha256, { index, size, leaf: leafHash(crypto.sha256, utf8(text)), root }, proof);
}

/** A tile may have grown past the checkpoint: its first hashes never change. */
function tilesOf({ tile }: Checking): (ref: TileRef) => Promise<Uint8Array> {
  return async ({ level, index, width }) => {
    const stored = level === "entries" ? null : await tile(level, index);
    return stored === null ? new Uint8Array() : decodeBase64(stored.hashes).subarray(0, width * 32);
  };
}

const alarm = (
  code: LogAlarm["code"],
  sentence: string,
  more: { eventIds?: readonly string[]; evidence?: ForkEvidence } = {},
): LogProof => ({
  kind: "rejected",
  alarm: { code, sentence, eventIds: more.eventIds ?? [], evidence: more.evidence ?? null },
});
