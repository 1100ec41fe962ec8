import type { TreeNode, HashReader } from "./merkle-prover.js";
import { HASH_BYTES, isTreeSize, nodeHash } from "./merkle.js";
import type { Hash, Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";

/** Tiles are eight levels of the tree high (C2SP tlog-tiles): a full one holds 256 hashes. */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;
/** Seven levels of tiles reach past 2^53 leaves. */
const MAX_TILE_LEVEL = 6;

/** A tile of hashes, or a bundle of entries: the one of this number, with its first `width` hashes or entries. */
export interface TileRef {
  readonly level: number | "entries";
  readonly index: number;
  /** 1 to 255 for the tile at the right edge, 256 for a full one. */
  readonly width: number;
}

/** Where is this tile served, relative to the log's prefix? `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: TileRef): string {
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level}/${tileNumberPath(index)}${partial}`;
}

/** A tile number in groups of three digits, every group but the last after an `x`: 1234067 is `x001/x234/067`. */
export function tileNumberPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/[0-9]{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

/** Which tile does this path ask for? Null for every spelling but the one that `tilePath` writes. */
export function parseTilePath(path: string): TileRef | null {
  const match = /^tile\/(entries|[0-9])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (match === null) return null;
  const [, levelText = "", number = "", widthText] = match;
  const level: TileRef["level"] = levelText === "entries" ? levelText : Number(levelText);
  const index = Number(number.replaceAll(/[x/]/g, ""));
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText);
  if (!isTreeSize(index) || (level !== "entries" && level > MAX_TILE_LEVEL)) return null;
  const ref = { level, index, width };
  return width <= TILE_WIDTH && tilePath(ref) === path ? ref : null;
}

/** How many hashes does a tree of this size have at a tile level? One for each full tile of the level below. */
function hashesAtTileLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/**
 * Which tiles does a tree of `newSize` have that a tree of `oldSize` has not, partial ones included, from the lowest level up? These
 * are what an extension writes. A width of 0 is never a tile.
 */
export function tilesBetween(oldSize: number, newSize: number): TileRef[] {
  const tiles: TileRef[] = [];
  for (let level = 0; level <= MAX_TILE_LEVEL; level++) {
    const [before, after] = [hashesAtTileLevel(oldSize, level), hashesAtTileLevel(newSize, level)];
    if (after === before) break;
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++)
      tiles.push({ level, index, width: Math.min(TILE_WIDTH, after - index * TILE_WIDTH) });
  }
  return tiles;
}

/** The tile that a tree of this size has at this place, if it has one. */
export function tileInTree(size: number, level: number, index: number): TileRef | null {
  const width = Math.min(TILE_WIDTH, hashesAtTileLevel(size, level) - index * TILE_WIDTH);
  return width > 0 ? { level, index, width } : null;
}

/** The last tile at each level, as far as it has hashes, from level 0 up: what an extension starts from. */
export type TileEdge = readonly (readonly Hash[])[];

/**
 * Which tiles come of adding these leaves? Gives each tile that is new or longer, with its hashes, and the new right edge. A tile
 * that gets full adds its root to the level above. The edge holds partial tiles only.
 */
export function extendTiles(
  sha256: Sha256,
  from: { readonly size: number; readonly edge: TileEdge },
  leaves: readonly Hash[],
): { readonly tiles: readonly { readonly ref: TileRef; readonly hashes: readonly Hash[] }[]; readonly edge: TileEdge } {
  const newSize = from.size + leaves.length;
  const tiles: { ref: TileRef; hashes: readonly Hash[] }[] = [];
  const edge: (readonly Hash[])[] = [];
  let added = leaves;
  for (let level = 0; level <= MAX_TILE_LEVEL; level++) {
    const before = hashesAtTileLevel(from.size, level);
    const known = from.edge[level] ?? [];
    if (known.length !== before % TILE_WIDTH)
      throw malformed(
        `the edge at level ${level} has ${known.length} hashes, a tree of ${from.size} ${before % TILE_WIDTH}`,
      );
    const hashes = [...known, ...added];
    const first = Math.floor(before / TILE_WIDTH);
    const full: Hash[] = [];
    for (let at = 0; added.length > 0 && at < hashes.length; at += TILE_WIDTH) {
      const part = hashes.slice(at, at + TILE_WIDTH);
      tiles.push({ ref: { level, index: first + at / TILE_WIDTH, width: part.length }, hashes: part });
      if (part.length === TILE_WIDTH) full.push(perfectRoot(sha256, part));
    }
    edge.push(hashes.slice(hashes.length - (hashesAtTileLevel(newSize, level) % TILE_WIDTH)));
    added = full;
  }
  return { tiles, edge: trimEmpty(edge) };
}

/** The hashes of a tile as served: 32 bytes each. Throws `TILE_MALFORMED` unless it has exactly the hashes asked for. */
export function parseTile(ref: TileRef, bytes: Uint8Array): Hash[] {
  if (bytes.length !== ref.width * HASH_BYTES)
    throw malformed(`${tilePath(ref)} has ${bytes.length} bytes instead of ${ref.width * HASH_BYTES}`);
  return Array.from({ length: ref.width }, (_, at) => bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** How many tiles a reader keeps: those at the top and at the right edge, which most proofs share, and a stretch of the bottom. */
const MAX_KEPT_TILES = 64;

/**
 * Reads hashes for proofs out of the tiles of a tree of this size. `fetchTile` is called once for a tile as long as it is among those
 * last used; what it gives is not believed: a wrong hash makes a proof that does not verify.
 */
export function tileReader(sha256: Sha256, size: number, fetchTile: (ref: TileRef) => Promise<Uint8Array>): HashReader {
  const kept = new Map<string, TileRows>();
  const open = async (path: string, ref: TileRef): Promise<[string, TileRows]> => {
    const rows = kept.get(path) ?? [parseTile(ref, await fetchTile(ref))];
    // The last used stand last.
    kept.delete(path);
    kept.set(path, rows);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT_TILES && oldest !== undefined) kept.delete(oldest);
    return [path, rows];
  };
  return async (nodes) => {
    const places = nodes.map((node) => placeInTile(size, node));
    const refs = new Map(places.map(({ ref }) => [tilePath(ref), ref]));
    const tiles = new Map(await Promise.all([...refs].map(([path, ref]) => open(path, ref))));
    return places.map(({ ref, row, index }) => hashInRows(sha256, tiles.get(tilePath(ref)) ?? [], row, index));
  };
}

/** A tile's own hashes, and above them, as far as they were asked for, the roots of two, of four and so on. */
type TileRows = (readonly Hash[])[];

function hashInRows(sha256: Sha256, rows: TileRows, row: number, index: number): Hash {
  while (rows.length <= row) {
    const below = rows.at(-1) ?? [];
    const pairs = Array.from({ length: Math.floor(below.length / 2) }, (_, at) =>
      nodeHash(sha256, hashAt(below, 2 * at), hashAt(below, 2 * at + 1)),
    );
    rows.push(pairs);
  }
  return hashAt(rows[row] ?? [], index);
}

/** In which tile is a node, in which row above the tile's own hashes, and where in that row? */
function placeInTile(size: number, { level, index }: TreeNode): { ref: TileRef; row: number; index: number } {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const covered = 2 ** (level % TILE_HEIGHT);
  const first = index * covered;
  const from = first % TILE_WIDTH;
  const ref = tileInTree(size, tileLevel, Math.floor(first / TILE_WIDTH));
  if (ref === null || from + covered > ref.width)
    throw malformed(`a tree of ${size} has no perfect subtree ${index} at level ${level}`);
  return { ref, row: level % TILE_HEIGHT, index: from / covered };
}

/** The root over a power of two of neighbouring hashes. */
export function perfectRoot(sha256: Sha256, hashes: readonly Hash[]): Hash {
  let row = hashes;
  while (row.length > 1) {
    const below = row;
    row = Array.from({ length: below.length / 2 }, (_, at) =>
      nodeHash(sha256, hashAt(below, 2 * at), hashAt(below, 2 * at + 1)),
    );
  }
  return hashAt(row, 0);
}

function hashAt(hashes: readonly Hash[], at: number): Hash {
  const hash = hashes[at];
  if (hash === undefined) throw malformed(`it has no hash ${at}`);
  return hash;
}

function trimEmpty(edge: readonly (readonly Hash[])[]): TileEdge {
  return edge.slice(0, edge.findLastIndex((hashes) => hashes.length > 0) + 1);
}

const malformed = (why: string): ProofError => new ProofError("TILE_MALFORMED", `Not a tile of this tree: ${why}.`);
