import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAgent } from "../src/agent.js";
import type { Connector } from "../src/connector.js";
import { createLogger } from "../src/logger.js";
import { openLevelOutbox } from "../src/outbox/level-outbox.js";
import { sleep } from "../src/sleep.js";
import { createKeyFile } from "../src/uplink/agent-key.js";
import { createPubSubPublisher } from "../src/uplink/pubsub-publisher.js";
import { startProxy } from "./support/breakable-proxy.js";
import { acceptOnce, createTestTopic, requireEmulator } from "./support/pubsub-emulator.js";

const forever = new AbortController().signal;
const pause = (ms: number) => sleep(ms, forever);

/** Each read counts one further, so that order and loss can be seen. */
function aCounter(): Connector & { readonly count: () => number } {
  let count = 0;
  return {
    id: "counter",
    count: () => count,
    capabilities: [],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    health: () => ({ state: "healthy", lastSuccessAt: null, lastError: null, consecutiveFailures: 0 }),
    execute: () => Promise.reject(new Error("READ_ONLY")),
    readStatus: () => {
      count += 1;
      const reading = {
        deviceId: "counter:1",
        attribute: "count",
        value: count,
        unit: null,
        observedAt: new Date().toISOString(),
        source: "poll" as const,
        quality: "live" as const,
      };
      return Promise.resolve({
        devices: [{ deviceId: "counter:1", name: "Counter", kind: "counter", room: null }],
        readings: [reading],
      });
    },
  };
}

describe("local-agent/uplink while Pub/Sub is away", () => {
  before(() => void requireEmulator());

  it("catches up in order, loses nothing, and sends the same bytes when it cannot know that they arrived", async function () {
    this.timeout(60_000);
    const topic = await createTestTopic();
    const proxy = await startProxy(requireEmulator());
    const folder = await mkdtemp(join(tmpdir(), "studio-uplink-"));
    const key = createKeyFile(join(folder, "agent.pem"));
    const connector = aCounter();
    const lines: string[] = [];
    const agent = await createAgent({
      tenantId: "mudworks",
      agentId: "agent-1",
      key,
      connectors: [{ connector, pollIntervalMs: 50 }],
      rules: [],
      policy: {},
      isSimulated: false,
      outbox: await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs: Date.now }),
      publisher: createPubSubPublisher({ ...topic, emulatorHost: proxy.host }, null),
      logger: createLogger({ minLevel: "info", write: (line) => lines.push(line), nowMs: Date.now, secrets: [] }),
    });
    try {
      agent.start();
      await pause(700);
      proxy.cutAnswers(true);
      await pause(900);
      await proxy.close();
      await pause(1_500);
      const receivedWhileAway = await topic.pull();
      proxy.cutAnswers(false);
      await proxy.open();
      await pause(2_500);
      assert.equal(await agent.stop(10_000), true);

      const received = [...receivedWhileAway, ...(await topic.pull())];
      const accepted = acceptOnce(received, key.publicKeyBase64);
      assert.ok(received.length > accepted.length, "nothing was sent twice, so the cut answers proved nothing");
      const values = accepted.flatMap(({ payload }) =>
        payload.kind === "observations" ? payload.observations.map(({ value }) => value) : [],
      );
      assert.deepEqual(
        values,
        Array.from({ length: connector.count() }, (_, i) => i + 1),
      );
      assert.match(lines.join(""), /"publish_failed".*UNREACHABLE/);
      assert.match(lines.join(""), /"uplink_recovered"/);
    } finally {
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
