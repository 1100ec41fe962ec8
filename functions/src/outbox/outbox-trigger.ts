import { write } from "firebase-functions/logger";
import { onDocumentCreated } from "firebase-functions/v2/firestore";
import type { CloudFunction } from "firebase-functions/v2";
import type { DocumentOptions, FirestoreEvent, QueryDocumentSnapshot } from "firebase-functions/v2/firestore";
import type { HttpsFunction } from "firebase-functions/v2/https";
import type { Deps } from "../commit/deps.js";
import { pushFunction } from "../devices/push-trigger.js";
import { publishRow } from "./publish-outbox.js";
import type { EventPublisher } from "./publish-outbox.js";
import { receiveEvent } from "./receive-event.js";

const OPTIONS = {
  document: "tenants/{tenantId}/outbox/{eventId}",
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 30,
  concurrency: 20,
  maxInstances: 5,
  // What fails here the sweep publishes a minute later.
  retry: false,
} as const satisfies DocumentOptions;

type RowParams = { tenantId: string; eventId: string };

/** `outboxPublish`: publishes each new row of an outbox. Idempotency: the row is removed once it is published. */
export function outboxPublishFunction(
  deps: () => Deps,
  publisher: EventPublisher,
): CloudFunction<FirestoreEvent<QueryDocumentSnapshot | undefined, RowParams>> {
  return onDocumentCreated(OPTIONS, async ({ params }) => {
    const { tenantId, eventId } = params;
    try {
      const isPublished = await publishRow(deps(), publisher, { tenantId, eventId });
      write({
        severity: "DEBUG",
        component: "outboxPublish",
        event: "outbox.published",
        tenantId,
        eventId,
        isPublished,
      });
    } catch (error) {
      const problem = error instanceof Error ? error.name : typeof error;
      write({ severity: "WARNING", component: "outboxPublish", event: "outbox.kept", tenantId, eventId, problem });
    }
  });
}

/** `studioEventsPush`: takes in what the topic of studio events delivers. Idempotency key: `eventId`. */
export function studioEventsPushFunction(deps: () => Deps, env: NodeJS.ProcessEnv): HttpsFunction {
  return pushFunction("studioEventsPush", "STUDIO_EVENTS_PUSH_AUDIENCE", env, async ({ body }) =>
    (await receiveEvent(deps(), body)) === "malformed" ? "INVALID_INPUT" : null,
  );
}
