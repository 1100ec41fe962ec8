import type { Firestore } from "firebase-admin/firestore";
import {
  Batch,
  COLLECTIONS,
  Firing,
  inTenant,
  Kiln,
  Member,
  Order,
  Piece,
  Reservation,
  StaffMember,
} from "@studio-os/functions/contracts";
import type * as z from "zod";
import { toDocument } from "../../../functions/src/commit/document-change.js";
import { toFirestore } from "../../../functions/src/platform/firestore-codec.js";
import { documentsOf } from "./generate-studio.js";
import type { StudioSeed } from "./generate-studio.js";

/** Firestore takes 500 writes in one batch; below that there is room for larger documents. */
const WRITES_PER_BATCH = 400;

/** Nothing is written that its contract does not accept. */
const CONTRACTS: Readonly<Record<string, z.ZodType<object>>> = {
  [COLLECTIONS.staff]: StaffMember,
  [COLLECTIONS.members]: Member,
  [COLLECTIONS.kilns]: Kiln,
  [COLLECTIONS.firings]: Firing,
  [COLLECTIONS.batches]: Batch,
  [COLLECTIONS.pieces]: Piece,
  [COLLECTIONS.reservations]: Reservation,
  [COLLECTIONS.orders]: Order,
};

/**
 * Writes a studio's business truth, as its own systems would have. What is there already stays as it is: an approved effect
 * may have changed it since, and the record of that must go on being true. Answers how many documents of each kind it has.
 */
export async function writeStudio(
  firestore: Firestore,
  seed: StudioSeed,
  progress: (message: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const documents = documentsOf(seed).map(({ ref, document }) => ({
    collection: ref.slice(0, ref.indexOf("/")),
    reference: firestore.doc(inTenant(seed.tenant.tenantId, ref)),
    document,
  }));
  for (let start = 0; start < documents.length; start += WRITES_PER_BATCH) {
    const slice = documents.slice(start, start + WRITES_PER_BATCH);
    const stored = await firestore.getAll(...slice.map(({ reference }) => reference), { fieldMask: [] });
    const batch = firestore.batch();
    for (const [index, { collection, reference, document }] of slice.entries())
      if (stored[index]?.exists !== true)
        batch.create(reference, toFirestore(toDocument(contractOf(collection).parse(document))));
    await batch.commit();
    progress(`${seed.tenant.name}: ${start + slice.length} of ${documents.length} documents`);
  }
  const counts: Record<string, number> = {};
  for (const { collection } of documents) counts[collection] = (counts[collection] ?? 0) + 1;
  return counts;
}

function contractOf(collection: string): z.ZodType<object> {
  const contract = CONTRACTS[collection];
  if (contract === undefined) throw new Error(`the seed knows no contract for ${collection}`);
  return contract;
}
