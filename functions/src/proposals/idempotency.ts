import { canonicalJson } from "../audit/canonical-json.js";
import { StudioError } from "../commit/studio-error.js";
import type { Deps } from "../commit/deps.js";
import { ExecutionRecord } from "../contracts/index.js";
import type { Commit, StoredDocument, TransactionReads } from "../commit/transactor.js";

/** The id of an idempotency record (M03.2): one key means one call in one tenant for one capability. */
export function executionIdFor(
  sha256: (text: string) => string,
  tenantId: string,
  capabilityId: string,
  idempotencyKey: string,
): string {
  return sha256(`${tenantId}|${capabilityId}|${idempotencyKey}`);
}

/** What the call asks for, as one hash: the same key with another payload is refused. */
export function payloadHashOf(sha256: (text: string) => string, payload: object): string {
  return sha256(canonicalJson(payload));
}

export type Replay =
  | { readonly kind: "first" }
  | { readonly kind: "replay"; readonly record: ExecutionRecord }
  | { readonly kind: "mismatch" };

/** Was this call made before? The record is read in the transaction that would write it. */
export function readReplay(document: StoredDocument | undefined, payloadHash: string): Replay {
  if (document?.data == null) return { kind: "first" };
  const record = ExecutionRecord.parse(document.data);
  return record.payloadHash === payloadHash ? { kind: "replay", record } : { kind: "mismatch" };
}

/**
 * Runs the transaction of one idempotent call. Every effect commits at once, so no record ever says "under way": a call
 * finds another one in flight only as contention that outlasts its attempts, and answers IN_PROGRESS (M03.2), after which
 * the same key is safe to send again.
 */
export async function transactOnce<T>(
  deps: Pick<Deps, "transactor">,
  body: (reads: TransactionReads) => Promise<Commit<T>>,
): Promise<T> {
  try {
    return await deps.transactor.transact(body);
  } catch (cause) {
    if (cause instanceof StudioError && cause.code === "CONTENTION")
      throw new StudioError("IN_PROGRESS", "another call works on the same records", { isRetryable: true, cause });
    throw cause;
  }
}
