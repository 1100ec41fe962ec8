import { canonicalJson } from "../audit/canonical-json.js";
import { ExecutionRecord } from "../contracts/index.js";
import type { StoredDocument } from "../commit/transactor.js";

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
