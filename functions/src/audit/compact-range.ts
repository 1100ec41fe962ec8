import { HASH_BYTES, MAX_TREE_SIZE } from "./merkle.js";
import type { Hash } from "./merkle.js";
import type { TreeNode } from "./merkle-prover.js";
import type { EntryHashes } from "./node-crypto.js";

/** The root of a perfect subtree, and which one it is. */
export interface Subtree extends TreeNode {
  readonly root: Hash;
}

/** Two for each of 53 levels, and the one that is added. */
const MAX_SUBTREES = 2 * 53 + 1;
const NODE_BYTES = 1 + 2 * HASH_BYTES;
/** Before the two hashes of a node (RFC 6962 §2.1). */
const NODE_PREFIX = 1;

/**
 * What stands for leaves [from, …) of a tree, without those before them? The roots of the perfect subtrees that fill the range, which
 * grows leaf by leaf in memory that never does: elsewhere called a compact range. Ranges that follow each other can be made
 * apart and put together with `appendSubtree`; from 0 on it is the frontier.
 */
export class CompactRange {
  readonly #hash: EntryHashes["sha256Into"];
  /** The roots one behind the other, with one byte before them. */
  readonly #roots = new Uint8Array(1 + MAX_SUBTREES * HASH_BYTES);
  readonly #levels = new Uint8Array(MAX_SUBTREES);
  /** By place: the two roots from there on, with the byte before them. A view for each, made once. */
  readonly #nodes: readonly Uint8Array[];
  #count = 0;
  #size: number;

  constructor(hash: EntryHashes["sha256Into"], from: number) {
    this.#hash = hash;
    this.#size = from;
    this.#nodes = Array.from({ length: MAX_SUBTREES - 1 }, (_, place) =>
      this.#roots.subarray(place * HASH_BYTES, place * HASH_BYTES + NODE_BYTES),
    );
  }

  /** The index of the next leaf. */
  get size(): number {
    return this.#size;
  }

  /** One more leaf, given as what its hash is of: 0x00 and the entry (RFC 6962 §2.1). */
  append(prefixedEntry: Uint8Array): void {
    if (this.#size >= MAX_TREE_SIZE) throw new RangeError("A tree has at most 2^53 − 1 leaves.");
    this.#hash(prefixedEntry, this.#roots, 1 + this.#count * HASH_BYTES);
    this.#levels[this.#count] = 0;
    this.#count++;
    // An odd place at some level: the left half is the root before, unless the range begins between the two.
    for (let place = this.#size, level = 0; place % 2 === 1 && this.#lastAreOf(level); place = (place - 1) / 2, level++)
      this.#joinLastTwo(level);
    this.#size++;
  }

  /** The subtrees as they are now, from left to right. */
  subtrees(): Subtree[] {
    const subtrees: Subtree[] = [];
    for (let place = this.#count - 1, end = this.#size; place >= 0; place--) {
      const level = this.#levels[place] ?? 0;
      end -= 2 ** level;
      const root = this.#roots.slice(1 + place * HASH_BYTES, 1 + (place + 1) * HASH_BYTES);
      subtrees.unshift({ level, index: end / 2 ** level, root });
    }
    return subtrees;
  }

  #lastAreOf(level: number): boolean {
    return this.#count >= 2 && this.#levels[this.#count - 2] === level;
  }

  /** The two lie behind each other as they are hashed; the byte before them is lent for the prefix. */
  #joinLastTwo(level: number): void {
    const place = this.#count - 2;
    const before = place * HASH_BYTES;
    const lent = this.#roots[before] ?? 0;
    this.#roots[before] = NODE_PREFIX;
    this.#hash(this.#nodes[place] ?? this.#roots, this.#roots, 1 + before);
    this.#roots[before] = lent;
    this.#levels[place] = level + 1;
    this.#count--;
  }
}
