import type { EventDocument, LogReader } from "../../src/audit/log-store.js";
import { encodeBase64 } from "../../src/audit/bytes.js";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import { parseLeaf } from "../../src/audit/leaf.js";
import { leafHash } from "../../src/audit/merkle.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { parseNote } from "../../src/audit/note.js";
import { extendTiles } from "../../src/audit/tiles.js";
import type { LogCheckpoint, LogTile } from "../../src/contracts/index.js";
import type { TestLog } from "./audit-bundles.js";
import { TENANT_ID } from "./builders.js";
import { NOW } from "./fake-means.js";

/** A studio's stored log in memory, whose documents a test may lose or change. */
export interface MemoryLog extends LogReader {
  readonly tiles: Map<string, LogTile>;
  readonly documents: Map<string, EventDocument>;
  readonly checkpoints: Map<number, LogCheckpoint>;
  /** Reads of documents so far. */
  readonly reads: () => number;
}

/** What the sequencer would have stored for this log, with a checkpoint at each of these sizes. */
export async function memoryLog(log: TestLog, sizes: readonly number[]): Promise<MemoryLog> {
  const { sha256 } = nodeCrypto;
  const { entries } = log;
  const hashes = entries.map(({ leaf }) => leafHash(sha256, Buffer.from(leaf)));
  const tiles = new Map(
    extendTiles(sha256, { size: 0, edge: [] }, hashes).tiles.map(({ ref, hashes: own }): [string, LogTile] => {
      const { level, index, width } = ref;
      const at = index * 256;
      const leaves = level === 0 ? { leaves: entries.slice(at, at + width).map(({ leaf }) => leaf) } : {};
      const tile = { v: 1 as const, level: Number(level), index, width, hashes: encodeBase64(Buffer.concat(own)) };
      return [`${level}-${index}`, { ...tile, ...leaves }];
    }),
  );
  const documents = new Map(
    entries.map(({ leaf, event, copies }): [string, EventDocument] => {
      const { id, committedAt } = parseLeaf(leaf);
      const data = { v: 1, canonical: event, ...copies };
      return [id, { id, data, createTime: committedAt, updateTime: committedAt }];
    }),
  );
  const checkpoints = new Map<number, LogCheckpoint>();
  for (const [at, size] of sizes.entries()) checkpoints.set(size, await aCheckpoint(log, size, at + 1));
  let reads = 0;
  const counted = <T>(value: T, count = 1): Promise<T> => {
    reads += count;
    return Promise.resolve(value);
  };
  const own = (tenantId: string, epoch: number): boolean => tenantId === TENANT_ID && epoch === 1;
  const newest = (): LogCheckpoint | null => checkpoints.get(Math.max(...checkpoints.keys())) ?? null;
  return {
    tiles,
    documents,
    checkpoints,
    reads: () => reads,
    head: (tenantId) => {
      const last = tenantId === TENANT_ID ? newest() : null;
      if (last === null) return counted(null);
      const { origin, root, size } = last;
      const at = { sequencedAt: NOW, publishedSize: size, publishedAt: NOW };
      return counted({ v: 1, epoch: 1, origin, size, root, edge: [], ...at });
    },
    tile: (tenantId, epoch, level, index) =>
      counted(own(tenantId, epoch) ? (tiles.get(`${level}-${index}`) ?? null) : null),
    newestCheckpoint: (tenantId, epoch) => counted(own(tenantId, epoch) ? newest() : null),
    checkpoint: (tenantId, epoch, size) => counted(own(tenantId, epoch) ? (checkpoints.get(size) ?? null) : null),
    events: (_tenantId, ids) =>
      counted(
        ids.map((id) => documents.get(id) ?? null),
        ids.length,
      ),
  };
}

async function aCheckpoint(log: TestLog, size: number, number: number): Promise<LogCheckpoint> {
  const note = await log.note(size);
  const { origin, root } = parseCheckpoint(parseNote(Buffer.from(note)).text);
  return { v: 1, epoch: 1, origin, size, root: encodeBase64(root), number, note, publishedAt: NOW };
}
