import { decodeBase64, encodeBase64, equalBytes, utf8 } from "../audit/bytes.js";
import { MAX_ENTRIES_PER_PART } from "../audit/bundle.js";
import { parseCheckpoint } from "../audit/checkpoint.js";
import { appendLeaf, appendSubtree, leafHash, requireFrontier, rootOf } from "../audit/merkle.js";
import type { Frontier, Sha256 } from "../audit/merkle.js";
import { perfectSubtrees, proveInclusion } from "../audit/merkle-prover.js";
import type { HashReader } from "../audit/merkle-prover.js";
import { parseNote } from "../audit/note.js";
import { ProofError } from "../audit/proof-error.js";
import { storedHashes } from "../audit/stored-hashes.js";
import { addEntry, finishBundle, proofFiles } from "../audit/write-bundle.js";
import type { BundleChunk, BundlePlan, BundleProgress } from "../audit/write-bundle.js";
import { COLLECTIONS, EXPORT_PROOFS_MAX, inTenant } from "../contracts/index.js";
import type { AuditExport, ExportProgress } from "../contracts/index.js";
import { claimExport, endExport, saveProgress } from "./export-record.js";
import { exportFolder } from "./export-files.js";
import type { ExportFiles } from "./export-files.js";
import { openPart } from "./part-writer.js";
import { planExport } from "./bundle-of-export.js";
import { readEntries } from "./read-entries.js";
import type { ExportDeps } from "./request-export.js";

export interface GenerateDeps extends ExportDeps {
  readonly files: ExportFiles;
  readonly sha256Bytes: Sha256;
  /** The verifier that goes into every bundle. */
  readonly verifier: () => Uint8Array;
  readonly entriesPerPart?: number;
}

/** `more`: the time was up, and the next run goes on. */
export type Generated = "done" | "failed" | "more" | "taken" | "settled" | "gone";

/** Proofs are a file each. */
const PROOFS = "proofs/";

interface Run {
  readonly exported: AuditExport;
  readonly plan: BundlePlan;
  readonly read: HashReader;
  readonly holder: string;
}

/**
 * Writes the files of an export, part by part, and goes on where a run before it died (M07.8). Every event is compared with the leaf
 * that seals it, and a range is rebuilt into the signed root before the export is done: what would be rejected is not handed out, and
 * an export that is short of one entry fails. Throws what the stores throw; the next run tries again, five times for each part.
 */
export async function generateExport(
  deps: GenerateDeps,
  tenantId: string,
  exportId: string,
  isTimeUp: () => boolean = () => false,
): Promise<Generated> {
  const holder = deps.ids.random();
  const claimed = await claimExport(deps, tenantId, exportId, holder);
  if (typeof claimed === "string") return claimed;
  try {
    return await write(deps, holder, claimed.exported, claimed.progress, isTimeUp);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    await endExport(deps, tenantId, exportId, { problem: error.code });
    return "failed";
  }
}

async function write(
  deps: GenerateDeps,
  holder: string,
  exported: AuditExport,
  claimed: ExportProgress,
  isTimeUp: () => boolean,
): Promise<Generated> {
  const { tenantId, exportId, content } = exported;
  const { sha256Bytes: sha256, log } = deps;
  const read = storedHashes(sha256, log, exported, exported.treeSize);
  const choice = content.kind === "range" ? null : (claimed.choice ?? (await choose(deps, exported)));
  const planned = await planExport(sha256, log, read, exported, choice, deps.verifier());
  const plan = { ...planned, entriesPerPart: deps.entriesPerPart ?? MAX_ENTRIES_PER_PART };
  const run: Run = { exported, plan, read, holder };
  let progress: ExportProgress = { ...claimed, choice };
  if (plan.content.kind === "range" && claimed.done === 0)
    progress = { ...progress, frontier: plan.content.proof.left.map(encodeBase64) };
  const total = plan.content.kind === "range" ? plan.content.to - plan.content.from : plan.content.count;
  while (progress.done < total) {
    progress = await writePart(deps, run, progress);
    const goesOn = progress.done === total || !isTimeUp();
    if (!(await saveProgress(deps, tenantId, holder, progress, goesOn))) return "taken";
    if (!goesOn) return "more";
  }
  requireSignedRoot(sha256, plan, progress);
  const last: BundleChunk[] = [...proofFiles(plan), ...finishBundle(sha256, plan, bundleProgress(exported, progress))];
  for (const chunk of last) await writeWhole(deps.files, exported, chunk);
  const bytes = last.reduce((sum, chunk) => sum + chunk.bytes.length, progress.bytes);
  const facts = { count: total, treeSize: plan.treeSize, parts: progress.parts.length, bytes, kind: content.kind };
  await endExport(deps, tenantId, exportId, { facts });
  return "done";
}

/** The next part, whole: its three files, and the proofs of its entries. */
async function writePart(deps: GenerateDeps, run: Run, before: ExportProgress): Promise<ExportProgress> {
  const { exported, plan, read } = run;
  const { sha256Bytes: sha256, files } = deps;
  const withProofs = plan.content.kind === "filtered" || plan.content.proofs;
  let bundle = bundleProgress(exported, before);
  let frontier = frontierOf(exported, before);
  const part = openPart(files, exportFolder(exported.tenantId, exported.exportId));
  try {
    for await (const entry of readEntries(
      sha256,
      deps.log,
      exported,
      indicesOf(exported, before, plan.entriesPerPart),
    )) {
      const proof = withProofs ? await proveInclusion(sha256, read, entry.index, plan.treeSize) : null;
      const added = addEntry(plan, bundle, { ...entry, proof });
      for (const chunk of added.chunks)
        if (chunk.path.startsWith(PROOFS)) await writeWhole(files, exported, chunk);
        else await part.write(chunk);
      bundle = added.progress;
      if (frontier !== null) frontier = appendLeaf(sha256, frontier, leafHash(sha256, utf8(entry.leaf)));
    }
    const bytes = await part.close();
    return {
      ...before,
      done: bundle.count,
      parts: [...bundle.parts],
      frontier: frontier?.hashes.map(encodeBase64) ?? [],
      bytes: before.bytes + bytes,
    };
  } catch (error) {
    await part.abort();
    throw error;
  }
}

/** The indices of the next part, in order. */
function* indicesOf(
  { content }: AuditExport,
  { done, choice }: ExportProgress,
  perPart = MAX_ENTRIES_PER_PART,
): Generator<number> {
  if (content.kind === "filtered") {
    yield* choice?.slice(done, done + perPart) ?? [];
    return;
  }
  const from = content.from + done;
  for (let index = from; index < Math.min(content.to, from + perPart); index++) yield index;
}

function bundleProgress({ content }: AuditExport, { done, choice, parts }: ExportProgress): BundleProgress {
  const last = done === 0 ? -1 : content.kind === "range" ? content.from + done - 1 : (choice?.[done - 1] ?? -1);
  return { count: done, last, parts };
}

function frontierOf({ content }: AuditExport, { done, frontier }: ExportProgress): Frontier | null {
  return content.kind === "range"
    ? requireFrontier({ size: content.from + done, hashes: frontier.map(decodeBase64) })
    : null;
}

/** Do the exported entries of a range make the root that was signed? Throws `ROOT_DIFFERS`. */
function requireSignedRoot(
  sha256: Sha256,
  { content, treeSize, checkpoint }: BundlePlan,
  progress: ExportProgress,
): void {
  if (content.kind !== "range") return;
  let frontier = requireFrontier({ size: content.to, hashes: progress.frontier.map(decodeBase64) });
  const behind = perfectSubtrees({ from: content.to, to: treeSize });
  for (const [at, node] of behind.entries())
    frontier = appendSubtree(sha256, frontier, node.level, content.proof.right[at] ?? new Uint8Array());
  const { root } = parseCheckpoint(parseNote(utf8(checkpoint)).text);
  if (!equalBytes(rootOf(sha256, frontier), root))
    throw new ProofError("ROOT_DIFFERS", "The stored entries do not make the root that was signed.");
}

/** Which sequenced entries fit the filter? Throws `BUNDLE_PARTIAL` when there are more than one export takes: never a silent cap. */
async function choose(deps: GenerateDeps, { tenantId, epoch, treeSize, content }: AuditExport): Promise<number[]> {
  if (content.kind === "range") return [];
  const { field, value } = content;
  const found = await deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await reads.query({
      collection: inTenant(tenantId, COLLECTIONS.auditEvents),
      where: [{ field, op: "==", value }],
      limit: EXPORT_PROOFS_MAX + 1,
    }),
  }));
  if (found.length > EXPORT_PROOFS_MAX)
    throw new ProofError("BUNDLE_PARTIAL", `More than ${EXPORT_PROOFS_MAX} entries fit the filter.`);
  return found
    .flatMap(({ data }) => {
      const seq = data?.["seq"];
      return typeof seq === "number" && seq < treeSize && (data?.["logEpoch"] ?? 1) === epoch ? [seq] : [];
    })
    .sort((a, b) => a - b);
}

async function writeWhole(files: ExportFiles, exported: AuditExport, { path, bytes }: BundleChunk): Promise<void> {
  const writer = await files.create(`${exportFolder(exported.tenantId, exported.exportId)}${path}`);
  await writer.write(bytes);
  await writer.close();
}
