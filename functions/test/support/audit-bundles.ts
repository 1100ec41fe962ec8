import { copiesOf } from "../../src/audit/event-copies.js";
import { formatCheckpoint } from "../../src/audit/checkpoint.js";
import { formatLeaf } from "../../src/audit/leaf.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "../../src/audit/merkle.js";
import type { Frontier, Hash } from "../../src/audit/merkle.js";
import { proveConsistency, proveInclusion, proveRange } from "../../src/audit/merkle-prover.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { signNote } from "../../src/audit/note.js";
import { formatOrigin, parseOrigin } from "../../src/audit/origin.js";
import { recordEvent } from "../../src/audit/record-event.js";
import { seedSigner } from "../../src/audit/seed-signer.js";
import type { Signer } from "../../src/audit/signer.js";
import { extendTiles, tilePath, tileReader } from "../../src/audit/tiles.js";
import type { BundleSource } from "../../src/audit/verifier/bundle-source.js";
import { LineReader } from "../../src/audit/verifier/line-reader.js";
import { writeBundle } from "../../src/audit/write-bundle.js";
import type { BundleEntry, BundlePlan } from "../../src/audit/write-bundle.js";
import type { JsonObject } from "../../src/contracts/index.js";
import { TENANT_ID, anOwner } from "./builders.js";
import { NOW, sha256 as sha256Hex } from "./fake-means.js";

const { sha256 } = nodeCrypto;
export const ORIGIN = formatOrigin({ host: "studio.example", tenantId: TENANT_ID, epoch: 1 });
export const LOG_SIGNER = seedSigner(ORIGIN, Buffer.alloc(32, 1));
/** Nobody runs it: what matters is that the bundle carries the very file. */
const VERIFIER_FILE = Buffer.from("// verifier\n");
const FIRST_COMMIT_MICROS = 1_767_139_200_000_000;

interface StoredEntry {
  readonly leaf: string;
  readonly event: string;
  readonly copies: JsonObject;
}

/** A studio's log as it would be stored: events, leaves, tiles, and a signature over any of its sizes. */
export interface TestLog {
  readonly entries: readonly StoredEntry[];
  readonly note: (size: number, signers?: readonly Signer[]) => Promise<string>;
  readonly read: ReturnType<typeof tileReader>;
}

/** A log whose events differ by their id, their text and their time. `salt` makes another history of the same length. */
export function aLog(
  size: number,
  options: { salt?: string; signer?: Signer; commitSeconds?: (index: number) => number } = {},
): TestLog {
  const { salt = "a", signer = LOG_SIGNER, commitSeconds = (index: number) => index } = options;
  const { tenantId } = parseOrigin(signer.keyName);
  return toLog(
    Array.from({ length: size }, (_, index) => anEntry(index, tenantId, salt, commitSeconds(index))),
    signer,
  );
}

/** A log over the events that a studio holds, in this order. */
export const logOf = (events: readonly JsonObject[], signer: Signer = LOG_SIGNER): TestLog =>
  toLog(
    events.map((stored, index) => sealed(stored, index, parseOrigin(signer.keyName).tenantId, index)),
    signer,
  );

function toLog(entries: readonly StoredEntry[], signer: Signer): TestLog {
  const size = entries.length;
  const leaves = entries.map(({ leaf }) => leafHash(sha256, Buffer.from(leaf)));
  const store = new Map(
    extendTiles(sha256, { size: 0, edge: [] }, leaves).tiles.map(({ ref, hashes }) => [
      tilePath(ref),
      Buffer.concat(hashes),
    ]),
  );
  const rootAt = (at: number): Hash =>
    rootOf(
      sha256,
      leaves.slice(0, at).reduce<Frontier>((grown, leaf) => appendLeaf(sha256, grown, leaf), EMPTY_FRONTIER),
    );
  return {
    entries,
    note: (at, signers = [signer]) =>
      signNote(sha256, formatCheckpoint({ origin: signer.keyName, size: at, root: rootAt(at) }), signers),
    read: tileReader(sha256, size, (ref) => Promise.resolve(store.get(tilePath(ref)) ?? new Uint8Array())),
  };
}

export interface BundleOptions {
  readonly from?: number;
  readonly to?: number;
  readonly indices?: readonly number[];
  readonly earlierSize?: number;
  readonly proofs?: boolean;
  readonly entriesPerPart?: number;
  readonly signers?: readonly Signer[];
}

/** The plan and the entries of an export: the whole log, or a part, or a choice. */
export async function aPlan(
  log: TestLog,
  options: BundleOptions = {},
): Promise<{ plan: BundlePlan; entries: BundleEntry[] }> {
  const treeSize = log.entries.length;
  const { from = 0, to = treeSize, indices, earlierSize, proofs = false, entriesPerPart, signers } = options;
  const withProofs = proofs || indices !== undefined;
  const wanted = indices ?? Array.from({ length: to - from }, (_, at) => from + at);
  const entries: BundleEntry[] = [];
  for (const index of wanted)
    entries.push({
      index,
      ...log.entries[index]!,
      proof: withProofs ? await proveInclusion(sha256, log.read, index, treeSize) : null,
    });
  const earlier =
    earlierSize === undefined
      ? null
      : {
          size: earlierSize,
          checkpoint: await log.note(earlierSize),
          proof: await proveConsistency(sha256, log.read, earlierSize, treeSize),
        };
  const checkpoint = await log.note(treeSize, signers);
  const content =
    indices === undefined
      ? { kind: "range" as const, from, to, proof: await proveRange(log.read, from, to, treeSize), proofs: withProofs }
      : { kind: "filtered" as const, filter: "type is control.engaged", count: indices.length };
  const origin = checkpoint.slice(0, checkpoint.indexOf("\n"));
  const plan = { origin, treeSize, checkpoint, earlier, content, verifier: VERIFIER_FILE };
  return { plan: entriesPerPart === undefined ? plan : { ...plan, entriesPerPart }, entries };
}

/** A bundle's files in memory. */
export type Files = Map<string, Buffer>;

export async function aBundle(log: TestLog, options: BundleOptions = {}): Promise<Files> {
  const { plan, entries } = await aPlan(log, options);
  return collect(plan, entries);
}

export async function collect(plan: BundlePlan, entries: Iterable<BundleEntry>): Promise<Files> {
  const files: Files = new Map();
  for await (const { path, bytes } of writeBundle(sha256, plan, entries))
    files.set(path, Buffer.concat([files.get(path) ?? Buffer.alloc(0), bytes]));
  return files;
}

export function memorySource(files: ReadonlyMap<string, Buffer>): BundleSource {
  return {
    readFile: (path) => files.get(path) ?? null,
    openLines: (path) => {
      const bytes = files.get(path);
      if (bytes === undefined) return null;
      let from = 0;
      return new LineReader(path, (into, at) => {
        const copied = bytes.copy(into, at, from);
        from += copied;
        return copied;
      });
    },
    list: () => files.keys(),
  };
}

function anEntry(index: number, tenantId: string, salt: string, commitSeconds: number): StoredEntry {
  const id = `event-${salt}-${index}`;
  const { changes } = recordEvent(
    {
      tenantId,
      type: "control.engaged",
      at: NOW,
      actor: anOwner(),
      outcome: "done",
      requestId: `request-${index}`,
      data: { reason: `Kiln ${index} is too hot – ${salt}` },
    },
    { eventId: id, nonce: "0".repeat(32), salt: "1".repeat(32), sha256: sha256Hex },
  );
  const [change] = changes;
  return sealed((change as { data: JsonObject }).data, index, tenantId, commitSeconds);
}

function sealed(stored: JsonObject, index: number, tenantId: string, commitSeconds: number): StoredEntry {
  const event = stored["canonical"] as string;
  const { eventId: id } = JSON.parse(event) as { eventId: string };
  const committedAt = String(FIRST_COMMIT_MICROS + commitSeconds * 1_000_000);
  const leaf = formatLeaf({ v: 1, id, tenant: tenantId, committedAt, eventSha256: sha256Hex(event) });
  return { leaf, event, copies: { ...copiesOf(stored), seq: index } };
}
