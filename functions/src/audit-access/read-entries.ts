import { toHex, utf8 } from "../audit/bytes.js";
import { copiesOf } from "../audit/event-copies.js";
import { parseLeaf } from "../audit/leaf.js";
import type { LogReader } from "../audit/log-store.js";
import type { Sha256 } from "../audit/merkle.js";
import { ProofError } from "../audit/proof-error.js";
import { TILE_WIDTH } from "../audit/tiles.js";
import type { BundleEntry } from "../audit/write-bundle.js";
import type { LogAddress } from "./read-log-file.js";

/** An entry as it is stored, before it is known whether a proof goes with it. */
type StoredEntry = Omit<BundleEntry, "proof">;

/**
 * What are the entries at these indices, in this order? Indices grow. Reads each tile once and the events of a tile at once. Throws
 * `BUNDLE_INCOMPLETE` for an entry or an event that is not there, and `EVENT_ALTERED` for one that is not what its leaf seals:
 * an export never goes on without one.
 */
export async function* readEntries(
  sha256: Sha256,
  log: LogReader,
  address: LogAddress,
  indices: Iterable<number>,
): AsyncGenerator<StoredEntry> {
  let group: number[] = [];
  for (const index of indices) {
    const [first] = group;
    if (first !== undefined && tileOf(index) !== tileOf(first)) {
      yield* readGroup(sha256, log, address, group);
      group = [];
    }
    group.push(index);
  }
  if (group.length > 0) yield* readGroup(sha256, log, address, group);
}

/** Entries of one tile. */
async function* readGroup(
  sha256: Sha256,
  log: LogReader,
  { tenantId, epoch }: LogAddress,
  indices: readonly number[],
): AsyncGenerator<StoredEntry> {
  const [first = 0] = indices;
  const tile = await log.tile(tenantId, epoch, 0, tileOf(first));
  const leaves = indices.map((index) => {
    const leaf = tile?.leaves?.[index % TILE_WIDTH];
    if (leaf === undefined) throw new ProofError("BUNDLE_INCOMPLETE", `Entry ${index} is not in the log's tiles.`);
    return { index, leaf, sealed: parseLeaf(leaf) };
  });
  const events = await log.events(
    tenantId,
    leaves.map(({ sealed }) => sealed.id),
  );
  for (const [at, { index, leaf, sealed }] of leaves.entries()) {
    const data = events[at]?.data;
    const event = data?.["canonical"];
    if (data === undefined || typeof event !== "string")
      throw new ProofError("BUNDLE_INCOMPLETE", `The event of entry ${index} is not there.`);
    if (toHex(sha256(utf8(event))) !== sealed.eventSha256)
      throw new ProofError("EVENT_ALTERED", `The event of entry ${index} is not the one that was sealed.`);
    yield { index, leaf, event, copies: copiesOf(data) };
  }
}

const tileOf = (index: number): number => Math.floor(index / TILE_WIDTH);
