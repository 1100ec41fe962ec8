import { encodeBase64 } from "./bytes.js";
import { canonicalJson } from "./canonical-json.js";
import { parseTreeSize } from "./checkpoint.js";
import type { Hash } from "./merkle.js";
import type { RangeProof } from "./merkle-prover.js";
import { parseOrigin } from "./origin.js";
import { ProofError } from "./proof-error.js";
import { tileNumberPath } from "./tiles.js";
import { parseHashLines } from "./tlog-proof.js";

/**
 * What is in an audit bundle? `bundle.json`, the canonical JSON of this. It holds nothing that the verifier does not compare with
 * what is signed or with the other files, because it is not signed itself.
 */
export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT;
  readonly origin: string;
  /** A `range` shows that nothing between its ends is missing; a `filtered` choice cannot. */
  readonly kind: "range" | "filtered";
  /** Entries [from, to) of a range; null for a filtered choice. */
  readonly range: { readonly from: number; readonly to: number } | null;
  /** In words, what a filtered choice was made by. Nothing proves it. */
  readonly filter: string | null;
  readonly count: number;
  /** Size of the signed checkpoint. */
  readonly treeSize: number;
  /** Size of the earlier checkpoint that a consistency proof leads from. */
  readonly earlierSize: number | null;
  /** Whether there is a `.tlog-proof` for each entry. Always so in a filtered choice. */
  readonly proofs: boolean;
  /** The part index: folders `part-00000` and so on, each with its first entry's index and its number of entries. */
  readonly parts: readonly { readonly first: number; readonly count: number }[];
  /** Of the files whose every byte nothing else fixes. */
  readonly sha256: Readonly<Record<string, string>>;
}

export const BUNDLE_FORMAT = "studio-os/audit-bundle@v1";
export const BUNDLE_FILES = {
  manifest: "bundle.json",
  readme: "README.txt",
  verifier: "verify.mjs",
  checkpoint: "checkpoint",
  earlier: "earlier-checkpoint",
  consistency: "consistency-proof.txt",
  range: "range-proof.txt",
} as const;
/** Three parallel files in each part, one line an entry: the leaf, the event, the copies to search by; exact bytes. */
export const PART_FILES = ["leaves.jsonl", "events.jsonl", "copies.jsonl"] as const;
export type PartFile = (typeof PART_FILES)[number];

export const MAX_ENTRIES_PER_PART = 10_000;
/** 100 million entries. A larger export is several bundles. */
const MAX_PARTS = 10_000;
const MAX_FILTER_CHARACTERS = 500;
/** Longest line of a part file. An event's canonical JSON is at most 200,000 characters of up to 4 bytes. */
export const MAX_LINE_BYTES = 1_000_000;
/** Longest file that is read at once: every file but those of the parts. */
export const MAX_FILE_BYTES = 4_000_000;
/** A range has at most 53 subtrees on its left and two for each of 53 levels on its right. */
const MAX_RANGE_HASHES = 160;

export const partPath = (part: number, file: PartFile): string => `part-${String(part).padStart(5, "0")}/${file}`;
export const proofPath = (index: number): string => `proofs/${tileNumberPath(index)}.tlog-proof`;

/** Which files belong into this bundle, besides the proofs of single entries? */
export function bundleFiles(manifest: BundleManifest): string[] {
  const { manifest: own, readme, verifier, checkpoint, earlier, consistency, range } = BUNDLE_FILES;
  return [
    own,
    readme,
    verifier,
    checkpoint,
    ...(manifest.earlierSize === null ? [] : [earlier, consistency]),
    ...(manifest.kind === "range" ? [range] : []),
    ...manifest.parts.flatMap((_, part) => PART_FILES.map((file) => partPath(part, file))),
  ];
}

/** Which files does the manifest name by hash? */
export function hashedFiles(manifest: Pick<BundleManifest, "earlierSize">): string[] {
  const { checkpoint, earlier, verifier } = BUNDLE_FILES;
  return [checkpoint, ...(manifest.earlierSize === null ? [] : [earlier]), verifier];
}

/** Writes the manifest. Throws `BUNDLE_MALFORMED` for one that `parseManifest` would not read back. */
export function formatManifest(manifest: BundleManifest): string {
  const text = `${canonicalJson(manifest)}\n`;
  parseManifest(text);
  return text;
}

/** Reads a manifest in its one spelling, and refuses one that contradicts itself. Throws `BUNDLE_MALFORMED`. */
export function parseManifest(text: string): BundleManifest {
  const manifest = readJson(text) as BundleManifest;
  if (!isManifest(manifest)) throw malformed("bundle.json does not have the fields of this format");
  if (`${canonicalJson(manifest)}\n` !== text) throw malformed("bundle.json is not in its one spelling");
  parseOrigin(manifest.origin);
  const { kind, range, filter, count, parts, treeSize } = manifest;
  if ((kind === "range") !== (range !== null) || (kind === "filtered") !== (filter !== null))
    throw malformed("a range has ends and no filter, a filtered choice a filter and no ends");
  if (range !== null && (range.from > range.to || range.to > treeSize || range.to - range.from !== count))
    throw malformed("the ends of the range, the count and the tree size contradict each other");
  if (parts.reduce((sum, part) => sum + part.count, 0) !== count)
    throw malformed("the parts do not add up to the count");
  if (kind === "filtered" && !manifest.proofs) throw malformed("a filtered choice has a proof for each entry");
  return manifest;
}

/** What leads from the earlier checkpoint to the later one, as text. */
export interface ConsistencyProof {
  readonly oldSize: number;
  readonly newSize: number;
  readonly hashes: readonly Hash[];
}

export function formatConsistencyProof({ oldSize, newSize, hashes }: ConsistencyProof): string {
  const head = ["studio-os/consistency-proof@v1", `old ${oldSize}`, `new ${newSize}`];
  return `${[...head, ...hashes.map(encodeBase64)].join("\n")}\n`;
}

/** Throws `PROOF_MALFORMED` for every spelling but the one that `formatConsistencyProof` writes. */
export function parseConsistencyProof(text: string): ConsistencyProof {
  const [, oldLine = "", newLine = "", ...lines] = text.slice(0, -1).split("\n");
  const proof = {
    oldSize: sizeAfter("old ", oldLine),
    newSize: sizeAfter("new ", newLine),
    hashes: parseHashLines(lines),
  };
  return requireSpelling(text, formatConsistencyProof(proof), proof);
}

export interface BundleRangeProof extends RangeProof {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

export function formatRangeProof({ from, to, size, left, right }: BundleRangeProof): string {
  const head = ["studio-os/range-proof@v1", `from ${from}`, `to ${to}`, `size ${size}`];
  const sides = [
    ...left.map((hash) => `left ${encodeBase64(hash)}`),
    ...right.map((hash) => `right ${encodeBase64(hash)}`),
  ];
  return `${[...head, ...sides].join("\n")}\n`;
}

/** Throws `PROOF_MALFORMED` for every spelling but the one that `formatRangeProof` writes. */
export function parseRangeProof(text: string): BundleRangeProof {
  const [, fromLine = "", toLine = "", sizeLine = "", ...lines] = text.slice(0, -1).split("\n");
  const side = (prefix: string): Hash[] =>
    parseHashLines(
      lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length)),
      MAX_RANGE_HASHES,
    );
  const proof = {
    from: sizeAfter("from ", fromLine),
    to: sizeAfter("to ", toLine),
    size: sizeAfter("size ", sizeLine),
    left: side("left "),
    right: side("right "),
  };
  return requireSpelling(text, formatRangeProof(proof), proof);
}

function requireSpelling<T>(text: string, expected: string, value: T): T {
  if (text !== expected) throw new ProofError("PROOF_MALFORMED", "A proof file is not in its one spelling.");
  return value;
}

function sizeAfter(prefix: string, line: string): number {
  if (line.startsWith(prefix)) return parseTreeSize(line.slice(prefix.length));
  throw new ProofError("PROOF_MALFORMED", `A proof file lacks its line "${prefix}…".`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed("bundle.json is not JSON", { cause });
  }
}

/** By hand, because the verifier is one file without dependencies. Canonical JSON then leaves no room for further fields. */
function isManifest(value: unknown): value is BundleManifest {
  if (!hasExactly(value, MANIFEST_FIELDS)) return false;
  const { format, origin, kind, range, filter, count, treeSize, earlierSize, proofs, parts, sha256 } = value;
  return (
    format === BUNDLE_FORMAT &&
    typeof origin === "string" &&
    (kind === "range" || kind === "filtered") &&
    (range === null || (hasExactly(range, ["from", "to"]) && isIndex(range["from"]) && isIndex(range["to"]))) &&
    (filter === null || (typeof filter === "string" && filter.length <= MAX_FILTER_CHARACTERS && isPlain(filter))) &&
    [count, treeSize].every(isIndex) &&
    (earlierSize === null || isIndex(earlierSize)) &&
    typeof proofs === "boolean" &&
    Array.isArray(parts) &&
    parts.length <= MAX_PARTS &&
    parts.every(isPart) &&
    hasExactly(sha256, hashedFiles({ earlierSize })) &&
    Object.values(sha256).every((hash) => typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash))
  );
}

const MANIFEST_FIELDS = [
  "count",
  "earlierSize",
  "filter",
  "format",
  "kind",
  "origin",
  "parts",
  "proofs",
  "range",
  "sha256",
  "treeSize",
];

function isPart(part: unknown): boolean {
  if (!hasExactly(part, ["count", "first"]) || !isIndex(part["first"]) || !isIndex(part["count"])) return false;
  return part["count"] >= 1 && part["count"] <= MAX_ENTRIES_PER_PART;
}

function hasExactly(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (value === null || typeof value !== "object") return false;
  return Object.keys(value).sort().join() === [...names].sort().join();
}

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
/** One line that a terminal shows as it is. */
const isPlain = (text: string): boolean => text.isWellFormed() && !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text);

function malformed(why: string, options?: ErrorOptions): ProofError {
  return new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`, options);
}
