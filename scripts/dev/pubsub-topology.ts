import { pathToFileURL } from "node:url";
import { PubSub } from "@google-cloud/pubsub";
import type { CreateSubscriptionOptions, SubscriptionMetadata } from "@google-cloud/pubsub";
import {
  STUDIO_EVENTS_TOPIC,
  UPLINK_DEAD_LETTER_TOPIC,
  UPLINK_MAX_DELIVERY_ATTEMPTS,
  UPLINK_TOPIC,
} from "@studio-os/functions/contracts";

export const UPLINK_SUBSCRIPTION = "agent-uplink-push";
const STUDIO_EVENTS_SUBSCRIPTION = "studio-events-push";
export const UPLINK_DEAD_LETTER_SUBSCRIPTION = "agent-uplink-dead-letter-push";

/** How long Pub/Sub waits between two deliveries of one message, growing from the first to the second. Seconds. */
export interface BackOff {
  readonly minSeconds: number;
  readonly maxSeconds: number;
}
/** Short, so that a local failure shows itself at once. Production takes 10 s to 600 s: docs/runbooks/uplink-topology.md. */
const EMULATOR_BACK_OFF: BackOff = { minSeconds: 1, maxSeconds: 60 };

/** As long as the functions may take; a push that is not answered by then is delivered again. */
const ACK_DEADLINE_SECONDS = 60;
/** Pub/Sub's longest: what waits behind a closed door is still there a week later. */
const RETENTION_SECONDS = 7 * 24 * 3_600;
const ALREADY_EXISTS = 6;

export interface UplinkTopologyOptions {
  readonly projectId: string;
  /** Where `agentUplinkPush`, `agentUplinkDeadLetterPush` and `studioEventsPush` answer: origin and path up to the function's name. */
  readonly functionsOrigin: string;
  readonly backOff?: BackOff;
}

/**
 * Are the topics and push subscriptions of uplink and studio events there, as in production? Creates what is missing on the Pub/Sub emulator
 * and brings what exists to the same settings, so that it may run any number of times. Throws without an emulator:
 * production is set up once, by the commands of docs/runbooks/uplink-topology.md.
 *
 * Not ordered: ordering together with a dead-letter policy stops the emulator's stream for good (ADR 0004), and the replay
 * window needs no order.
 */
export async function createUplinkTopology(options: UplinkTopologyOptions): Promise<void> {
  if (process.env["PUBSUB_EMULATOR_HOST"] === undefined)
    throw new Error("PUBSUB_EMULATOR_HOST is not set: this program sets up the Pub/Sub emulator and nothing else");
  const pubsub = new PubSub({ projectId: options.projectId, emulatorMode: true });
  try {
    for (const topic of [UPLINK_TOPIC, UPLINK_DEAD_LETTER_TOPIC, STUDIO_EVENTS_TOPIC])
      await unlessItExists(() => pubsub.createTopic(topic));
    const { minSeconds, maxSeconds } = options.backOff ?? EMULATOR_BACK_OFF;
    const common: CreateSubscriptionOptions & SubscriptionMetadata = {
      ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
      messageRetentionDuration: { seconds: RETENTION_SECONDS },
      retryPolicy: { minimumBackoff: { seconds: minSeconds }, maximumBackoff: { seconds: maxSeconds } },
    };
    await provideSubscription(pubsub, UPLINK_DEAD_LETTER_TOPIC, UPLINK_DEAD_LETTER_SUBSCRIPTION, {
      ...common,
      pushConfig: { pushEndpoint: `${options.functionsOrigin}/agentUplinkDeadLetterPush` },
    });
    await provideSubscription(pubsub, UPLINK_TOPIC, UPLINK_SUBSCRIPTION, {
      ...common,
      pushConfig: { pushEndpoint: `${options.functionsOrigin}/agentUplinkPush` },
      deadLetterPolicy: {
        deadLetterTopic: `projects/${options.projectId}/topics/${UPLINK_DEAD_LETTER_TOPIC}`,
        maxDeliveryAttempts: UPLINK_MAX_DELIVERY_ATTEMPTS,
      },
    });
    // No dead letter: what is malformed is acknowledged, and what fails is tried until it works or a week is over.
    await provideSubscription(pubsub, STUDIO_EVENTS_TOPIC, STUDIO_EVENTS_SUBSCRIPTION, {
      ...common,
      pushConfig: { pushEndpoint: `${options.functionsOrigin}/studioEventsPush` },
    });
  } finally {
    await pubsub.close();
  }
}

async function provideSubscription(
  pubsub: PubSub,
  topic: string,
  name: string,
  settings: CreateSubscriptionOptions & SubscriptionMetadata,
): Promise<void> {
  const isNew = await unlessItExists(() => pubsub.topic(topic).createSubscription(name, settings));
  if (isNew) return;
  const subscription = pubsub.subscription(name);
  if (settings.pushConfig !== undefined && settings.pushConfig !== null)
    await subscription.modifyPushConfig(settings.pushConfig);
  const { retryPolicy, deadLetterPolicy, ackDeadlineSeconds } = settings;
  await subscription.setMetadata({
    ackDeadlineSeconds: ackDeadlineSeconds ?? ACK_DEADLINE_SECONDS,
    retryPolicy: retryPolicy ?? null,
    ...(deadLetterPolicy !== undefined && { deadLetterPolicy }),
  });
}

/** False: it was there already. */
async function unlessItExists(create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error && error.code === ALREADY_EXISTS) return false;
    throw error;
  }
}

async function main(): Promise<void> {
  const projectId = process.env["GCLOUD_PROJECT"];
  const functionsOrigin = process.env["STUDIO_FUNCTIONS_ORIGIN"];
  if (projectId === undefined || functionsOrigin === undefined)
    throw new Error("GCLOUD_PROJECT and STUDIO_FUNCTIONS_ORIGIN say where to push to; with-emulators.ts sets both");
  // The emulator asks for no credentials, so there is nothing to look for on a metadata server.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  await createUplinkTopology({ projectId, functionsOrigin });
  console.log(`${UPLINK_TOPIC} is pushed to ${functionsOrigin}/agentUplinkPush`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
