import * as z from "zod";
import { AuditEvent, auditEventRef, inTenant } from "../contracts/index.js";
import { eventMeans } from "../commit/deps.js";
import { encodeBase64, equalBytes, utf8 } from "./bytes.js";
import type { CheckpointSigner } from "./checkpoint-signer.js";
import { judgeHead } from "./decide-signature.js";
import { SEQUENCER, raiseAlarm } from "./log-alarms.js";
import type { AlarmMeans } from "./log-alarms.js";
import type { LogReader } from "./log-store.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf, verifyConsistency } from "./merkle.js";
import type { Frontier, Sha256 } from "./merkle.js";
import { proveConsistency } from "./merkle-prover.js";
import { leafOf } from "./plan-batch.js";
import { parseLeaf } from "./leaf.js";
import { ProofError } from "./proof-error.js";
import { readLeaves } from "./read-leaves.js";
import { recordEvent } from "./record-event.js";
import { MAX_SEAL_PARTS } from "./seal-archive.js";
import type { Seal, SealArchive, SealedPartRef } from "./seal-archive.js";
import { formatSealedPart } from "./sealed-part.js";
import type { SealedEntry } from "./sealed-part.js";
import type { Remembered, SignedState } from "./signer-memory.js";
import { storedHashes } from "./stored-hashes.js";
import { TILE_WIDTH } from "./tiles.js";

export interface SealMeans extends AlarmMeans {
  readonly sha256: Sha256;
  readonly log: LogReader;
  readonly signer: Pick<CheckpointSigner, "recall">;
  readonly archive: SealArchive;
}

/**
 * sealed: these entries are, and more may wait. nothing: all that is signed is sealed, but for what sealing itself put on record.
 * frozen: the database's log is not the one that was signed. damaged: an entry is not what its leaf says, or the tree not what was signed.
 */
export type SealReport =
  | { readonly outcome: "sealed"; readonly entries: number }
  | { readonly outcome: "nothing" | "frozen" | "damaged"; readonly entries: 0 };

/** What one seal holds in memory, and one object of it, as long as single events are not larger. */
const MAX_SEAL_BYTES = 8 * 1024 * 1024;
const MAX_PART_BYTES = 2 * 1024 * 1024;

/**
 * Seals the next entries of a studio's log (M07.11): everything that is signed and not yet sealed goes to the locked bucket, as exact
 * bytes, and an event `log.sealed` with range and root stays behind. Only what the signer's own memory leads to is sealed. Broken off
 * anywhere, or run twice at once, it goes on: of each number one seal is kept, and its event is recorded before the next.
 */
export async function sealLog(means: SealMeans, tenantId: string): Promise<SealReport> {
  try {
    return await sealNext(means, tenantId);
  } catch (error) {
    if (!(error instanceof ProofError || error instanceof z.ZodError)) throw error;
    const text = error instanceof ProofError ? error.message : "A document of the log breaks its contract.";
    await raiseAlarm(means, tenantId, "LOG_DAMAGED", `It cannot be sealed: ${text}`.slice(0, 500));
    return { outcome: "damaged", entries: 0 };
  }
}

async function sealNext(means: SealMeans, tenantId: string): Promise<SealReport> {
  const { archive, log, sha256 } = means;
  const remembered = await means.signer.recall(tenantId);
  const { origin, newest: signed, frozen } = remembered;
  const standing = judgeHead(remembered, await log.head(tenantId));
  if (frozen !== null || standing.kind === "freeze") return { outcome: "frozen", entries: 0 };
  const last = await archive.newest(origin);
  if (last !== null) await recordSeal(means, remembered, last);
  const from = last?.to ?? 0;
  if (signed === null || signed.size === from) return { outcome: "nothing", entries: 0 };
  if (from > signed.size) throw new ProofError("LOG_SHRANK", `${from} entries are sealed, ${signed.size} are signed.`);

  const parts = await readParts(means, remembered, from, signed.size);
  const entries = parts.flatMap((part) => part.entries);
  if (entries.every(isOfSealing)) return { outcome: "nothing", entries: 0 };
  const frontier = entries.reduce<Frontier>(
    (grown, { leaf }) => appendLeaf(sha256, grown, leafHash(sha256, utf8(leaf))),
    last?.frontier ?? EMPTY_FRONTIER,
  );
  await requireSigned(means, remembered, frontier, signed);

  const kept: SealedPartRef[] = [];
  for (const part of parts) kept.push(await archive.keepPart(origin, part.from, part.to, part.bytes));
  const root = rootOf(sha256, frontier);
  const next: Seal = { number: (last?.number ?? 0) + 1, from, to: frontier.size, root, frontier, parts: kept };
  const seal = await archive.keep(origin, next);
  await recordSeal(means, remembered, seal);
  return { outcome: "sealed", entries: seal.to - seal.from };
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly SealedEntry[];
  readonly bytes: Uint8Array;
}

/** The next entries, tile by tile, until all are read or one seal is full. */
async function readParts(means: SealMeans, log: Remembered, from: number, until: number): Promise<readonly Part[]> {
  const parts: Part[] = [];
  let bytes = 0;
  for (let at = from; at < until && parts.length < MAX_SEAL_PARTS && bytes < MAX_SEAL_BYTES;) {
    const end = Math.min(until, (Math.floor(at / TILE_WIDTH) + 1) * TILE_WIDTH);
    for (const entries of bySize(await readTile(means, log, at, end)).slice(0, MAX_SEAL_PARTS - parts.length)) {
      if (bytes >= MAX_SEAL_BYTES) break;
      const part = { from: at, to: at + entries.length, entries, bytes: formatSealedPart(entries) };
      parts.push(part);
      at = part.to;
      bytes += part.bytes.length;
    }
  }
  return parts;
}

/** Entries of one tile, each compared with its event. Throws `EVENT_ALTERED` where one does not fit. */
async function readTile(
  { log, sha256 }: SealMeans,
  { tenantId, epoch }: Remembered,
  from: number,
  to: number,
): Promise<readonly SealedEntry[]> {
  const leaves = await readLeaves(log, { tenantId, epoch }, from, to);
  const events = await log.events(tenantId, leaves.map(idOf));
  return leaves.map((leaf, at) => {
    const event = events[at];
    const canonical = event?.data["canonical"];
    if (event == null || typeof canonical !== "string" || leafOf(sha256, tenantId, event) !== leaf)
      throw new ProofError("EVENT_ALTERED", `The event of entry ${from + at} is not the one that was sequenced.`);
    return { leaf, event: canonical };
  });
}

/** One object as a rule; several where events are that large. */
function bySize(entries: readonly SealedEntry[]): SealedEntry[][] {
  const parts: SealedEntry[][] = [[]];
  let characters = 0;
  for (const entry of entries) {
    if (characters > MAX_PART_BYTES / BYTES_PER_CHARACTER) {
      parts.push([]);
      characters = 0;
    }
    parts.at(-1)?.push(entry);
    characters += entry.leaf.length + entry.event.length;
  }
  return parts;
}
/** The most that a UTF-16 code unit takes in UTF-8. */
const BYTES_PER_CHARACTER = 3;

/** The tree of what is to be sealed must be the beginning of what was signed: the signer's memory says so, and no document. */
async function requireSigned(
  { sha256, log }: SealMeans,
  { tenantId, epoch }: Remembered,
  frontier: Frontier,
  signed: SignedState,
): Promise<void> {
  const sealed = { size: frontier.size, root: rootOf(sha256, frontier) };
  const read = storedHashes(sha256, log, { tenantId, epoch }, signed.size);
  const isSame = sealed.size === signed.size && equalBytes(sealed.root, signed.root);
  if (isSame) return;
  const proof = await proveConsistency(sha256, read, sealed.size, signed.size);
  if (!verifyConsistency(sha256, sealed, signed, proof))
    throw new ProofError("LOG_FORKED", `The entries up to ${sealed.size} are not those that were signed.`);
}

/** The event of a seal, once: found again by the id that the seal gives it. */
export const sealEventId = (hash: (text: string) => string, origin: string, number: number): string =>
  hash(`log.sealed|${origin}|${number}`).slice(0, EVENT_ID_CHARACTERS);
const EVENT_ID_CHARACTERS = 20;

function recordSeal(
  { deps, requestId }: SealMeans,
  { tenantId, origin, epoch }: Remembered,
  { number, from, to, root, parts }: Seal,
): Promise<void> {
  const eventId = sealEventId(deps.sha256, origin, number);
  return deps.transactor.transact(async (reads) => {
    const [known] = await reads.get([inTenant(tenantId, auditEventRef(eventId))]);
    if (known?.data != null) return { changes: [], events: [], answer: undefined };
    const event = recordEvent(
      {
        tenantId,
        type: "log.sealed",
        at: deps.clock.now(),
        actor: SEQUENCER,
        outcome: "done",
        severity: "notice",
        requestId,
        data: { origin, epoch, number, from, to, root: encodeBase64(root), objects: parts.length },
      },
      eventMeans(deps, eventId),
    );
    return { changes: [], events: [event], answer: undefined };
  });
}

const idOf = (leaf: string): string => parseLeaf(leaf).id;

/** A log in which nothing happens but its sealing is not sealed every night for ever. */
function isOfSealing({ event }: SealedEntry): boolean {
  const told = AuditEvent.safeParse(JSON.parse(event));
  return told.success && told.data.type === "log.sealed";
}
