import { write } from "firebase-functions/logger";
import { onDocumentWritten } from "firebase-functions/v2/firestore";
import type { CloudFunction } from "firebase-functions/v2";
import type { Change, DocumentOptions, DocumentSnapshot, FirestoreEvent } from "firebase-functions/v2/firestore";
import type { Deps } from "../commit/deps.js";
import { StudioError } from "../commit/studio-error.js";
import { GLOBAL_CONTROL_PATH } from "../contracts/index.js";
import { blockApproved } from "./block-approved.js";

const OPTIONS = {
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 300,
  maxInstances: 2,
  // What one run leaves undone the next delivery goes on with.
  retry: true,
} as const satisfies Omit<DocumentOptions, "document">;

type Written<Params> = FirestoreEvent<Change<DocumentSnapshot> | undefined, Params>;

/**
 * `controlFlip`: after each flip of a studio's switch, marks what was approved before it. Idempotency: a proposal that is no
 * longer approved is left alone.
 */
export function controlFlipFunction(deps: () => Deps): CloudFunction<Written<{ tenantId: string }>> {
  const options = { ...OPTIONS, document: "tenants/{tenantId}/control/state" as const };
  return onDocumentWritten(options, async ({ data, params, id }) => {
    if (isFlip(data)) await mark(deps(), id, params.tenantId);
  });
}

/** `globalControlFlip`: the same in all studios, after each flip of the switch above them. */
export function globalControlFlipFunction(deps: () => Deps): CloudFunction<Written<Record<string, string>>> {
  return onDocumentWritten({ ...OPTIONS, document: GLOBAL_CONTROL_PATH }, async ({ data, id }) => {
    if (isFlip(data)) await mark(deps(), id);
  });
}

const isFlip = (data: Change<DocumentSnapshot> | undefined): boolean =>
  data?.before.get("epoch") !== data?.after.get("epoch");

async function mark(deps: Deps, deliveryId: string, tenantId?: string): Promise<void> {
  const requestId = `flip-${deliveryId.replaceAll(/[^A-Za-z0-9-]/g, "")}`.slice(0, 60);
  const marked = await blockApproved(deps, { requestId, ...(tenantId === undefined ? {} : { tenantId }) });
  const severity = marked.failed > 0 ? "ERROR" : "NOTICE";
  write({ severity, component: "controlFlip", event: "control.flipped", tenantId: tenantId ?? "all", ...marked });
  if (!marked.isDone)
    throw new StudioError("CONTENTION", "more approved proposals than one run marks", { isRetryable: true });
}
