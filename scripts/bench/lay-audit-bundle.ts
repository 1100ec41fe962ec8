import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatCheckpoint } from "../../functions/src/audit/checkpoint.js";
import { copiesOf } from "../../functions/src/audit/event-copies.js";
import { formatLeaf } from "../../functions/src/audit/leaf.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "../../functions/src/audit/merkle.js";
import { nodeCrypto } from "../../functions/src/audit/node-crypto.js";
import { signNote } from "../../functions/src/audit/note.js";
import { addEntry, finishBundle, proofFiles } from "../../functions/src/audit/write-bundle.js";
import type { BundleChunk, BundleEntry, BundlePlan, BundleProgress } from "../../functions/src/audit/write-bundle.js";
import { StoredAuditEvent, auditEventRef } from "../../functions/src/contracts/index.js";
import type { JsonObject } from "../../functions/src/contracts/index.js";
import { LOG_SIGNER, ORIGIN } from "../../functions/test/support/audit-bundles.js";
import { TENANT_ID } from "../../functions/test/support/builders.js";
import { openMemoryStudio } from "../../functions/test/support/memory-studio.js";

const { sha256 } = nodeCrypto;
const FIRST_COMMIT_MICROS = 1_767_139_200_000_000;
const BUFFERED_BYTES = 1 << 20;
const MAX_PENDING = 12;

/** An event as a studio records it, to be recorded again under other ids. */
interface Pattern {
  readonly canonical: string;
  readonly eventId: string;
  readonly copies: JsonObject;
}

/**
 * Lays the bundle of a whole log of `size` events into an empty folder. The events are those of a proposal's life,
 * over and over, each with an id of its own. Returns the paths of the files that grow with the log.
 */
export async function layAuditBundle(folder: string, size: number): Promise<readonly string[]> {
  const patterns = await recordPatterns();
  // Twice: the checkpoint comes before the entries, and is signed over all of them.
  let frontier = EMPTY_FRONTIER;
  for (let index = 0; index < size; index++)
    frontier = appendLeaf(sha256, frontier, leafHash(sha256, Buffer.from(entryAt(patterns, index).leaf)));
  const text = formatCheckpoint({ origin: ORIGIN, size, root: rootOf(sha256, frontier) });
  const plan: BundlePlan = {
    origin: ORIGIN,
    treeSize: size,
    checkpoint: await signNote(sha256, text, [LOG_SIGNER]),
    earlier: null,
    content: { kind: "range", from: 0, to: size, proof: { left: [], right: [] }, proofs: false },
    verifier: Buffer.from("// The verifier that is measured is the repository's.\n"),
  };
  mkdirSync(folder, { recursive: true });
  const files = new BufferedFiles(folder);
  for (const chunk of proofFiles(plan)) files.append(chunk);
  let progress: BundleProgress = { count: 0, last: -1, parts: [] };
  for (let index = 0; index < size; index++) {
    const added = addEntry(plan, progress, entryAt(patterns, index));
    for (const chunk of added.chunks) files.append(chunk);
    progress = added.progress;
  }
  for (const chunk of finishBundle(sha256, plan, progress)) files.append(chunk);
  return files.close().filter((path) => path.includes("/part-"));
}

/** The events of a proposal's life: what most of a studio's record is made of. */
async function recordPatterns(): Promise<readonly Pattern[]> {
  const studio = await openMemoryStudio();
  const proposal = await studio.submitFlag();
  const approved = await studio.accepted(studio.approve(proposal));
  await studio.accepted(studio.execute(approved.proposal));
  return studio
    .events()
    .filter(({ proposalId }) => proposalId === proposal.proposalId)
    .map(({ eventId }) => {
      const stored = studio.at(auditEventRef(eventId)) ?? {};
      return { canonical: StoredAuditEvent.parse(stored).canonical, eventId, copies: copiesOf(stored) };
    });
}

function entryAt(patterns: readonly Pattern[], index: number): BundleEntry {
  const pattern = patterns[index % patterns.length];
  if (pattern === undefined) throw new Error("no events were recorded");
  const id = `bench${String(index).padStart(pattern.eventId.length - 5, "0")}`;
  const event = pattern.canonical.replace(`"eventId":"${pattern.eventId}"`, `"eventId":"${id}"`);
  const eventSha256 = createHash("sha256").update(event).digest("hex");
  const committedAt = String(FIRST_COMMIT_MICROS + index * 50_000);
  const leaf = formatLeaf({ v: 1, id, tenant: TENANT_ID, committedAt, eventSha256 });
  return { index, leaf, event, copies: { ...pattern.copies, seq: index }, proof: null };
}

/** Files that are written at their ends, a megabyte at a time. */
class BufferedFiles {
  readonly #folder: string;
  readonly #pending = new Map<string, { readonly chunks: Uint8Array[]; bytes: number }>();
  readonly #written = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  append({ path, bytes }: BundleChunk): void {
    const pending = this.#pending.get(path) ?? { chunks: [], bytes: 0 };
    pending.chunks.push(bytes);
    pending.bytes += bytes.length;
    this.#pending.set(path, pending);
    if (pending.bytes > BUFFERED_BYTES) this.#flush(path);
    // The files of the parts before are whole.
    if (this.#pending.size > MAX_PENDING) for (const other of [...this.#pending.keys()]) this.#flush(other);
  }

  close(): string[] {
    for (const path of [...this.#pending.keys()]) this.#flush(path);
    return [...this.#written];
  }

  #flush(path: string): void {
    const whole = join(this.#folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    const descriptor = openSync(whole, "a");
    writeSync(descriptor, Buffer.concat(this.#pending.get(path)?.chunks ?? []));
    closeSync(descriptor);
    this.#written.add(whole);
    this.#pending.delete(path);
  }
}
