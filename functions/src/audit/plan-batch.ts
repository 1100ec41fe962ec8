import type { LogHead, LogTile, UtcInstant } from "../contracts/index.js";
import { encodeBase64, equalBytes, toHex, utf8 } from "./bytes.js";
import type { EventDocument } from "./event-document.js";
import { problemOf } from "./event-problem.js";
import type { EventProblem } from "./event-problem.js";
import { formatLeaf } from "./leaf.js";
import { EMPTY_FRONTIER, leafHash, rootOf } from "./merkle.js";
import type { Hash, Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";
import type { RecordedEvent } from "./record-event.js";
import { formatHashes, frontierOf, parseHashes } from "./tile-edge.js";
import { TILE_WIDTH, extendTiles } from "./tiles.js";
import type { TileEdge } from "./tiles.js";

/** Most events in one batch: with tiles and head well below the 500 writes of one commit. */
export const MAX_BATCH_EVENTS = 200;

/** A log as the sequencer found it. */
export interface LogState {
  readonly tenantId: string;
  readonly head: LogHead;
  /** The last tile of level 0, if it is partial. */
  readonly lastTile: LogTile | null;
}

/** What one batch gives to the log: all of it is written, or nothing. */
export interface LogBatch {
  readonly head: LogHead;
  readonly tiles: readonly LogTile[];
  /** Each event with its index. Fails if the event changed since it was read. */
  readonly stamps: readonly { readonly event: EventDocument; readonly seq: number }[];
  /** What is put on record in the same commit. */
  readonly event?: RecordedEvent;
}

export interface BatchPlan {
  /** Null when no event can be given an index. */
  readonly batch: LogBatch | null;
  /** The new entries, which the signer extends its own frontier by. */
  readonly leaves: readonly string[];
  readonly refused: readonly { readonly event: EventDocument; readonly problem: EventProblem }[];
}

/** The log of a studio before its first entry. */
export function emptyHead(sha256: Sha256, name: { origin: string; epoch: number }, now: UtcInstant): LogHead {
  const root = encodeBase64(rootOf(sha256, EMPTY_FRONTIER));
  const { origin, epoch } = name;
  return { v: 1, epoch, origin, size: 0, root, edge: [], sequencedAt: now, publishedSize: 0, publishedAt: null };
}

/**
 * Which index does each of these events get, and what becomes of the tree (M07.2)? In the order in which the database took them in;
 * those that somebody changed get none. Throws `TILE_MALFORMED` if head and last tile contradict each other: somebody changed those.
 */
export function planBatch(
  sha256: Sha256,
  log: LogState,
  pending: readonly EventDocument[],
  now: UtcInstant,
): BatchPlan {
  const { tenantId, head } = log;
  const judged = inOrder(pending, head).map((event) => ({ event, problem: problemOf(tenantId, event) }));
  const refused = judged.flatMap(({ event, problem }) => (problem === null ? [] : [{ event, problem }]));
  const sound = judged.flatMap(({ event, problem }) => (problem === null ? [event] : [])).slice(0, MAX_BATCH_EVENTS);
  if (sound.length === 0 || isWaitingForFirst(head, sound)) return { batch: null, leaves: [], refused };
  const leaves = sound.map((event) => leafOf(sha256, tenantId, event));
  const { tiles, edge } = grow(sha256, log, leaves);
  const size = head.size + sound.length;
  const next: LogHead = {
    ...head,
    size,
    root: encodeBase64(rootOf(sha256, frontierOf(sha256, size, edge))),
    edge: edge.map(formatHashes),
    sequencedAt: now,
    needsSweep: true,
  };
  const stamps = sound.map((event, at) => ({ event, seq: head.size + at }));
  return { batch: { head: next, tiles, stamps }, leaves, refused };
}

/** The entry that the log holds for this event. Throws `LEAF_MALFORMED` for an id that is none of ours. */
export function leafOf(sha256: Sha256, tenant: string, { id, data, createTime }: EventDocument): string {
  const { canonical } = data;
  const eventSha256 = toHex(sha256(utf8(typeof canonical === "string" ? canonical : "")));
  return formatLeaf({ v: 1, id, tenant, committedAt: createTime, eventSha256 });
}

/** A log that takes the place of another begins with the event that says so, whatever else was there before. */
function inOrder(pending: readonly EventDocument[], head: LogHead): EventDocument[] {
  const isFirst = ({ id }: EventDocument): boolean => head.size === 0 && id === head.firstEventId;
  return [...pending].sort(
    (a, b) =>
      Number(isFirst(b)) - Number(isFirst(a)) || Number(a.createTime) - Number(b.createTime) || (a.id < b.id ? -1 : 1),
  );
}

function isWaitingForFirst(head: LogHead, [first]: readonly EventDocument[]): boolean {
  return head.size === 0 && head.firstEventId !== undefined && first?.id !== head.firstEventId;
}

function grow(
  sha256: Sha256,
  log: LogState,
  leaves: readonly string[],
): { readonly tiles: readonly LogTile[]; readonly edge: TileEdge } {
  const { size } = log.head;
  const { edge: edgeBefore, leaves: leavesBefore } = requireEdge(sha256, log);
  const hashes = leaves.map((leaf) => leafHash(sha256, utf8(leaf)));
  const { tiles, edge } = extendTiles(sha256, { size, edge: edgeBefore }, hashes);
  const atEdge = [...leavesBefore, ...leaves];
  const firstAtEdge = size - leavesBefore.length;
  return {
    edge,
    tiles: tiles.map(({ ref: { level, index, width }, hashes: row }) => {
      const tile = { v: 1 as const, level: Number(level), index, width, hashes: formatHashes(row) };
      const from = index * TILE_WIDTH - firstAtEdge;
      return level === 0 ? { ...tile, leaves: atEdge.slice(from, from + width) } : tile;
    }),
  };
}

/** Do the head, its edge and the entries of the last tile say the same? What is built on must be sound. */
function requireEdge(
  sha256: Sha256,
  { head, lastTile }: LogState,
): { readonly edge: TileEdge; readonly leaves: readonly string[] } {
  const edge = head.edge.map(parseHashes);
  if (encodeBase64(rootOf(sha256, frontierOf(sha256, head.size, edge))) !== head.root)
    throw damaged("its root is not that of its edge");
  const known: readonly Hash[] = edge[0] ?? [];
  const leaves = lastTile?.leaves?.slice(0, known.length) ?? [];
  const isKnown = (leaf: string, at: number): boolean =>
    equalBytes(leafHash(sha256, utf8(leaf)), known[at] ?? new Uint8Array());
  if (leaves.length !== known.length || !leaves.every(isKnown))
    throw damaged("the entries of the last tile are not those of its edge");
  return { edge, leaves };
}

const damaged = (why: string): ProofError => new ProofError("TILE_MALFORMED", `The log's head is damaged: ${why}.`);
