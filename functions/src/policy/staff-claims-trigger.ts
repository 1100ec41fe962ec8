import { write } from "firebase-functions/logger";
import { onDocumentWritten } from "firebase-functions/v2/firestore";
import type { CloudFunction } from "firebase-functions/v2";
import type { Change, DocumentOptions, DocumentSnapshot, FirestoreEvent } from "firebase-functions/v2/firestore";
import type { JsonObject, Role } from "../contracts/index.js";
import { claimsToSync } from "./claims-to-sync.js";

const OPTIONS = {
  document: "tenants/{tenantId}/control/state",
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 120,
  maxInstances: 2,
  retry: true,
} as const satisfies DocumentOptions;

/** The edge that sets the claims of one account. */
type SetClaims = (tenantId: string, uid: string, roles: readonly Role[] | null) => Promise<boolean>;

/**
 * `staffClaimsSync`: copies what the staff list says into the accounts' token claims. The event names whose entry changed; what
 * they hold is read anew, so that a late or repeated event cannot bring back an older list. Idempotency: it sets. The list
 * itself decides, the claims only let people in at the door.
 */
export function staffClaimsFunction(
  set: SetClaims,
  decode: (data: FirebaseFirestore.DocumentData) => JsonObject,
): CloudFunction<FirestoreEvent<Change<DocumentSnapshot> | undefined, { tenantId: string }>> {
  return onDocumentWritten(OPTIONS, async ({ data, params }) => {
    const read = (snapshot: DocumentSnapshot | undefined): JsonObject | null => {
      const stored = snapshot?.data();
      return stored === undefined ? null : decode(stored);
    };
    const current = await data?.after.ref.get();
    const claims = claimsToSync(read(data?.before), read(data?.after), read(current));
    for (const { uid, roles } of claims) {
      const isKnown = await set(params.tenantId, uid, roles);
      const { tenantId } = params;
      write({ severity: "INFO", component: "staffClaimsSync", event: "claims.set", tenantId, uid, isKnown });
    }
  });
}
