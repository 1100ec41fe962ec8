import { write } from "firebase-functions/logger";
import { onDocumentWritten } from "firebase-functions/v2/firestore";
import type { CloudFunction } from "firebase-functions/v2";
import type { Change, DocumentOptions, DocumentSnapshot, FirestoreEvent } from "firebase-functions/v2/firestore";
import type { Deps } from "../commit/deps.js";
import { blockApproved } from "./block-approved.js";

const OPTIONS = {
  document: "tenants/{tenantId}/control/state",
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 120,
  maxInstances: 2,
  retry: true,
} as const satisfies DocumentOptions;

/**
 * `controlFlip`: after each flip of a studio's switch, marks what was approved before it. Idempotency: a proposal that is no
 * longer approved is left alone.
 */
export function controlFlipFunction(
  deps: () => Deps,
): CloudFunction<FirestoreEvent<Change<DocumentSnapshot> | undefined, { tenantId: string }>> {
  return onDocumentWritten(OPTIONS, async ({ data, params, id }) => {
    const before: unknown = data?.before.get("epoch");
    const after: unknown = data?.after.get("epoch");
    if (before === after) return;
    const { tenantId } = params;
    const marked = await blockApproved(deps(), tenantId, `flip-${id.replaceAll(/[^A-Za-z0-9-]/g, "")}`.slice(0, 60));
    write({ severity: "NOTICE", component: "controlFlip", event: "control.flipped", tenantId, ...marked });
  });
}
