import {
  BUNDLE_FILES,
  bundleFiles,
  hashedFiles,
  parseConsistencyProof,
  parseManifest,
  parseRangeProof,
} from "../bundle.js";
import type { BundleManifest } from "../bundle.js";
import { bundleReadme, verifierOptions } from "../bundle-readme.js";
import { equalBytes, toHex, utf8 } from "../bytes.js";
import { openCheckpoint } from "../checkpoint.js";
import type { Checkpoint } from "../checkpoint.js";
import { verifyConsistency } from "../merkle.js";
import type { Hash } from "../merkle.js";
import type { NoteVerifier, ProofCrypto } from "../note.js";
import { ProofError } from "../proof-error.js";
import type { ProofErrorCode } from "../proof-error.js";
import type { BundleSource } from "./bundle-source.js";
import { inOneThread, verifyEntries } from "./verify-entries.js";
import type { EntriesFacts, VerifyParts } from "./verify-entries.js";
import type { PartCrypto } from "./verify-part.js";

/** What the one who verifies brings along, from outside the bundle. */
export interface VerifyRequest {
  /** The log's keys: several while a key is rotated. */
  readonly verifiers: readonly NoteVerifier[];
  /** A checkpoint of the log that was seen before: the note, verbatim. */
  readonly known: Uint8Array | null;
  /** The part of the log that was asked for; null for all of it, or all since the known checkpoint. */
  readonly range: { readonly from: number; readonly to: number } | null;
  /** Whether a choice of entries is enough, which proves nothing about what was left out. */
  readonly allowFiltered: boolean;
}

/** What was proved. */
export interface BundleFacts {
  readonly manifest: BundleManifest;
  readonly checkpoint: Checkpoint;
  readonly entries: EntriesFacts;
  /** The earlier checkpoint of the bundle, and the one that was known: the log only grew since. */
  readonly earlier: Checkpoint | null;
  readonly known: Checkpoint | null;
}

export type BundleVerdict =
  | { readonly kind: "verified"; readonly facts: BundleFacts }
  | { readonly kind: "rejected"; readonly code: ProofErrorCode; readonly sentence: string };

/** Thrown for input that is no bundle at all, or a known checkpoint that is not the log's: nothing was found out. */
export class UnusableInput extends Error {
  override readonly name = "UnusableInput";
}

/** Folders of some systems get these by themselves. */
const STRAY_FILES: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * Does this bundle prove what it says (M07.9)? Needs nothing but the bundle and what the request brings from outside it. Everything in
 * the bundle is in the hands of an attacker; every byte of every file is checked against what the log's key signed, or against
 * the other files. `verifyRangeParts` is how the parts of a range are worked through. Throws `UnusableInput`, and whatever the source throws when it cannot be read.
 */
export async function verifyBundle(
  crypto: ProofCrypto & PartCrypto,
  source: BundleSource,
  request: VerifyRequest,
  verifyRangeParts: VerifyParts = inOneThread(crypto, source),
): Promise<BundleVerdict> {
  const manifestBytes = source.readFile(BUNDLE_FILES.manifest);
  if (manifestBytes === null)
    throw new UnusableInput(`There is no ${BUNDLE_FILES.manifest}: this is not an audit bundle.`);
  try {
    const manifest = parseManifest(decode(manifestBytes));
    // The order of a choice shows only in the order of its parts.
    const verifyParts = manifest.range === null ? inOneThread(crypto, source) : verifyRangeParts;
    return { kind: "verified", facts: await check(crypto, source, request, manifest, verifyParts) };
  } catch (error) {
    if (error instanceof ProofError) return { kind: "rejected", code: error.code, sentence: error.message };
    throw error;
  }
}

async function check(
  crypto: ProofCrypto,
  source: BundleSource,
  request: VerifyRequest,
  manifest: BundleManifest,
  verifyParts: VerifyParts,
): Promise<BundleFacts> {
  const { origin } = manifest;
  const { verifiers } = request;
  if (!verifiers.some(({ name }) => name === origin))
    throw new ProofError("NOTE_KEY_UNKNOWN", `The bundle is of the log ${origin}, and no key of that name was given.`);
  const known = request.known === null ? null : await openKnown(request.known, verifiers, origin);
  requireHashes(crypto, source, manifest);
  const note = requireFile(source, BUNDLE_FILES.checkpoint);
  const checkpoint = await openCheckpoint(note, verifiers, origin);
  if (checkpoint.size !== manifest.treeSize)
    throw new ProofError(
      "BUNDLE_INCOMPLETE",
      `The log has ${checkpoint.size} entries, and the bundle says ${manifest.treeSize}.`,
    );
  if (!equalBytes(requireFile(source, BUNDLE_FILES.readme), utf8(bundleReadme(manifest))))
    throw new ProofError("BUNDLE_MALFORMED", `${BUNDLE_FILES.readme} is not the text that belongs to this bundle.`);
  requireWanted(request, manifest, known);
  const earlier = await checkEarlier(crypto, source, verifiers, manifest, checkpoint);
  const entries = await verifyEntries(crypto.sha256, verifyParts, {
    manifest,
    checkpoint,
    note: decode(note),
    range: manifest.kind === "range" ? parseRangeProof(decode(requireFile(source, BUNDLE_FILES.range))) : null,
    watchedSize: known?.size ?? null,
  });
  requireHistory(checkpoint, known, earlier, entries.watchedRoot);
  requireNoStrangers(source, manifest);
  return { manifest, checkpoint, entries, earlier, known };
}

async function openKnown(note: Uint8Array, verifiers: readonly NoteVerifier[], origin: string): Promise<Checkpoint> {
  try {
    return await openCheckpoint(note, verifiers, origin);
  } catch (cause) {
    const why = cause instanceof ProofError ? cause.message : "It cannot be read.";
    throw new UnusableInput(`The known checkpoint is not one of the log ${origin}. ${why}`, { cause });
  }
}

/** Files whose every byte nothing else fixes: signatures of unknown witnesses, the verifier's own copy. */
function requireHashes({ sha256 }: ProofCrypto, source: BundleSource, manifest: BundleManifest): void {
  for (const path of hashedFiles(manifest))
    if (toHex(sha256(requireFile(source, path))) !== manifest.sha256[path])
      throw new ProofError("BUNDLE_MALFORMED", `${path} is not the file that ${BUNDLE_FILES.manifest} names.`);
}

/**
 * Is this as much of the log as was asked for? A bundle of a part is true in itself, but somebody may have made it out of a
 * whole one: so a part counts only for the one who asked for this part.
 */
function requireWanted(request: VerifyRequest, manifest: BundleManifest, known: Checkpoint | null): void {
  const { range, treeSize, kind } = manifest;
  const partial = (what: string): ProofError =>
    new ProofError("BUNDLE_PARTIAL", `${what} If that is what you asked for, say ${verifierOptions(manifest).trim()}.`);
  if (kind === "filtered" || range === null) {
    if (request.range !== null)
      throw new ProofError("BUNDLE_PARTIAL", "The bundle is a choice of entries, and no range.");
    if (!request.allowFiltered) throw partial("The bundle is a choice of entries: others may have been left out.");
    return;
  }
  const here = `The bundle holds entries ${range.from} up to ${range.to} of a log of ${treeSize}.`;
  if (request.range !== null) {
    if (range.from === request.range.from && range.to === request.range.to) return;
    throw new ProofError("BUNDLE_PARTIAL", `${here} Asked for was ${request.range.from} up to ${request.range.to}.`);
  }
  if (range.to !== treeSize || range.from > (known?.size ?? 0)) throw partial(here);
}

async function checkEarlier(
  { sha256 }: ProofCrypto,
  source: BundleSource,
  verifiers: readonly NoteVerifier[],
  { origin, earlierSize }: BundleManifest,
  checkpoint: Checkpoint,
): Promise<Checkpoint | null> {
  if (earlierSize === null) return null;
  const earlier = await openCheckpoint(requireFile(source, BUNDLE_FILES.earlier), verifiers, origin);
  const proof = parseConsistencyProof(decode(requireFile(source, BUNDLE_FILES.consistency)));
  if (earlier.size !== earlierSize || proof.oldSize !== earlierSize || proof.newSize !== checkpoint.size)
    throw new ProofError(
      "PROOF_WRONG",
      "The sizes of the earlier checkpoint and of the proof from it contradict each other.",
    );
  if (!verifyConsistency(sha256, earlier, checkpoint, proof.hashes))
    throw new ProofError("PROOF_WRONG", `It is not proved that the log only grew since its ${earlierSize} entries.`);
  return earlier;
}

/** Is the log that was seen before a beginning of this one? */
function requireHistory(
  checkpoint: Checkpoint,
  known: Checkpoint | null,
  earlier: Checkpoint | null,
  watchedRoot: Hash | null,
): void {
  if (known === null || known.size === 0) return;
  if (known.size > checkpoint.size)
    throw new ProofError(
      "LOG_SHRANK",
      `You know the log with ${known.size} entries, and this bundle is of ${checkpoint.size}: it is out of date, or entries were taken away.`,
    );
  const rootThen = [
    ...(known.size === checkpoint.size ? [checkpoint.root] : []),
    ...(known.size === earlier?.size ? [earlier.root] : []),
    ...(watchedRoot === null ? [] : [watchedRoot]),
  ];
  if (rootThen.some((root) => !equalBytes(root, known.root)))
    throw new ProofError(
      "LOG_FORKED",
      `Its first ${known.size} entries are others than those that you know: the log was forked.`,
    );
  if (rootThen.length === 0)
    throw new ProofError(
      "HISTORY_UNPROVEN",
      `The bundle does not show that it continues the ${known.size} entries that you know. Ask for one with the earlier checkpoint at that size.`,
    );
}

/** A file that is not part of the bundle could be taken for one. Proofs are counted, since each that is due was read. */
function requireNoStrangers(source: BundleSource, manifest: BundleManifest): void {
  const expected = new Set(bundleFiles(manifest));
  let proofs = 0;
  for (const path of source.list()) {
    if (expected.has(path) || STRAY_FILES.has(path.slice(path.lastIndexOf("/") + 1))) continue;
    if (!path.startsWith("proofs/") || ++proofs > (manifest.proofs ? manifest.count : 0))
      throw new ProofError("BUNDLE_MALFORMED", `${path} does not belong to this bundle.`);
  }
}

function requireFile(source: BundleSource, path: string): Uint8Array {
  const bytes = source.readFile(path);
  if (bytes === null) throw new ProofError("BUNDLE_INCOMPLETE", `The bundle's file ${path} is missing.`);
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ProofError("BUNDLE_MALFORMED", "A file of the bundle is not UTF-8.", { cause });
  }
}
