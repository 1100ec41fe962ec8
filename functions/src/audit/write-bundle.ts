import type { JsonObject } from "../contracts/index.js";
import {
  BUNDLE_FILES,
  BUNDLE_FORMAT,
  MAX_ENTRIES_PER_PART,
  PART_FILES,
  formatConsistencyProof,
  formatManifest,
  formatRangeProof,
  partPath,
  proofPath,
} from "./bundle.js";
import type { BundleManifest } from "./bundle.js";
import { bundleReadme } from "./bundle-readme.js";
import { toHex, utf8 } from "./bytes.js";
import { canonicalJson } from "./canonical-json.js";
import type { Hash, Sha256 } from "./merkle.js";
import type { RangeProof } from "./merkle-prover.js";
import { ProofError } from "./proof-error.js";
import { formatTlogProof } from "./tlog-proof.js";

/** What an export is asked to hold, and the signed state that it is proved under. */
export interface BundlePlan {
  readonly origin: string;
  readonly treeSize: number;
  /** The signed checkpoint note of that size, verbatim. */
  readonly checkpoint: string;
  readonly earlier: { readonly size: number; readonly checkpoint: string; readonly proof: readonly Hash[] } | null;
  readonly content:
    | {
        readonly kind: "range";
        readonly from: number;
        readonly to: number;
        readonly proof: RangeProof;
        readonly proofs: boolean;
      }
    | { readonly kind: "filtered"; readonly filter: string; readonly count: number };
  /** The verifier file that goes with the bundle. */
  readonly verifier: Uint8Array;
  readonly entriesPerPart?: number;
}

/** One entry as stored: exact texts, never made again from fields. */
export interface BundleEntry {
  readonly index: number;
  readonly leaf: string;
  readonly event: string;
  /** See `copiesOf`: with `seq`, which is the index. */
  readonly copies: JsonObject;
  /** Inclusion proof under the plan's checkpoint; null where the plan asks for none. */
  readonly proof: readonly Hash[] | null;
}

/** Bytes to be added to the end of the file at this path inside the bundle. */
export interface BundleChunk {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How far a bundle is: which entry came last, and how many lie in which part. */
export interface BundleProgress {
  readonly count: number;
  readonly last: number;
  readonly parts: BundleManifest["parts"];
}

const NOTHING_WRITTEN: BundleProgress = { count: 0, last: -1, parts: [] };

/**
 * Which files make up this bundle (M07.8)? Streams them: entries are taken one by one, in order, and the manifest comes last, so that a
 * bundle that broke off is none. Throws `BUNDLE_INCOMPLETE` if the entries are not exactly those that the plan announces: an export
 * that is short of one entry fails, it is not delivered.
 */
export async function* writeBundle(
  sha256: Sha256,
  plan: BundlePlan,
  entries: AsyncIterable<BundleEntry> | Iterable<BundleEntry>,
): AsyncGenerator<BundleChunk> {
  yield* proofFiles(plan);
  let progress = NOTHING_WRITTEN;
  for await (const entry of entries) {
    const added = addEntry(plan, progress, entry);
    yield* added.chunks;
    progress = added.progress;
  }
  yield* finishBundle(sha256, plan, progress);
}

/** The files of a bundle that depend on no entry: checkpoints, proofs, the verifier. */
export function* proofFiles({ checkpoint, treeSize, earlier, content, verifier }: BundlePlan): Generator<BundleChunk> {
  yield { path: BUNDLE_FILES.verifier, bytes: verifier };
  yield file(BUNDLE_FILES.checkpoint, checkpoint);
  if (earlier !== null) {
    const proof = { oldSize: earlier.size, newSize: treeSize, hashes: earlier.proof };
    yield file(BUNDLE_FILES.earlier, earlier.checkpoint);
    yield file(BUNDLE_FILES.consistency, formatConsistencyProof(proof));
  }
  if (content.kind === "range") {
    const { from, to, proof } = content;
    yield file(BUNDLE_FILES.range, formatRangeProof({ from, to, size: treeSize, ...proof }));
  }
}

/** What does the next entry add? Throws `BUNDLE_INCOMPLETE` for one that is not the next. */
export function addEntry(
  plan: BundlePlan,
  { count, last, parts }: BundleProgress,
  entry: BundleEntry,
): { readonly chunks: readonly BundleChunk[]; readonly progress: BundleProgress } {
  requireNext(plan, entry, count, last);
  const part = Math.floor(count / (plan.entriesPerPart ?? MAX_ENTRIES_PER_PART));
  const chunks = entryLines(part, entry);
  if (entry.proof !== null) chunks.push(proofFile(plan, entry.index, entry.proof));
  const { first, count: inPart } = parts[part] ?? { first: entry.index, count: 0 };
  const grown = [...parts.slice(0, part), { first, count: inPart + 1 }];
  return { chunks, progress: { count: count + 1, last: entry.index, parts: grown } };
}

/** The files that end a bundle. Throws `BUNDLE_INCOMPLETE` unless there are as many entries as were announced. */
export function* finishBundle(sha256: Sha256, plan: BundlePlan, progress: BundleProgress): Generator<BundleChunk> {
  const { content } = plan;
  const announced = content.kind === "range" ? content.to - content.from : content.count;
  const { count, parts } = progress;
  if (count !== announced) throw incomplete(`${announced} entries were announced and ${count} came`);
  const manifest = manifestOf(sha256, plan, parts, count);
  yield file(BUNDLE_FILES.readme, bundleReadme(manifest));
  yield file(BUNDLE_FILES.manifest, formatManifest(manifest));
}

function requireNext({ content, treeSize }: BundlePlan, entry: BundleEntry, count: number, last: number): void {
  if (content.kind === "range" && entry.index !== content.from + count)
    throw incomplete(`entry ${content.from + count} was due and ${entry.index} came`);
  if (entry.index <= last || entry.index >= treeSize) throw incomplete(`entry ${entry.index} came after ${last}`);
  const wantsProof = content.kind === "filtered" || content.proofs;
  if ((entry.proof !== null) !== wantsProof)
    throw incomplete(`entry ${entry.index} comes ${wantsProof ? "without its" : "with a"} proof`);
  if (entry.copies["seq"] !== entry.index) throw incomplete(`the copies of entry ${entry.index} name another index`);
}

function entryLines(part: number, { leaf, event, copies }: BundleEntry): BundleChunk[] {
  const texts = [leaf, event, canonicalJson(copies)];
  return PART_FILES.map((name, at) => file(partPath(part, name), `${texts[at] ?? ""}\n`));
}

function proofFile({ checkpoint }: BundlePlan, index: number, hashes: readonly Hash[]): BundleChunk {
  return file(proofPath(index), formatTlogProof({ index, hashes, checkpoint, extra: null }));
}

function manifestOf(sha256: Sha256, plan: BundlePlan, parts: BundleManifest["parts"], count: number): BundleManifest {
  const { origin, treeSize, checkpoint, earlier, content, verifier } = plan;
  const hex = (bytes: Uint8Array): string => toHex(sha256(bytes));
  return {
    format: BUNDLE_FORMAT,
    origin,
    kind: content.kind,
    range: content.kind === "range" ? { from: content.from, to: content.to } : null,
    filter: content.kind === "filtered" ? content.filter : null,
    count,
    treeSize,
    earlierSize: earlier?.size ?? null,
    proofs: content.kind === "filtered" || content.proofs,
    parts,
    sha256: {
      [BUNDLE_FILES.checkpoint]: hex(utf8(checkpoint)),
      ...(earlier === null ? {} : { [BUNDLE_FILES.earlier]: hex(utf8(earlier.checkpoint)) }),
      [BUNDLE_FILES.verifier]: hex(verifier),
    },
  };
}

const file = (path: string, text: string): BundleChunk => ({ path, bytes: utf8(text) });
const incomplete = (why: string): ProofError => new ProofError("BUNDLE_INCOMPLETE", `The export is not whole: ${why}.`);
