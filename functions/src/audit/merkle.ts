import { equalBytes } from "./bytes.js";
import { ProofError } from "./proof-error.js";

/** SHA-256 of a byte string. An argument everywhere, so that the same code runs in a browser. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;
/** A SHA-256 digest: 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;
/** Sizes and indices are exact integers of JavaScript, 0 to 2^53 − 1. No 32-bit operator may touch them. */
export const MAX_TREE_SIZE = Number.MAX_SAFE_INTEGER;

/** What stands for this entry in the tree? SHA-256(0x00 ‖ entry), RFC 6962 §2.1. */
export function leafHash(sha256: Sha256, entry: Uint8Array): Hash {
  const input = new Uint8Array(1 + entry.length);
  input.set(entry, 1);
  return sha256(input);
}

/** What stands for two neighbouring subtrees? SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. */
export function nodeHash(sha256: Sha256, left: Hash, right: Hash): Hash {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/**
 * All that is needed of a tree to extend it: the roots of its perfect subtrees, the largest first, one for each 1-bit of
 * the size. (Elsewhere called a compact range.)
 */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Hash[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

/** Is this a frontier that some tree could have? Throws `TREE_MALFORMED`; for what comes out of a store or a file. */
export function requireFrontier(frontier: Frontier): Frontier {
  if (!isTreeSize(frontier.size))
    throw new ProofError("TREE_MALFORMED", "A tree size is a whole number up to 2^53 − 1.");
  const expected = countOneBits(frontier.size);
  if (frontier.hashes.length !== expected || !frontier.hashes.every(isHash))
    throw new ProofError("TREE_MALFORMED", `A frontier of size ${frontier.size} has ${expected} hashes of 32 bytes.`);
  return frontier;
}

/** The frontier after one more leaf, without reading anything of the tree. */
export function appendLeaf(sha256: Sha256, frontier: Frontier, leaf: Hash): Frontier {
  return appendSubtree(sha256, frontier, 0, leaf);
}

/**
 * The frontier after a perfect subtree of 2^level leaves, known by its root alone. Throws `TREE_MALFORMED` unless the size is a
 * multiple of 2^level, because a perfect subtree stands nowhere else.
 */
export function appendSubtree(sha256: Sha256, frontier: Frontier, level: number, root: Hash): Frontier {
  const size = frontier.size + 2 ** level;
  let position = frontier.size / 2 ** level;
  if (!Number.isInteger(position) || !isTreeSize(size) || !isHash(root))
    throw new ProofError("TREE_MALFORMED", `A subtree of 2^${level} leaves cannot follow ${frontier.size} leaves.`);
  const hashes = frontier.hashes.slice();
  let hash = root;
  for (; position % 2 === 1; position = (position - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new ProofError("TREE_MALFORMED", "The frontier has too few hashes for its size.");
    hash = nodeHash(sha256, left, hash);
  }
  hashes.push(hash);
  return { size, hashes };
}

/** What is the root of this tree? The empty tree's is SHA-256 of nothing (RFC 6962 §2.1). */
export function rootOf(sha256: Sha256, frontier: Frontier): Hash {
  return frontier.hashes.length === 0 ? sha256(new Uint8Array()) : foldRight(sha256, frontier.hashes);
}

/** The root over neighbouring perfect subtrees that shrink from left to right: folded from the right. Needs at least one. */
export function foldRight(sha256: Sha256, hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(sha256, left, right));
}

/**
 * Does this proof show that the leaf is entry `index` of the tree with this size and root? RFC 6962 §2.1.1, in the iterative
 * form of RFC 9162 §2.1.3.2. Surplus hashes, hashes of another length and an index outside the tree say no.
 */
export function verifyInclusion(
  sha256: Sha256,
  claim: { readonly index: number; readonly size: number; readonly leaf: Hash; readonly root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!isTreeSize(claim.size) || !isTreeSize(claim.index) || claim.index >= claim.size) return false;
  if (![claim.leaf, claim.root, ...proof].every(isHash)) return false;
  let [first, last, hash] = [claim.index, claim.size - 1, claim.leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      hash = nodeHash(sha256, sibling, hash);
      [first, last] = skipMissingSiblings(first, last);
    } else hash = nodeHash(sha256, hash, sibling);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equalBytes(hash, claim.root);
}

/**
 * Does this proof show that the larger tree begins with the smaller one, leaf by leaf? RFC 6962 §2.1.2, in the iterative form of
 * RFC 9162 §2.1.4.2. Equal sizes need equal roots and no hashes; the empty tree is the beginning of every tree (C2SP
 * tlog-witness) and needs the empty root and no hashes.
 */
export function verifyConsistency(
  sha256: Sha256,
  older: { readonly size: number; readonly root: Hash },
  newer: { readonly size: number; readonly root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!isTreeSize(older.size) || !isTreeSize(newer.size) || older.size > newer.size) return false;
  if (![older.root, newer.root, ...proof].every(isHash)) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equalBytes(older.root, sha256(new Uint8Array()));
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  let [first, last] = [older.size - 1, newer.size - 1];
  while (first % 2 === 1) [first, last] = [half(first), half(last)];
  const [start, ...rest] = path;
  if (start === undefined) return false;
  let [oldHash, newHash] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      oldHash = nodeHash(sha256, sibling, oldHash);
      newHash = nodeHash(sha256, sibling, newHash);
      [first, last] = skipMissingSiblings(first, last);
    } else newHash = nodeHash(sha256, newHash, sibling);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equalBytes(oldHash, older.root) && equalBytes(newHash, newer.root);
}

/** Is this a number of leaves, or an index, that this code computes with exactly? */
export function isTreeSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/** At the right edge, levels at which the last node has no sibling carry it up unchanged. */
function skipMissingSiblings(first: number, last: number): [number, number] {
  while (first % 2 === 0 && first !== 0) [first, last] = [half(first), half(last)];
  return [first, last];
}

function countOneBits(size: number): number {
  let count = 0;
  for (; size > 0; size = half(size)) count += size % 2;
  return count;
}

const isPowerOfTwo = (size: number): boolean => countOneBits(size) === 1;
const half = (n: number): number => Math.floor(n / 2);
const isHash = (hash: Uint8Array): boolean => hash.length === HASH_BYTES;
