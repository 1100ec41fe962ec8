import { createHash } from "node:crypto";
import type { Hash } from "../../src/audit/merkle.js";
import type { HashReader } from "../../src/audit/merkle-prover.js";

/**
 * The tree of RFC 6962 §2.1 written down as the definition reads, recursive and slow, on its own hash calls: what the iterative
 * code is compared with.
 */
export function referenceRoot(entries: readonly Uint8Array[]): Hash {
  const [only] = entries;
  if (only === undefined) return sha256();
  if (entries.length === 1) return sha256(Uint8Array.of(0), only);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Uint8Array.of(1), referenceRoot(entries.slice(0, k)), referenceRoot(entries.slice(k)));
}

/** Short entries that differ. */
export function someEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`entry ${index}`));
}

/** Reads nodes of the perfect subtrees over these entries. */
export function entriesReader(entries: readonly Uint8Array[]): HashReader {
  const known = new Map<string, Hash>();
  const node = (level: number, index: number): Hash => {
    const key = `${level}/${index}`;
    const hash = known.get(key) ?? referenceRoot(entries.slice(index * 2 ** level, (index + 1) * 2 ** level));
    known.set(key, hash);
    return hash;
  };
  return (nodes) => Promise.resolve(nodes.map(({ level, index }) => node(level, index)));
}

/**
 * A tree far too large to hold: every leaf is the same but for a few marked ones, so that any node is computed from the marked
 * leaves below it and one hash a level.
 */
export function sparseReader(marked: ReadonlyMap<number, Hash>): HashReader {
  const plain: Hash[] = [sha256(Uint8Array.of(0))];
  const plainAt = (level: number): Hash =>
    (plain[level] ??= sha256(Uint8Array.of(1), plainAt(level - 1), plainAt(level - 1)));
  const node = (level: number, index: number): Hash => {
    const from = index * 2 ** level;
    if (![...marked.keys()].some((leaf) => leaf >= from && leaf < from + 2 ** level)) return plainAt(level);
    if (level === 0) return marked.get(index) ?? plainAt(0);
    return sha256(Uint8Array.of(1), node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
  };
  return (nodes) => Promise.resolve(nodes.map(({ level, index }) => node(level, index)));
}

function sha256(...parts: readonly Uint8Array[]): Hash {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Hashes one behind the other, as a tile holds them. */
export function joinedHashes(hashes: readonly Hash[]): Buffer {
  return Buffer.concat(hashes);
}
