import type { LogCheckpoint, LogHead, LogTile } from "../contracts/index.js";
import { decodeBase64, encodeBase64, equalBytes, utf8 } from "./bytes.js";
import { openCheckpoint } from "./checkpoint.js";
import type { SealedState } from "./check-seals.js";
import type { EventDocument } from "./event-document.js";
import { isWellFormed } from "./event-problem.js";
import { parseLeaf } from "./leaf.js";
import type { LeafEnvelope } from "./leaf.js";
import type { Findings } from "./log-finding.js";
import type { LogReader } from "./log-store.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "./merkle.js";
import type { Hash } from "./merkle.js";
import type { NoteVerifier, ProofCrypto } from "./note.js";
import { leafOf } from "./plan-batch.js";
import type { ResourceVersions } from "./resource-versions.js";
import type { SignedState } from "./signer-memory.js";
import { formatHashes } from "./tile-edge.js";
import { TILE_WIDTH, extendTiles } from "./tiles.js";
import type { TileEdge } from "./tiles.js";

/** What is checked against each other, and where findings go. */
export interface EntriesCheck {
  readonly crypto: ProofCrypto;
  readonly log: LogReader;
  /** Checkpoints of more than this size, the smallest first. */
  readonly checkpoints: (epoch: number, overSize: number) => AsyncIterable<LogCheckpoint>;
  readonly verifiers: readonly NoteVerifier[];
  readonly tenantId: string;
  readonly head: LogHead;
  /** What the signer remembers of this log. */
  readonly signed: SignedState | null;
  /** What is sealed of this log, the smallest first. */
  readonly seals: readonly SealedState[];
  readonly versions: ResourceVersions;
  readonly findings: Findings;
}

/**
 * Do the stored tiles, head and checkpoints follow from the events? Builds the whole tree again, tile after tile, with memory for one of
 * each level, and compares whatever is stored on the way.
 */
export async function checkEntries(check: EntriesCheck): Promise<void> {
  const { crypto, head, findings, signed } = check;
  const { sha256 } = crypto;
  const checkpoints = check.checkpoints(head.epoch, 0)[Symbol.asyncIterator]();
  let due = await checkpoints.next();
  let [frontier, edge] = [EMPTY_FRONTIER, [] as TileEdge];
  const stored = new Map<number, LogTile | null>();
  const sealed = new Map(check.seals.map((seal) => [seal.to, seal]));
  while (frontier.size < head.size) {
    const index = Math.floor(frontier.size / TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, head.size - frontier.size);
    const tile = await check.log.tile(check.tenantId, head.epoch, 0, index);
    const leaves = await rebuildLeaves(check, tile, index, width);
    const hashes = leaves.map((leaf) => leafHash(sha256, utf8(leaf)));
    const grown = extendTiles(sha256, { size: frontier.size, edge }, hashes);
    stored.set(0, tile);
    for (const { ref, hashes: row } of grown.tiles)
      await compareTile(check, stored, { level: Number(ref.level), index: ref.index }, row);
    edge = grown.edge;
    for (const hash of hashes) {
      frontier = appendLeaf(sha256, frontier, hash);
      const root = (): Hash => rootOf(sha256, frontier);
      if (signed?.size === frontier.size && !equalBytes(root(), signed.root))
        findings.add("SIGNER_DIFFERS", `the signer remembers another log of ${signed.size} entries`);
      const seal = sealed.get(frontier.size);
      if (seal !== undefined && !equalBytes(root(), seal.root))
        findings.add("SEAL_DIFFERS", `seal ${seal.number} holds other entries than the log up to ${seal.to}`);
      for (; due.done !== true && due.value.size === frontier.size; due = await checkpoints.next())
        await compareCheckpoint(check, due.value, root());
    }
  }
  if (due.done !== true)
    findings.add("CHECKPOINT_DIFFERS", `a checkpoint of ${due.value.size} is beyond the log of ${head.size}`);
  const beyond = check.seals.at(-1);
  if (beyond !== undefined && beyond.to > head.size)
    findings.add("SEAL_DIFFERS", `entries up to ${beyond.to} are sealed, the log has ${head.size}`);
  const isHead = encodeBase64(rootOf(sha256, frontier)) === head.root;
  if (!isHead || edge.map(formatHashes).join() !== head.edge.join())
    findings.add("HEAD_DIFFERS", "the head's root or edge is not that of the events");
}

/** The entries of a tile, made again from their events; where an event is gone, the entry as stored takes its place. */
async function rebuildLeaves(
  check: EntriesCheck,
  tile: LogTile | null,
  tileIndex: number,
  width: number,
): Promise<string[]> {
  const { log, findings, tenantId } = check;
  const sealed = Array.from({ length: width }, (_, at) => readLeaf(tile?.leaves?.[at]));
  if (tile === null || sealed.includes(null))
    findings.add("TILE_DIFFERS", `tile 0-${tileIndex} does not have the ${width} entries that the log has there`);
  const events = await log.events(
    tenantId,
    sealed.flatMap((leaf) => (leaf === null ? [] : [leaf.id])),
  );
  const found = new Map(events.flatMap((event) => (event === null ? [] : [[event.id, event] as const])));
  return sealed.map((leaf, at) => {
    const text = tile?.leaves?.[at] ?? "";
    if (leaf === null) return text;
    const event = found.get(leaf.id);
    if (event === undefined) {
      findings.add("EVENT_MISSING", `entry ${tileIndex * TILE_WIDTH + at}: its event ${leaf.id} is gone`);
      return text;
    }
    return rebuildLeaf(check, leaf, event, tileIndex * TILE_WIDTH + at);
  });
}

function rebuildLeaf(check: EntriesCheck, leaf: LeafEnvelope, event: EventDocument, index: number): string {
  const { findings, tenantId, head, crypto, versions } = check;
  const rebuilt = leafOf(crypto.sha256, tenantId, event);
  const about = `entry ${index}, event ${event.id}`;
  if (parseLeaf(rebuilt).eventSha256 !== leaf.eventSha256)
    findings.add("EVENT_ALTERED", `${about}: its text was changed`);
  if (event.createTime !== leaf.committedAt)
    findings.add("EVENT_RECREATED", `${about}: it was stored again after it had been sequenced`);
  const { seq, pending, logEpoch = 1 } = event.data;
  if (seq !== index || pending !== undefined || logEpoch !== head.epoch)
    findings.add("EVENT_MISPLACED", `${about}: its document says another index`);
  if (!isWellFormed(tenantId, event)) findings.add("COPY_DIFFERS", `${about}: a field beside the text differs from it`);
  const { canonical } = event.data;
  versions.add(typeof canonical === "string" ? canonical : "");
  return rebuilt;
}

/** Partial tiles grow: what was rebuilt must be how the stored one begins, and at the end all of it. */
async function compareTile(
  { log, tenantId, head, findings }: EntriesCheck,
  stored: Map<number, LogTile | null>,
  { level, index }: { level: number; index: number },
  hashes: readonly Hash[],
): Promise<void> {
  const known = stored.get(level);
  const tile = known?.index === index ? known : await log.tile(tenantId, head.epoch, level, index);
  stored.set(level, tile);
  const rebuilt = formatHashes(hashes);
  const begins = tile === null ? "" : encodeBase64(decodeBase64(tile.hashes).slice(0, hashes.length * 32));
  if (begins !== rebuilt) findings.add("TILE_DIFFERS", `tile ${level}-${index} is not that of the events`);
}

async function compareCheckpoint(check: EntriesCheck, checkpoint: LogCheckpoint, root: Hash): Promise<void> {
  const { verifiers, head, findings } = check;
  try {
    const signed = await openCheckpoint(utf8(checkpoint.note), verifiers, head.origin);
    const isSame = signed.size === checkpoint.size && encodeBase64(signed.root) === checkpoint.root;
    if (isSame && equalBytes(signed.root, root)) return;
  } catch {
    // Not signed by a key of this log: told below like any other difference.
  }
  findings.add("CHECKPOINT_DIFFERS", `the checkpoint of ${checkpoint.size} is not signed, or not over these events`);
}

function readLeaf(text: string | undefined): LeafEnvelope | null {
  try {
    return text === undefined ? null : parseLeaf(text);
  } catch {
    return null;
  }
}
