import { foldRight, isTreeSize } from "./merkle.js";
import type { Frontier, Hash, Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";

/** The root of the perfect subtree over leaves [index·2^level, (index+1)·2^level). */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** Reads roots of perfect subtrees, in the order asked, all in one call: a store can fetch each tile once. */
export type HashReader = (nodes: readonly TreeNode[]) => Promise<readonly Hash[]>;

/** Leaves [from, to). */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** What shows that entry `index` is in the tree of this size? RFC 6962 §2.1.1; leaf side first. Throws `TREE_MALFORMED`. */
export async function proveInclusion(sha256: Sha256, read: HashReader, index: number, size: number): Promise<Hash[]> {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size)
    throw new ProofError("TREE_MALFORMED", `There is no entry ${index} in a tree of ${size}.`);
  return rootsOfSpans(sha256, read, inclusionSpans(index, size));
}

/**
 * What shows that the tree of `newSize` begins with the tree of `oldSize`? RFC 6962 §2.1.2. Nothing is needed for equal sizes
 * and for the empty tree. Throws `TREE_MALFORMED`.
 */
export async function proveConsistency(
  sha256: Sha256,
  read: HashReader,
  oldSize: number,
  newSize: number,
): Promise<Hash[]> {
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize)
    throw new ProofError("TREE_MALFORMED", `A tree of ${newSize} does not begin with a tree of ${oldSize}.`);
  return oldSize === 0 ? [] : rootsOfSpans(sha256, read, consistencySpans(oldSize, newSize));
}

/** The subtrees left and right of a contiguous range, each as roots of perfect subtrees from left to right. */
export interface RangeProof {
  readonly left: readonly Hash[];
  readonly right: readonly Hash[];
}

/**
 * What shows that leaves [from, to) are all that the tree has there? The frontier before the range and the subtrees behind it:
 * with the range's own leaves in between, the root follows, so that nothing can be missing.
 */
export async function proveRange(read: HashReader, from: number, to: number, size: number): Promise<RangeProof> {
  if (![from, to, size].every(isTreeSize) || from > to || to > size)
    throw new ProofError("TREE_MALFORMED", `A tree of ${size} has no range ${from} to ${to}.`);
  const left = perfectSubtrees({ from: 0, to: from });
  const hashes = await readAll(read, [...left, ...perfectSubtrees({ from: to, to: size })]);
  return { left: hashes.slice(0, left.length), right: hashes.slice(left.length) };
}

/** The frontier of the tree with this size: what an extension of it starts from. */
export async function readFrontier(read: HashReader, size: number): Promise<Frontier> {
  return { size, hashes: await readAll(read, perfectSubtrees({ from: 0, to: size })) };
}

/** The largest perfect subtrees that fill [from, to), from left to right. At most two for each of 53 levels. */
export function perfectSubtrees({ from, to }: Span): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level++;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** PATH(m, D[n]): at each split the half without the leaf. */
function inclusionSpans(index: number, size: number): Span[] {
  const spans: Span[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = splitPoint(from, to);
    if (index < middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  return spans.reverse();
}

/** SUBPROOF(m, D[n], b): down to the subtree that ends where the old tree ends; left out if that is the old tree itself. */
function consistencySpans(oldSize: number, newSize: number): Span[] {
  const spans: Span[] = [];
  let [from, to] = [0, newSize];
  while (to !== oldSize) {
    const middle = splitPoint(from, to);
    if (oldSize <= middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  if (from > 0) spans.push({ from, to });
  return spans.reverse();
}

/** `from` plus the largest power of two strictly below the number of leaves (RFC 6962 §2.1). */
function splitPoint(from: number, to: number): number {
  let width = 1;
  while (width * 2 < to - from) width *= 2;
  return from + width;
}

async function rootsOfSpans(sha256: Sha256, read: HashReader, spans: readonly Span[]): Promise<Hash[]> {
  const parts = spans.map(perfectSubtrees);
  const hashes = await readAll(read, parts.flat());
  let at = 0;
  return parts.map((nodes) => foldRight(sha256, hashes.slice(at, (at += nodes.length))));
}

async function readAll(read: HashReader, nodes: readonly TreeNode[]): Promise<readonly Hash[]> {
  const hashes = nodes.length === 0 ? [] : await read(nodes);
  if (hashes.length !== nodes.length)
    throw new ProofError(
      "TREE_MALFORMED",
      `The store gave ${hashes.length} hashes where ${nodes.length} were asked for.`,
    );
  return hashes;
}
