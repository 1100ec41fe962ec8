import { decodeBase64, utf8 } from "../audit/bytes.js";
import { formatEntryBundle } from "../audit/entry-bundle.js";
import type { LogReader } from "../audit/log-store.js";
import { HASH_BYTES } from "../audit/merkle.js";
import { TILE_WIDTH, parseTilePath } from "../audit/tiles.js";
import type { TileRef } from "../audit/tiles.js";
import { withCosignatures } from "../audit/witness-request.js";

/** What outsiders read of a log, and who cosigned it. */
export interface PublishedLog extends Pick<LogReader, "head" | "tile" | "newestCheckpoint"> {
  /** The checked signature lines of witnesses for this checkpoint. */
  cosignatures(tenantId: string, epoch: number, size: number): Promise<readonly string[]>;
}

/** A file of the log as C2SP tlog-tiles serves it. */
export interface LogFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** A tile never changes; the checkpoint does with every batch. */
  readonly isImmutable: boolean;
}

/** One of a studio's logs. */
export interface LogAddress {
  readonly tenantId: string;
  readonly epoch: number;
}

/**
 * Which file lies at this path of the log (C2SP tlog-tiles): `checkpoint`, `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`? Null for
 * what is none of them, and for every tile that reaches past the newest signed checkpoint: what is not signed is not served.
 * A partial tile that is full by now is still there.
 */
export async function readLogFile(log: PublishedLog, address: LogAddress, path: string): Promise<LogFile | null> {
  const ref = path === "checkpoint" ? null : parseTilePath(path);
  if (ref === null && path !== "checkpoint") return null;
  const { tenantId, epoch } = address;
  const checkpoint = await log.newestCheckpoint(tenantId, epoch);
  if (checkpoint === null) return null;
  if (ref === null) {
    const lines = await log.cosignatures(tenantId, epoch, checkpoint.size);
    const note = withCosignatures(checkpoint.note, lines);
    return { contentType: "text/plain; charset=utf-8", bytes: utf8(note), isImmutable: false };
  }
  const bytes = isSigned(ref, checkpoint.size) ? await readTile(log, address, ref) : null;
  return bytes === null ? null : { contentType: "application/octet-stream", bytes, isImmutable: true };
}

/** Is everything in this tile under a checkpoint of this size? A hash of level l stands for 256^l entries. */
function isSigned({ level, index, width }: TileRef, size: number): boolean {
  return (index * TILE_WIDTH + width) * TILE_WIDTH ** (level === "entries" ? 0 : level) <= size;
}

async function readTile(log: PublishedLog, { tenantId, epoch }: LogAddress, ref: TileRef): Promise<Uint8Array | null> {
  const isEntries = ref.level === "entries";
  const tile = await log.tile(tenantId, epoch, ref.level === "entries" ? 0 : ref.level, ref.index);
  if (tile === null || tile.width < ref.width) return null;
  if (!isEntries) return decodeBase64(tile.hashes).subarray(0, ref.width * HASH_BYTES);
  const leaves = tile.leaves?.slice(0, ref.width) ?? [];
  return leaves.length === ref.width ? formatEntryBundle(leaves.map(utf8)) : null;
}
