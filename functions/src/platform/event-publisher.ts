import type { Topic } from "@google-cloud/pubsub";
import { STUDIO_EVENTS_TOPIC } from "../contracts/index.js";
import type { StudioEvent } from "../contracts/index.js";

let topic: Promise<Topic> | undefined;

/**
 * Publishes on the topic of studio events, with the studio as ordering key. After a failure Pub/Sub's client holds the
 * key's later messages back until it is told to go on; the outbox keeps what failed.
 */
export async function publishStudioEvent(event: StudioEvent): Promise<void> {
  topic ??= openTopic();
  const opened = await topic;
  const orderingKey = event.tenantId;
  try {
    await opened.publishMessage({
      json: event,
      orderingKey,
      attributes: { eventId: event.eventId, type: event.type },
    });
  } catch (error) {
    opened.resumePublishing(orderingKey);
    throw error;
  }
}

/** Loaded at the first event: most functions publish nothing, and start the sooner. */
async function openTopic(): Promise<Topic> {
  // Emulated functions without an emulated Pub/Sub would talk to the real one.
  if (process.env["FUNCTIONS_EMULATOR"] === "true" && process.env["PUBSUB_EMULATOR_HOST"] === undefined)
    throw new Error("PUBSUB_EMULATOR_HOST is not set: events stay in the outbox");
  const { PubSub } = await import("@google-cloud/pubsub");
  return new PubSub().topic(STUDIO_EVENTS_TOPIC, {
    messageOrdering: true,
    // One event at a time leaves at once: a function has no later moment to send a batch in.
    batching: { maxMessages: 1 },
  });
}
