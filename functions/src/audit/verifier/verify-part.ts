import { isUtf8 } from "node:buffer";
import { partPath, proofPath } from "../bundle.js";
import type { BundleManifest, PartFile } from "../bundle.js";
import { CanonicalObject } from "../canonical-scan.js";
import { parseTreeSize } from "../checkpoint.js";
import { CompactRange } from "../compact-range.js";
import type { Subtree } from "../compact-range.js";
import { CopiesCheck } from "../event-copies.js";
import { parseLeaf } from "../leaf.js";
import { LeafCheck } from "../leaf-check.js";
import { verifyInclusion } from "../merkle.js";
import type { Hash, Sha256 } from "../merkle.js";
import type { EntryHashes } from "../node-crypto.js";
import { ProofError } from "../proof-error.js";
import { parseTlogProof } from "../tlog-proof.js";
import type { BundleSource } from "./bundle-source.js";
import { TimesOf } from "./commit-times.js";
import type { CommitTimes } from "./commit-times.js";
import type { LineReader } from "./line-reader.js";

/** What each part of a bundle is held against. Plain data, which can be sent to another thread. */
export interface PartsClaim {
  readonly tenantId: string;
  readonly parts: BundleManifest["parts"];
  /** By part: the index of its first entry, which follows from the range. Null for a filtered choice. */
  readonly starts: readonly number[] | null;
  readonly proofs: boolean;
  readonly treeSize: number;
  readonly root: Hash;
  /** The checkpoint's note, which each single proof repeats. */
  readonly note: string;
  /** A size of the log at which its root is wanted, if the range passes it. */
  readonly watchedSize: number | null;
}

/** What one part shows. */
export interface PartFacts {
  /** Index of its last entry. */
  readonly last: number;
  /** What stands for its entries in the tree; nothing for a filtered choice. */
  readonly subtrees: readonly Subtree[];
  /** The same, up to the watched size, if that is in this part. */
  readonly watched: readonly Subtree[] | null;
  readonly times: CommitTimes;
}

export type PartCrypto = EntryHashes & { readonly sha256: Sha256 };

/**
 * Are the entries of a part what they say? Streams them once, with memory for one buffer of each file. What is missing at a range's
 * ends or between its parts only shows when the subtrees are put together; single entries are proved here. Throws `ProofError`.
 */
export class PartVerifier {
  readonly #crypto: PartCrypto;
  readonly #source: BundleSource;
  readonly #claim: PartsClaim;
  readonly #event = new CanonicalObject();
  readonly #copies = new CopiesCheck();
  readonly #leaf: LeafCheck;
  readonly #quotedTenant: string;

  constructor(crypto: PartCrypto, source: BundleSource, claim: PartsClaim) {
    this.#crypto = crypto;
    this.#source = source;
    this.#claim = claim;
    this.#leaf = new LeafCheck(claim.tenantId);
    this.#quotedTenant = `"${claim.tenantId}"`;
  }

  /** `previous` is the index of the last entry before this part, -1 if there is none. */
  verify(part: number, previous: number): PartFacts {
    const readers: LineReader[] = [];
    const open = (file: PartFile): LineReader => {
      const path = partPath(part, file);
      const reader = this.#source.openLines(path);
      if (reader === null) throw new ProofError("BUNDLE_INCOMPLETE", `The bundle's file ${path} is missing.`);
      readers.push(reader);
      return reader;
    };
    try {
      const facts = this.#verifyLines(part, previous, open("leaves.jsonl"), open("events.jsonl"), open("copies.jsonl"));
      if (readers.some((reader) => reader.advance())) throw incomplete(part, "has more entries than it should");
      return facts;
    } finally {
      for (const reader of readers) reader.close();
    }
  }

  #verifyLines(part: number, before: number, leaves: LineReader, events: LineReader, copies: LineReader): PartFacts {
    const { parts, starts, treeSize, watchedSize } = this.#claim;
    const { first, count } = parts[part] ?? { first: 0, count: 0 };
    const start = starts?.[part];
    const range = start === undefined ? null : new CompactRange(this.#crypto.sha256Into, start);
    const times = new TimesOf();
    let watched: readonly Subtree[] | null = null;
    let previous = before;
    for (let n = 0; n < count; n++) {
      const hasLeaf = leaves.advance();
      const hasEvent = events.advance();
      if (!copies.advance() || !hasLeaf || !hasEvent) throw incomplete(part, `ends after ${n} of its ${count} entries`);
      const index = start === undefined ? indexIn(copies, part) : start + n;
      if (n === 0 && index !== first) throw incomplete(part, `begins with entry ${index} instead of ${first}`);
      if (index <= previous || index >= treeSize) throw altered(index, "it is out of order, or not in the log");
      times.add(this.#checkEntry(leaves, events, copies, index));
      this.#addLeaf(leaves, index, range);
      if (range !== null && range.size === watchedSize) watched = range.subtrees();
      previous = index;
    }
    return { last: previous, subtrees: range?.subtrees() ?? [], watched, times: times.times() };
  }

  /** The entry takes its place in the tree, and is proved alone where the bundle has proofs. */
  #addLeaf(leaf: LineReader, index: number, range: CompactRange | null): void {
    leaf.bytes[leaf.from - 1] = LEAF_PREFIX;
    const prefixed = leaf.slice(leaf.from - 1, leaf.to);
    if (this.#claim.proofs) this.#checkProof(index, this.#crypto.sha256(prefixed));
    range?.append(prefixed);
  }

  /** Is the event the one that the leaf seals, and are its copies copies of it? Returns when it was committed, in microseconds. */
  #checkEntry(leaf: LineReader, event: LineReader, copies: LineReader, index: number): number {
    const eventBytes = event.slice();
    const eventSha256 = this.#crypto.sha256Hex(eventBytes);
    const isCanonical = this.#event.read(event, event.from, event.to) && (this.#event.isAscii || isUtf8(eventBytes));
    const committedAt = isCanonical ? this.#sealedAt(leaf, eventSha256) : -1;
    if (committedAt < 0) this.#refuseLeaf(leaf.latin1(), index, eventSha256, isCanonical);
    if (!this.#event.isWritten("tenantId", this.#quotedTenant)) throw altered(index, "its event names another id");
    if (!this.#copies.areCopies(copies, copies.from, copies.to, this.#event, index))
      throw new ProofError("COPY_DIFFERS", `The copies of entry ${index} differ from its event, which is what counts.`);
    return committedAt;
  }

  /** When was the event that was just read committed, if this is its leaf? Otherwise -1. */
  #sealedAt(leaf: LineReader, eventSha256: string): number {
    const event = this.#event;
    const id = event.memberNamed("eventId");
    if (id < 0 || !event.isString(id)) return -1;
    // Between the quotes.
    const [idFrom, idTo] = [event.valueFrom(id) + 1, event.valueTo(id) - 1];
    return this.#leaf.committedAt(leaf, leaf.from, leaf.to, eventSha256, event.text, idFrom, idTo);
  }

  /** Why is this not the leaf of this event? */
  #refuseLeaf(text: string, index: number, eventSha256: string, isCanonical: boolean): never {
    const sealed = parseLeaf(text);
    if (sealed.tenant !== this.#claim.tenantId)
      throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `Entry ${index} is of another studio's log.`);
    if (sealed.eventSha256 !== eventSha256) throw altered(index, "its event is not the one that was hashed");
    throw altered(index, isCanonical ? "its event names another id" : "its event is not canonical JSON");
  }

  #checkProof(index: number, leaf: Hash): void {
    const { treeSize, root, note } = this.#claim;
    const bytes = this.#source.readFile(proofPath(index));
    if (bytes === null) throw new ProofError("BUNDLE_INCOMPLETE", `The proof of entry ${index} is missing.`);
    // Node replaces what is not UTF-8 in silence: then the text would not be the bytes. No proof is the empty text.
    const proof = parseTlogProof(isUtf8(bytes) ? viewOf(bytes).toString("utf8") : "");
    const isProved =
      proof.index === index &&
      proof.extra === null &&
      proof.checkpoint === note &&
      verifyInclusion(this.#crypto.sha256, { index, size: treeSize, leaf, root }, proof.hashes);
    if (!isProved)
      throw new ProofError("PROOF_WRONG", `The proof of entry ${index} does not show that it is in the log.`);
  }
}

/** What an entry is hashed with (RFC 6962 §2.1). */
const LEAF_PREFIX = 0;

/** A filtered choice tells the index beside the copies; the entry's own proof then binds it. */
function indexIn(copies: LineReader, part: number): number {
  const object = new CanonicalObject();
  const member = object.read(copies, copies.from, copies.to) ? object.memberNamed("seq") : -1;
  if (member < 0) throw incomplete(part, "has an entry without its index");
  return parseTreeSize(copies.latin1(object.valueFrom(member), object.valueTo(member)));
}

/** The same bytes, not copied. */
const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const altered = (index: number, why: string): ProofError =>
  new ProofError("EVENT_ALTERED", `Entry ${index} is not what was recorded: ${why}.`);
const incomplete = (part: number, why: string): ProofError =>
  new ProofError("BUNDLE_INCOMPLETE", `Part ${part} ${why}.`);
