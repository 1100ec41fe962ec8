import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DocumentReference } from "firebase-admin/firestore";
import * as z from "zod";
import { agentRef, deviceBoardRef, inTenant } from "../../functions/src/contracts/index.js";
import { parsePushBody } from "../../functions/src/devices/push-message.js";
import { takeEnvelopes } from "../../functions/src/devices/push-trigger.js";
import { openTestStudio } from "../../functions/test/support/emulator.js";
import { anAgent } from "../../functions/test/support/uplink-fixtures.js";
import { createAgent } from "../../local-agent/src/agent.js";
import type { Connector, Reading } from "../../local-agent/src/connector.js";
import { createLogger } from "../../local-agent/src/logger.js";
import { openLevelOutbox } from "../../local-agent/src/outbox/level-outbox.js";
import { createKeyFile } from "../../local-agent/src/uplink/agent-key.js";
import { createPubSubPublisher } from "../../local-agent/src/uplink/pubsub-publisher.js";
import { createTestTopic, requireEmulator } from "../../local-agent/test/support/pubsub-emulator.js";

const READINGS = 100;
const WARM_UP = 10;
const GIVE_UP_MS = 30_000;
const AGENT_ID = "bench-agent";
const DEVICE_ID = "bench:door";

export interface ReadingLatency {
  /** Milliseconds from a door that opens, as its connector tells it, to a listener as the cockpit has one. */
  readonly readings: readonly number[];
  /** From a bare publish to the same kind of listener, with one write in between and nothing decided. */
  readonly bare: readonly number[];
}

/**
 * How long does a reading that warns take to the cockpit? Through the agent's pipeline, outbox and signature, Pub/Sub's
 * push, the cloud's own ingest and Firestore, all on the emulators. The bare way takes turns with it.
 */
export async function measureReadingLatency(): Promise<ReadingLatency> {
  const studio = await openTestStudio();
  const folder = await mkdtemp(join(tmpdir(), "studio-latency-"));
  const key = createKeyFile(join(folder, "agent.pem"));
  const enrolled = { keyId: key.keyId, publicKey: key.publicKeyBase64, notBefore: "2020-01-01T00:00:00.000Z" };
  const { tenantId, firestore } = studio;
  const agentDocument = { ...anAgent([]), tenantId, agentId: AGENT_ID };
  await studio.put(agentRef(AGENT_ID), {
    ...agentDocument,
    keys: [{ ...enrolled, notAfter: null, revokedAt: null }],
  });
  const bareDocument = firestore.doc(inTenant(tenantId, "bench/bare"));
  const take = takeEnvelopes(() => ({
    ...studio.deps,
    submitAgentProposal: () => Promise.reject(new Error("no proposal was sent")),
  }));
  const server = await startPushServer(async (path, body) => {
    const delivery = parsePushBody(body);
    if (delivery === null) throw new Error("no push body");
    if (path === "/bare") await bareDocument.set({ value: Buffer.from(delivery.body).toString("utf8") });
    else if ((await take(delivery)) !== null) throw new Error("an envelope was refused");
  });
  const [uplink, bareTopic] = await Promise.all([createTestTopic(), createTestTopic()]);
  await pushTo(uplink, `${server.origin}/uplink`);
  await pushTo(bareTopic, `${server.origin}/bare`);
  const publisherOf = ({ projectId, topic }: { readonly projectId: string; readonly topic: string }) =>
    createPubSubPublisher({ projectId, topic, emulatorHost: requireEmulator() }, null);
  const door = aDoor();
  const agent = await createAgent({
    ...{ tenantId, agentId: AGENT_ID, key, rules: [], policy: {}, isSimulated: false },
    connectors: [{ connector: door.connector, pollIntervalMs: 3_600_000 }],
    outbox: await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs: Date.now }),
    publisher: publisherOf(uplink),
    logger: createLogger({ minLevel: "error", write: console.error, nowMs: Date.now, secrets: [] }),
  });
  const bare = publisherOf(bareTopic);
  const times: { readings: number[]; bare: number[] } = { readings: [], bare: [] };
  const shown = watch(firestore.doc(inTenant(tenantId, deviceBoardRef(AGENT_ID))));
  const bareShown = watch(bareDocument);
  try {
    agent.start();
    for (let round = 0; round < READINGS + WARM_UP; round += 1) {
      const value = round % 2 === 0 ? "open" : "closed";
      const reading = await shown.after(
        () => door.tell(value),
        (data) => valueOf(data) === value,
      );
      const text = String(round);
      const message = { text, orderingKey: "bench", attributes: {} };
      const floor = await bareShown.after(
        () => void bare.publish(message, new AbortController().signal),
        (data) => data["value"] === text,
      );
      if (round < WARM_UP) continue;
      times.readings.push(reading);
      times.bare.push(floor);
    }
    return times;
  } finally {
    await agent.stop(1_000);
    bare.close();
    shown.end();
    bareShown.end();
    await server.close();
    await studio.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const Shown = z.object({
  devices: z.record(z.string(), z.object({ readings: z.record(z.string(), z.object({ value: z.unknown() })) })),
});

const valueOf = (data: unknown): unknown => Shown.safeParse(data).data?.devices[DEVICE_ID]?.readings["contact"]?.value;

/** A door that tells by itself how it stands. */
function aDoor(): { readonly connector: Connector; tell(value: string): void } {
  let listener: (reading: Reading) => void = () => undefined;
  return {
    tell: (value) =>
      listener({
        ...{ deviceId: DEVICE_ID, attribute: "contact", value, unit: null, observedAt: new Date().toISOString() },
        ...{ source: "push", quality: "live" },
      }),
    connector: {
      id: "bench",
      capabilities: [],
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      health: () => ({ state: "healthy", lastSuccessAt: null, lastError: null, consecutiveFailures: 0 }),
      execute: () => Promise.reject(new Error("READ_ONLY")),
      readStatus: () => Promise.resolve({ devices: [], readings: [] }),
      onReading: (to) => {
        listener = to;
        return () => undefined;
      },
    },
  };
}

interface Watched {
  /** Milliseconds from `act` until the document is as wanted. Rejects when that takes too long. */
  after(act: () => void, isWanted: (data: Readonly<Record<string, unknown>>) => boolean): Promise<number>;
  end(): void;
}

function watch(document: DocumentReference): Watched {
  let newest: (data: Readonly<Record<string, unknown>>) => void = () => undefined;
  const end = document.onSnapshot((snapshot) => newest(snapshot.data() ?? {}));
  return {
    end,
    after: (act, isWanted) =>
      new Promise((resolve, reject) => {
        const giveUp = setTimeout(() => reject(new Error("the document did not change in time")), GIVE_UP_MS);
        const startedAt = performance.now();
        newest = (data) => {
          if (!isWanted(data)) return;
          clearTimeout(giveUp);
          resolve(performance.now() - startedAt);
        };
        act();
      }),
  };
}

async function startPushServer(
  take: (path: string, body: unknown) => Promise<void>,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      take(request.url ?? "", body).then(
        () => response.writeHead(204).end(),
        (error: unknown) => {
          console.error(error);
          response.writeHead(500).end();
        },
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function pushTo(topic: { readonly projectId: string; readonly topic: string }, endpoint: string): Promise<void> {
  const root = `http://${requireEmulator()}/v1/projects/${topic.projectId}`;
  const response = await fetch(`${root}/subscriptions/${topic.topic}-push`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      topic: `projects/${topic.projectId}/topics/${topic.topic}`,
      enableMessageOrdering: true,
      pushConfig: { pushEndpoint: endpoint },
    }),
  });
  if (!response.ok) throw new Error(`the push subscription could not be made: ${response.status}`);
}
