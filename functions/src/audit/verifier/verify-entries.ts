import type { BundleManifest, BundleRangeProof } from "../bundle.js";
import { equalBytes } from "../bytes.js";
import type { Checkpoint } from "../checkpoint.js";
import type { Subtree } from "../compact-range.js";
import { appendSubtree, requireFrontier, rootOf } from "../merkle.js";
import type { Frontier, Hash, Sha256 } from "../merkle.js";
import { perfectSubtrees } from "../merkle-prover.js";
import { parseOrigin } from "../origin.js";
import { ProofError } from "../proof-error.js";
import type { BundleSource } from "./bundle-source.js";
import { joinTimes } from "./commit-times.js";
import type { CommitTimes } from "./commit-times.js";
import { PartVerifier } from "./verify-part.js";
import type { PartCrypto, PartFacts, PartsClaim } from "./verify-part.js";

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
  /** Null without entries. */
  readonly times: CommitTimes | null;
}

/** Verifies all parts of a bundle and gives their facts in order. Throws what is wrong with the first bad one. */
export type VerifyParts = (claim: PartsClaim) => Iterable<PartFacts> | AsyncIterable<PartFacts>;

/** One part after the other, in this thread. */
export function inOneThread(crypto: PartCrypto, source: BundleSource): VerifyParts {
  return function* (claim) {
    const verifier = new PartVerifier(crypto, source, claim);
    let previous = -1;
    for (const part of claim.parts.keys()) {
      const facts = verifier.verify(part, previous);
      previous = facts.last;
      yield facts;
    }
  };
}

/**
 * Are these entries what the checkpoint was signed over? A range is rebuilt, part by part, into the signed root, so that nothing in it
 * can be missing; the entries of a choice are proved one by one. Throws `ProofError`.
 */
export async function verifyEntries(
  sha256: Sha256,
  verifyParts: VerifyParts,
  claim: EntriesClaim,
): Promise<EntriesFacts> {
  const { range, checkpoint, watchedSize } = claim;
  let frontier = range === null ? null : startOf(range, claim);
  let watchedRoot = frontier !== null && frontier.size === watchedSize ? rootOf(sha256, frontier) : null;
  let times: CommitTimes | null = null;
  for await (const facts of verifyParts(partsClaim(claim))) {
    if (frontier !== null) {
      if (facts.watched !== null) watchedRoot = rootOf(sha256, grow(sha256, frontier, facts.watched));
      frontier = grow(sha256, frontier, facts.subtrees);
    }
    times = times === null ? facts.times : joinTimes(times, facts.times);
  }
  if (range !== null && frontier !== null) requireRoot(sha256, frontier, range, checkpoint);
  return { watchedRoot, times };
}

function partsClaim({ manifest, checkpoint, note, watchedSize }: EntriesClaim): PartsClaim {
  const { tenantId } = parseOrigin(manifest.origin);
  const { parts, range, proofs } = manifest;
  let next = range?.from ?? 0;
  const starts = range === null ? null : parts.map(({ count }) => (next += count) - count);
  return { tenantId, parts, starts, proofs, treeSize: checkpoint.size, root: checkpoint.root, note, watchedSize };
}

function startOf(range: BundleRangeProof, { manifest, checkpoint }: EntriesClaim): Frontier {
  if (range.from !== manifest.range?.from || range.to !== manifest.range.to || range.size !== checkpoint.size)
    throw new ProofError("PROOF_WRONG", "The range proof is of another range.");
  return requireFrontier({ size: range.from, hashes: range.left });
}

const grow = (sha256: Sha256, frontier: Frontier, subtrees: readonly Subtree[]): Frontier =>
  subtrees.reduce((grown, { level, root }) => appendSubtree(sha256, grown, level, root), frontier);

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
