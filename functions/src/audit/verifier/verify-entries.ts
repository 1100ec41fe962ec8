import { isUtf8 } from "node:buffer";
import { partPath, proofPath } from "../bundle.js";
import type { BundleManifest, BundleRangeProof, PartFile } from "../bundle.js";
import { equalBytes } from "../bytes.js";
import { isWritten, memberNamed, scanCanonicalObject } from "../canonical-scan.js";
import { parseTreeSize } from "../checkpoint.js";
import type { Checkpoint } from "../checkpoint.js";
import { areCopiesOf } from "../event-copies.js";
import { parseLeaf } from "../leaf.js";
import { appendLeaf, appendSubtree, leafHash, requireFrontier, rootOf, verifyInclusion } from "../merkle.js";
import type { Frontier, Hash, Sha256 } from "../merkle.js";
import { perfectSubtrees } from "../merkle-prover.js";
import { parseOrigin } from "../origin.js";
import { ProofError } from "../proof-error.js";
import { parseTlogProof } from "../tlog-proof.js";
import type { BundleSource, LineReader } from "./bundle-source.js";

/** The entries of a bundle against what was signed. */
interface EntriesClaim {
  readonly manifest: BundleManifest;
  readonly checkpoint: Checkpoint;
  /** The checkpoint's note, which each single proof repeats. */
  readonly note: string;
  readonly range: BundleRangeProof | null;
  /** A size of the log at which its root is wanted, if the range passes it. */
  readonly watchedSize: number | null;
}

export interface EntriesFacts {
  readonly watchedRoot: Hash | null;
  /** When the database took in the first and the last entry, as microseconds; null without entries. */
  readonly firstCommittedAt: number | null;
  readonly lastCommittedAt: number | null;
  /** By how much an entry stands behind one that was committed later, at most. Seconds are usual, hours follow an outage. */
  readonly disorderMicros: number;
}

/** One line of each file of a part. */
interface EntryLines {
  readonly part: number;
  /** The index that the part index gives for the part's first entry; null for the others. */
  readonly due: number | null;
  readonly leaf: Uint8Array;
  readonly event: Uint8Array;
  readonly copies: Uint8Array;
}

/**
 * Are these entries what the checkpoint was signed over? Streams them once, with memory for one line of each file. A range is rebuilt
 * into the signed root, so that nothing in it can be missing; single entries are proved one by one. Throws `ProofError`.
 */
export function verifyEntries(sha256: Sha256, source: BundleSource, claim: EntriesClaim): EntriesFacts {
  const { manifest, checkpoint, range } = claim;
  const times = { first: null as number | null, last: null as number | null, latest: 0, disorderMicros: 0 };
  let frontier = range === null ? null : startOf(range, claim);
  let watchedRoot = frontier !== null && frontier.size === claim.watchedSize ? rootOf(sha256, frontier) : null;
  const { tenantId } = parseOrigin(manifest.origin);
  let [previous, count] = [-1, 0];
  for (const lines of readParts(source, manifest)) {
    const index = manifest.range === null ? indexIn(lines) : manifest.range.from + count;
    if (lines.due !== null && lines.due !== index)
      throw incomplete(lines.part, `begins with entry ${index} instead of ${lines.due}`);
    if (index <= previous || index >= checkpoint.size) throw altered(index, "it is out of order, or not in the log");
    const committedAt = checkEntry(sha256, lines, index, tenantId);
    const leaf = leafHash(sha256, lines.leaf);
    if (manifest.proofs) checkProof(sha256, source, claim, index, leaf);
    if (frontier !== null) {
      frontier = appendLeaf(sha256, frontier, leaf);
      if (frontier.size === claim.watchedSize) watchedRoot = rootOf(sha256, frontier);
    }
    times.first ??= committedAt;
    times.last = committedAt;
    times.latest = Math.max(times.latest, committedAt);
    times.disorderMicros = Math.max(times.disorderMicros, times.latest - committedAt);
    [previous, count] = [index, count + 1];
  }
  if (range !== null && frontier !== null) requireRoot(sha256, frontier, range, checkpoint);
  const { first, last, disorderMicros } = times;
  return { watchedRoot, firstCommittedAt: first, lastCommittedAt: last, disorderMicros };
}

function startOf(range: BundleRangeProof, { manifest, checkpoint }: EntriesClaim): Frontier {
  if (range.from !== manifest.range?.from || range.to !== manifest.range.to || range.size !== checkpoint.size)
    throw new ProofError("PROOF_WRONG", "The range proof is of another range.");
  return requireFrontier({ size: range.from, hashes: range.left });
}

function requireRoot(sha256: Sha256, end: Frontier, range: BundleRangeProof, { root, size }: Checkpoint): void {
  const behind = perfectSubtrees({ from: range.to, to: size });
  if (behind.length !== range.right.length)
    throw new ProofError("PROOF_WRONG", "The range proof has a hash too many or too few.");
  let frontier = end;
  for (const [at, hash] of range.right.entries())
    frontier = appendSubtree(sha256, frontier, behind[at]?.level ?? 0, hash);
  if (!equalBytes(rootOf(sha256, frontier), root))
    throw new ProofError(
      "ROOT_DIFFERS",
      "The entries do not make the root that was signed: something was altered, reordered, added or left out.",
    );
}

/** Is the event the one that the leaf seals, and are its copies copies of it? Returns when it was committed, in microseconds. */
function checkEntry(sha256: Sha256, { leaf, event, copies }: EntryLines, index: number, tenantId: string): number {
  const sealed = parseLeaf(viewOf(leaf).toString("latin1"));
  if (sealed.tenant !== tenantId)
    throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `Entry ${index} is of another studio's log.`);
  if (viewOf(sha256(event)).toString("hex") !== sealed.eventSha256)
    throw altered(index, "its event is not the one that was hashed");
  const value = isUtf8(event) ? scanCanonicalObject(event) : null;
  if (value === null) throw altered(index, "its event is not canonical JSON");
  const isOwn = isWritten(value, memberNamed(value, "eventId"), `"${sealed.id}"`);
  if (!isOwn || !isWritten(value, memberNamed(value, "tenantId"), `"${tenantId}"`))
    throw altered(index, "its event names another id");
  const copied = isUtf8(copies) ? scanCanonicalObject(copies) : null;
  if (copied === null || !areCopiesOf(copied, value, index))
    throw new ProofError("COPY_DIFFERS", `The copies of entry ${index} differ from its event, which is what counts.`);
  return Number(sealed.committedAt);
}

function checkProof(
  sha256: Sha256,
  source: BundleSource,
  { checkpoint, note }: EntriesClaim,
  index: number,
  leaf: Hash,
): void {
  const bytes = source.readFile(proofPath(index));
  if (bytes === null) throw new ProofError("BUNDLE_INCOMPLETE", `The proof of entry ${index} is missing.`);
  const proof = parseTlogProof(decode(bytes));
  const claim = { index, size: checkpoint.size, leaf, root: checkpoint.root };
  if (
    proof.index !== index ||
    proof.extra !== null ||
    proof.checkpoint !== note ||
    !verifyInclusion(sha256, claim, proof.hashes)
  )
    throw new ProofError("PROOF_WRONG", `The proof of entry ${index} does not show that it is in the log.`);
}

/** Reads the three files of each part in step, and refuses a line too few or too many in any of them. */
function* readParts(source: BundleSource, { parts }: BundleManifest): Generator<EntryLines> {
  for (const [part, { first, count }] of parts.entries()) {
    const readers: LineReader[] = [];
    const open = (file: PartFile): LineReader => {
      const reader = requireLines(source, partPath(part, file));
      readers.push(reader);
      return reader;
    };
    try {
      const [leaves, events, allCopies] = [open("leaves.jsonl"), open("events.jsonl"), open("copies.jsonl")];
      for (let at = 0; at < count; at++) {
        const leaf = leaves.next();
        const event = events.next();
        const copies = allCopies.next();
        if (leaf === null || event === null || copies === null)
          throw incomplete(part, `ends after ${at} of its ${count} entries`);
        yield { part, due: at === 0 ? first : null, leaf, event, copies };
      }
      if (readers.some((reader) => reader.next() !== null))
        throw incomplete(part, `has more than its ${count} entries`);
    } finally {
      for (const reader of readers) reader.close();
    }
  }
}

function requireLines(source: BundleSource, path: string): LineReader {
  const reader = source.openLines(path);
  if (reader === null) throw new ProofError("BUNDLE_INCOMPLETE", `The bundle's file ${path} is missing.`);
  return reader;
}

/** A filtered choice tells the index beside the copies; the entry's own proof then binds it. */
function indexIn({ copies, part }: EntryLines): number {
  const object = scanCanonicalObject(copies);
  const member = object === null ? null : memberNamed(object, "seq");
  if (member === null) throw incomplete(part, "has an entry without its index");
  return parseTreeSize(viewOf(copies).toString("latin1", member.from, member.to));
}

/** Node replaces what is not UTF-8 in silence: then the text would not be the bytes. No JSON object is the empty text. */
function decode(bytes: Uint8Array): string {
  return isUtf8(bytes) ? viewOf(bytes).toString("utf8") : "";
}

/** The same bytes, not copied. */
const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const altered = (index: number, why: string): ProofError =>
  new ProofError("EVENT_ALTERED", `Entry ${index} is not what was recorded: ${why}.`);
const incomplete = (part: number, why: string): ProofError =>
  new ProofError("BUNDLE_INCOMPLETE", `Part ${part} ${why}.`);
