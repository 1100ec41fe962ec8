import { write } from "firebase-functions/logger";
import { onDocumentCreated } from "firebase-functions/v2/firestore";
import type { CloudFunction } from "firebase-functions/v2";
import type { DocumentOptions, FirestoreEvent, QueryDocumentSnapshot } from "firebase-functions/v2/firestore";
import { generateExport } from "./generate-export.js";
import type { GenerateDeps } from "./generate-export.js";

const OPTIONS = {
  document: "tenants/{tenantId}/exports/{exportId}",
  region: "us-central1",
  memory: "512MiB",
  timeoutSeconds: 540,
  maxInstances: 4,
  // The sweep of the minute goes on where a run stopped.
  retry: false,
} as const satisfies DocumentOptions;

/** A part takes seconds; the rest of the time limit is for the last one that was begun. */
const WORK_MS = 420_000;

/** `exportRequested`: writes the files of an export as soon as it is asked for. Idempotency: a run takes the export's claim. */
export function exportFunction(
  deps: () => GenerateDeps,
): CloudFunction<FirestoreEvent<QueryDocumentSnapshot | undefined, { tenantId: string; exportId: string }>> {
  return onDocumentCreated(OPTIONS, async ({ params }) => {
    const stopAt = Date.now() + WORK_MS;
    const outcome = await generateExport(deps(), params.tenantId, params.exportId, () => Date.now() >= stopAt);
    write({ severity: "INFO", component: "exportRequested", event: "export.run_ended", ...params, outcome });
  });
}
