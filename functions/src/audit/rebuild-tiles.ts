import * as z from "zod";
import { eventMeans } from "../commit/deps.js";
import type { LogHead, LogTile } from "../contracts/index.js";
import { encodeBase64, equalBytes, utf8 } from "./bytes.js";
import type { LogInspection } from "./check-log.js";
import type { CheckpointSigner } from "./checkpoint-signer.js";
import { judgeHead } from "./decide-signature.js";
import { parseLeaf } from "./leaf.js";
import { SEQUENCER } from "./log-alarms.js";
import type { AlarmMeans } from "./log-alarms.js";
import type { HeadVersion, LogStore } from "./log-store.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "./merkle.js";
import type { Sha256 } from "./merkle.js";
import { leafOf } from "./plan-batch.js";
import { recordEvent } from "./record-event.js";
import type { SignedState } from "./signer-memory.js";
import { formatHashes } from "./tile-edge.js";
import { TILE_WIDTH, extendTiles } from "./tiles.js";
import type { TileEdge } from "./tiles.js";

export interface RebuildMeans extends AlarmMeans {
  readonly sha256: Sha256;
  readonly store: LogStore;
  readonly inspection: Pick<LogInspection, "allEvents">;
  readonly signer: Pick<CheckpointSigner, "recall">;
}

/**
 * rebuilt: these tiles were. nothing: none differs. unproven: what the events make is not what was signed, so that nothing is touched and a
 * person is needed. frozen: no more is signed under this log. too_much: more is gone than one run puts back. lost: the log grew meanwhile.
 */
export interface RebuildReport {
  readonly outcome: "rebuilt" | "nothing" | "unproven" | "frozen" | "too_much" | "lost";
  /** `<level>-<index>`; and `head`, where its edge was wrong. */
  readonly rebuilt: readonly string[];
}

/** Tiles whose entries may be found again in one run: each holds 256 entries in memory. */
const MAX_LOST_TILES = 64;
/** Tiles that one run writes, and one commit. */
const MAX_REBUILT = 512;
const TILES_PER_COMMIT = 40;

/**
 * Puts tiles back that are gone or damaged, out of the events: their indices say where each entry belongs. The signer's memory decides
 * whether that is the log that was signed; if the events do not lead there, nothing is written. Never changes an event, an index, a
 * size or a root. Each commit of it holds an event `log.rebuilt` that names the tiles.
 */
export async function rebuildTiles(means: RebuildMeans, tenantId: string): Promise<RebuildReport> {
  const ended = (outcome: RebuildReport["outcome"]): RebuildReport => ({ outcome, rebuilt: [] });
  const remembered = await means.signer.recall(tenantId);
  const { head, version } = await means.store.headWithVersion(tenantId);
  if (remembered.frozen !== null || judgeHead(remembered, head).kind === "freeze") return ended("frozen");
  if (head === null || head.origin !== remembered.origin || remembered.newest === null) return ended("nothing");
  const lost = await findLost(means, tenantId, head);
  if (lost === null) return ended("too_much");
  const leaves = await findLeaves(means, tenantId, head, lost);
  const tree = await rebuild(means, tenantId, head, remembered.newest, leaves);
  if (typeof tree === "string") return ended(tree);
  return tree.tiles.length === 0 && !tree.isHeadChanged ? ended("nothing") : write(means, tenantId, tree, version);
}

/** The entries of a tile that are sure: each is what the event says that carries its index. Null: one of them is not. */
async function soundLeaves(
  { store, sha256 }: RebuildMeans,
  tenantId: string,
  head: LogHead,
  tile: LogTile | null,
  span: { readonly from: number; readonly to: number },
): Promise<readonly string[] | null> {
  const leaves = tile?.leaves?.slice(0, span.to - span.from) ?? [];
  const ids = leaves.map(idOf);
  if (leaves.length !== span.to - span.from || ids.includes(null)) return null;
  const events = await store.events(tenantId, ids as string[]);
  const isSound = leaves.every((leaf, at) => {
    const event = events[at] ?? null;
    return (
      event !== null &&
      event.data["seq"] === span.from + at &&
      (event.data["logEpoch"] ?? 1) === head.epoch &&
      leafOf(sha256, tenantId, event) === leaf
    );
  });
  return isSound ? leaves : null;
}

/** The numbers of the tiles whose entries have to be found again. Null: too many. */
async function findLost(means: RebuildMeans, tenantId: string, head: LogHead): Promise<ReadonlySet<number> | null> {
  const lost = new Set<number>();
  for (let index = 0; index * TILE_WIDTH < head.size; index++) {
    const tile = await readTile(means, tenantId, head, 0, index);
    if ((await soundLeaves(means, tenantId, head, tile, spanOf(head, index))) === null) lost.add(index);
    if (lost.size > MAX_LOST_TILES) return null;
  }
  return lost;
}

/** The entries of these tiles, by their index, as the events say. One reading of all events, however many are looked for. */
async function findLeaves(
  { inspection, sha256 }: RebuildMeans,
  tenantId: string,
  head: LogHead,
  lost: ReadonlySet<number>,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  if (lost.size === 0) return found;
  for await (const event of inspection.allEvents(tenantId)) {
    const { seq, logEpoch = 1 } = event.data;
    if (typeof seq !== "number" || logEpoch !== head.epoch || !lost.has(Math.floor(seq / TILE_WIDTH))) continue;
    found.set(seq, [...(found.get(seq) ?? []), leafOf(sha256, tenantId, event)]);
  }
  return found;
}

interface Rebuilt {
  readonly head: LogHead;
  readonly isHeadChanged: boolean;
  readonly tiles: readonly LogTile[];
}

/** The whole tree again, tile by tile: which stored ones differ, if it is the one that was signed. */
async function rebuild(
  means: RebuildMeans,
  tenantId: string,
  head: LogHead,
  signed: SignedState,
  found: ReadonlyMap<number, readonly string[]>,
): Promise<Rebuilt | "unproven" | "too_much"> {
  const { sha256 } = means;
  const changed: LogTile[] = [];
  const upper = new Map<number, LogTile>();
  const keepIfChanged = async (tile: LogTile): Promise<void> => {
    const stored = await readTile(means, tenantId, head, tile.level, tile.index);
    if (stored === null || !isSameTile(stored, tile)) changed.push(tile);
  };
  let [frontier, edge, isSigned] = [EMPTY_FRONTIER, [] as TileEdge, false];
  while (frontier.size < head.size) {
    const index = Math.floor(frontier.size / TILE_WIDTH);
    const leaves = await leavesOf(means, tenantId, head, index, found);
    if (leaves === null) return "unproven";
    const hashes = leaves.map((leaf) => leafHash(sha256, utf8(leaf)));
    const grown = extendTiles(sha256, { size: frontier.size, edge }, hashes);
    for (const { ref, hashes: row } of grown.tiles) {
      const level = Number(ref.level);
      const tile: LogTile = { v: 1, level, index: ref.index, width: ref.width, hashes: formatHashes(row) };
      const before = upper.get(level);
      if (before !== undefined && before.index !== tile.index) await keepIfChanged(before);
      if (level === 0) await keepIfChanged({ ...tile, leaves: [...leaves] });
      else upper.set(level, tile);
    }
    if (changed.length > MAX_REBUILT) return "too_much";
    edge = grown.edge;
    for (const hash of hashes) {
      frontier = appendLeaf(sha256, frontier, hash);
      if (frontier.size !== signed.size) continue;
      isSigned = equalBytes(rootOf(sha256, frontier), signed.root);
    }
  }
  for (const tile of upper.values()) await keepIfChanged(tile);
  if (!isSigned || encodeBase64(rootOf(sha256, frontier)) !== head.root) return "unproven";
  const next = { ...head, edge: edge.map(formatHashes) };
  // Whoever holds it loses the race against this: nobody need wait for its end.
  delete next.lease;
  return { head: next, isHeadChanged: next.edge.join() !== head.edge.join(), tiles: changed };
}

/** As stored, where each entry is sure; else as found, and what cannot be found as it is stored: the root will tell. */
async function leavesOf(
  means: RebuildMeans,
  tenantId: string,
  head: LogHead,
  index: number,
  found: ReadonlyMap<number, readonly string[]>,
): Promise<readonly string[] | null> {
  const span = spanOf(head, index);
  const tile = await readTile(means, tenantId, head, 0, index);
  const stored = tile?.leaves?.slice(0, span.to - span.from) ?? [];
  const leaves: string[] = [];
  for (let at = span.from; at < span.to; at++) {
    const known = stored[at - span.from];
    const candidates = found.get(at) ?? [];
    const leaf = known !== undefined && candidates.includes(known) ? known : (candidates[0] ?? known);
    if (leaf === undefined || idOf(leaf) === null) return null;
    leaves.push(leaf);
  }
  return leaves;
}

/** Every commit only if nobody wrote the head meanwhile: a tile that grew since is not put back to what it was. */
async function write(
  { store, deps, requestId }: RebuildMeans,
  tenantId: string,
  { head, isHeadChanged, tiles }: Rebuilt,
  from: HeadVersion,
): Promise<RebuildReport> {
  let version = from;
  const rebuilt: string[] = [];
  for (let at = 0; at === 0 || at < tiles.length; at += TILES_PER_COMMIT) {
    const part = tiles.slice(at, at + TILES_PER_COMMIT);
    const names = [...(at === 0 && isHeadChanged ? ["head"] : []), ...part.map(nameOf)];
    const event = recordEvent(
      {
        tenantId,
        type: "log.rebuilt",
        at: deps.clock.now(),
        actor: SEQUENCER,
        outcome: "done",
        severity: "alarm",
        requestId,
        data: { origin: head.origin, epoch: head.epoch, size: head.size, rebuilt: names },
      },
      eventMeans(deps),
    );
    version = await store.commitBatch(tenantId, { head, tiles: part, stamps: [], event }, version);
    if (version === null) return { outcome: "lost", rebuilt };
    rebuilt.push(...names);
  }
  return { outcome: "rebuilt", rebuilt };
}

/** A document that is no tile is as good as none. */
async function readTile(
  { store }: RebuildMeans,
  tenantId: string,
  { epoch }: LogHead,
  level: number,
  index: number,
): Promise<LogTile | null> {
  try {
    return await store.tile(tenantId, epoch, level, index);
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

/** A stored tile may be longer: the log grew since the head was read. Then the commit is lost anyway. */
function isSameTile(stored: LogTile, tile: LogTile): boolean {
  return (
    stored.width === tile.width &&
    stored.hashes === tile.hashes &&
    (stored.leaves ?? []).join("\n") === (tile.leaves ?? []).join("\n")
  );
}

const spanOf = ({ size }: LogHead, index: number): { from: number; to: number } => ({
  from: index * TILE_WIDTH,
  to: Math.min(size, (index + 1) * TILE_WIDTH),
});
const nameOf = ({ level, index }: LogTile): string => `${level}-${index}`;

function idOf(leaf: string): string | null {
  try {
    return parseLeaf(leaf).id;
  } catch {
    return null;
  }
}
