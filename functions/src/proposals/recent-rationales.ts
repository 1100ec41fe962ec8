import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import type { TransactionReads } from "../commit/transactor.js";
import { MAX_RECENT_RATIONALES, RecentRationales, approverRationalesRef, inTenant } from "../contracts/index.js";
import type { RiskTier } from "../contracts/index.js";

/** Which risk tiers ask for words that were not said before (M01.10)? */
export const needsFreshWords = (riskTier: RiskTier): boolean => riskTier === "high" || riskTier === "physical";

/** One name for a reason however it is written: case and white space do not make it another one. */
export function rationaleHash(sha256: (text: string) => string, rationale: string): string {
  return sha256(rationale.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim());
}

/**
 * What did this person say lately, as hashes, the newest first? null: what is stored cannot be read, and so cannot be
 * compared. One read.
 */
export async function loadRecentRationales(
  reads: TransactionReads,
  tenantId: string,
  uid: string,
): Promise<readonly string[] | null> {
  const [stored] = await reads.get([inTenant(tenantId, approverRationalesRef(uid))]);
  if (stored?.data == null) return [];
  const parsed = RecentRationales.safeParse(stored.data);
  return parsed.success ? parsed.data.hashes : null;
}

/** The memory with one more reason in it, and the oldest forgotten. */
export function rememberRationale(
  tenantId: string,
  uid: string,
  known: readonly string[],
  hash: string,
): DocumentChange {
  const hashes = [hash, ...known].slice(0, MAX_RECENT_RATIONALES);
  return {
    op: "set",
    path: inTenant(tenantId, approverRationalesRef(uid)),
    data: toDocument(RecentRationales.parse({ hashes })),
  };
}
