import type { LogReader } from "../audit/log-store.js";
import type { Sha256 } from "../audit/merkle.js";
import { proveConsistency, proveRange } from "../audit/merkle-prover.js";
import type { HashReader } from "../audit/merkle-prover.js";
import { ProofError } from "../audit/proof-error.js";
import type { BundlePlan } from "../audit/write-bundle.js";
import type { AuditExport } from "../contracts/index.js";

/** What this export holds, with the proofs that go with it: the same at every run, because what is signed never changes. */
export async function planExport(
  sha256: Sha256,
  log: LogReader,
  read: HashReader,
  exported: AuditExport,
  choice: readonly number[] | null,
  verifier: Uint8Array,
): Promise<BundlePlan> {
  const { tenantId, epoch, treeSize, earlierSize, content } = exported;
  const checkpoint = await requireCheckpoint(log, tenantId, epoch, treeSize);
  const earlier = earlierSize === null ? null : await requireCheckpoint(log, tenantId, epoch, earlierSize);
  return {
    origin: checkpoint.origin,
    treeSize,
    checkpoint: checkpoint.note,
    earlier:
      earlier === null
        ? null
        : {
            size: earlier.size,
            checkpoint: earlier.note,
            proof: await proveConsistency(sha256, read, earlier.size, treeSize),
          },
    content:
      content.kind === "range"
        ? { ...content, proof: await proveRange(read, content.from, content.to, treeSize) }
        : {
            kind: "filtered",
            filter: `${content.field} is ${content.value}, among the first ${treeSize} entries`,
            count: choice?.length ?? 0,
          },
    verifier,
  };
}

async function requireCheckpoint(
  log: LogReader,
  tenantId: string,
  epoch: number,
  size: number,
): Promise<{ readonly origin: string; readonly size: number; readonly note: string }> {
  const checkpoint = await log.checkpoint(tenantId, epoch, size);
  if (checkpoint === null)
    throw new ProofError("BUNDLE_INCOMPLETE", `The checkpoint of ${size} entries is not there any more.`);
  return checkpoint;
}
