import assert from "node:assert/strict";
import type { AgentEnvelope } from "@studio-os/functions/contracts";
import { sleep } from "../src/sleep.js";
import { makeAgentHome, spawnAgent } from "./support/agent-process.js";
import { startProxy } from "./support/breakable-proxy.js";
import type { LogLine } from "./support/agent-process.js";
import { countingMeters, startTestHub } from "./support/counting-hub.js";
import { openMemoryCloud } from "./support/memory-cloud.js";
import { acceptOnce, createTestTopic, requireEmulator } from "./support/pubsub-emulator.js";
import type { Received } from "./support/pubsub-emulator.js";

const KILLS = process.env["STUDIO_TEST_FULL"] === "1" ? 1_000 : 12;
/** Counted from the first word of the process: before, during and after the outbox is opened and filled. */
const LONGEST_LIFE_MS = 1_200;
const PER_KILL_MS = 15_000;

const queuedBy = (lines: readonly LogLine[]): string[] =>
  lines
    .filter(({ event }) => event === "observation_queued")
    .map(({ of, value, observedAt }) => `${String(of)} ${String(value)} ${String(observedAt)}`);

const countedIn = (envelopes: readonly AgentEnvelope[]): string[] =>
  envelopes.flatMap(({ payload }) =>
    payload.kind === "observations"
      ? payload.observations.map((it) => `${it.deviceId}/${it.attribute} ${String(it.value)} ${it.observedAt}`)
      : [],
  );

describe("local-agent/main under SIGKILL", () => {
  before(() => void requireEmulator());

  it(`loses no queued observation over ${KILLS} kills, and the cloud counts each once, in order, without holes`, async function () {
    this.timeout(60_000 + KILLS * PER_KILL_MS);
    const topic = await createTestTopic();
    const hub = await startTestHub(countingMeters(5));
    // One life in three has its answers cut off: the agent cannot know what arrived, and sends it again.
    const proxy = await startProxy(requireEmulator());
    const env = { PUBSUB_EMULATOR_HOST: proxy.host };
    const home = await makeAgentHome({
      pubsub: { projectId: topic.projectId, topic: topic.topic },
      hubitat: { origin: hub.origin, appId: hub.appId, token: hub.token, temperatureUnit: "°C", pollIntervalMs: 100 },
      deadbands: { energy: { deadband: 0 } },
      logLevel: "debug",
    });
    try {
      const lines: LogLine[] = [];
      const received: Received[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        proxy.cutAnswers(kill % 3 === 2);
        const agent = spawnAgent(["run", "--config", home.configPath], env);
        await agent.sees("agent_started");
        await sleep(Math.random() * LONGEST_LIFE_MS, new AbortController().signal);
        await agent.kill("SIGKILL");
        lines.push(...agent.lines);
        received.push(...(await topic.pull()));
      }
      proxy.cutAnswers(false);
      const last = spawnAgent(["run", "--config", home.configPath], env);
      await last.sees("envelope_published");
      assert.equal(await last.kill("SIGTERM"), 0);
      lines.push(...last.lines);
      received.push(...(await topic.pull()));

      assert.deepEqual(
        lines.filter(({ event }) => event === "text" || event === "defect"),
        [],
      );
      const counted = countedIn(acceptOnce(received, home.key.publicKeyBase64));
      assert.equal(new Set(counted).size, counted.length, "an observation was counted twice");
      const queued = queuedBy(lines);
      assert.ok(queued.length > KILLS, `only ${queued.length} observations were queued`);
      const arrived = new Set(counted);
      assert.deepEqual(
        queued.filter((each) => !arrived.has(each)),
        [],
      );
      const cloud = openMemoryCloud("mudworks", "agent-1", home.key);
      const answers: string[] = [];
      for (const { text, envelope } of received) answers.push(await cloud.take(Buffer.from(text), envelope.sentAt));
      assert.deepEqual([...new Set(answers)].sort(), ["ENVELOPE_REPLAYED", "accepted"]);
      assert.equal(cloud.counted().observations, counted.length);
      for (const device of new Set(cloud.counted().history.map(({ deviceId }) => deviceId))) {
        const values = cloud.counted().history.flatMap((it) => (it.deviceId === device ? [Number(it.value)] : []));
        assert.deepEqual(
          values,
          [...values].sort((a, b) => a - b),
          `${device} is out of order`,
        );
      }
      assert.deepEqual([...new Set(hub.requests)], ["GET /apps/api/38/devices/all"]);
    } finally {
      hub.close();
      await proxy.close();
      await home.remove();
    }
  });

  it("reads each device once with --once, sends it and ends with 0", async function () {
    this.timeout(60_000);
    const topic = await createTestTopic();
    const hub = await startTestHub(countingMeters(3));
    const home = await makeAgentHome({
      pubsub: { projectId: topic.projectId, topic: topic.topic },
      hubitat: { origin: hub.origin, appId: hub.appId, token: hub.token, temperatureUnit: "°C" },
      simulated: true,
    });
    try {
      assert.equal(await spawnAgent(["run", "--once", "--config", home.configPath]).ended, 0);
      const envelopes = acceptOnce(await topic.pull(), home.key.publicKeyBase64);
      assert.equal(countedIn(envelopes).length, 3);
      assert.ok(JSON.stringify(envelopes).includes('"quality":"simulated"'));
      assert.equal(hub.requests.length, 1);

      const dry = spawnAgent(["run", "--once", "--dry-run", "--config", home.configPath]);
      assert.equal(await dry.ended, 0);
      assert.ok(dry.output.some((line) => line.includes('"kind":"observations"')));
      assert.deepEqual(await topic.pull(), []);
      assert.ok(!JSON.stringify([dry.output, dry.lines]).includes(hub.token));
    } finally {
      hub.close();
      await home.remove();
    }
  });
});
