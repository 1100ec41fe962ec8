import assert from "node:assert/strict";
import type { AgentEnvelope } from "@studio-os/functions/contracts";
import { sleep } from "../src/sleep.js";
import { makeAgentHome, spawnAgent } from "./support/agent-process.js";
import { startProxy } from "./support/breakable-proxy.js";
import type { AgentProcess, LogLine } from "./support/agent-process.js";
import { buildAgent } from "./support/built-agent.js";
import { countingMeters, startTestHub } from "./support/counting-hub.js";
import { FAULT_TURNS, startFaultyStudio } from "./support/faulty-studio.js";
import { openMemoryCloud } from "./support/memory-cloud.js";
import { acceptOnce, createTestTopic, requireEmulator } from "./support/pubsub-emulator.js";
import type { Received } from "./support/pubsub-emulator.js";

const KILLS = process.env["STUDIO_TEST_FULL"] === "1" ? 1_000 : 2 * FAULT_TURNS;
/** Counted from the start of the process, or from its first word: before, during and after the outbox is opened and filled. */
const LONGEST_LIFE_MS = 1_200;
const LONGEST_START_MS = 400;
const PER_KILL_MS = 15_000;
const LAST_STARTS = 5;
/** A busy machine lets few lives get that far: one whole status of the vacuum is enough to say something about it. */
const FEWEST_OF_A_CONNECTOR = 10;
/** What moves all the time; every move counts. */
const MEASURED = ["temperature", "humidity", "power", "energy", "illuminance"];

const forever = new AbortController().signal;

interface Said {
  readonly device: string;
  /** Names one observation: a value of an attribute at one instant. */
  readonly text: string;
}

const queuedBy = (lines: readonly LogLine[]): Said[] =>
  lines
    .filter(({ event }) => event === "observation_queued")
    .map(({ of, value, observedAt }) => toSaid(String(of), value, String(observedAt)));

const countedIn = (envelopes: readonly AgentEnvelope[]): Said[] =>
  envelopes.flatMap(({ payload }) =>
    payload.kind === "observations"
      ? payload.observations.map((it) => toSaid(`${it.deviceId}/${it.attribute}`, it.value, it.observedAt))
      : [],
  );

const toSaid = (of: string, value: unknown, observedAt: string): Said => ({
  device: of.split("/")[0] ?? "",
  text: `${of} ${String(value)} ${observedAt}`,
});

const textsOf = (said: readonly Said[], device: string): string[] =>
  said.flatMap((it) => (it.device === device ? [it.text] : []));

/** Answers: which of these are not among those, in this order? Between them there may be more. */
function missingIn(those: readonly string[], these: readonly string[]): string[] {
  let at = 0;
  return these.filter((text) => {
    const found = those.indexOf(text, at);
    if (found >= 0) at = found + 1;
    return found < 0;
  });
}

describe("local-agent/main under SIGKILL", () => {
  before(() => void requireEmulator());

  it(`loses no queued observation over ${KILLS} kills with every fault on, and the cloud counts each once, in order for each device`, async function () {
    this.timeout(120_000 + KILLS * PER_KILL_MS);
    const program = buildAgent();
    const topic = await createTestTopic();
    const studio = await startFaultyStudio();
    const proxy = await startProxy(requireEmulator());
    const home = await makeAgentHome({
      pubsub: { projectId: topic.projectId, topic: topic.topic },
      hubitat: { ...studio.hubitat, pollIntervalMs: 100 },
      roborock: { ...studio.roborock, pollIntervalMs: 100 },
      deadbands: Object.fromEntries(MEASURED.map((name) => [name, { deadband: 0 }])),
      routineEveryMs: 500,
      logLevel: "debug",
    });
    const cloud = openMemoryCloud("mudworks", "agent-1", home.key);
    const queued: Said[] = [];
    const received: Received[] = [];
    const broken: LogLine[] = [];
    const answers = new Map<string, number>();
    let livesBeforeFirstWord = 0;

    const live = (): AgentProcess =>
      spawnAgent(["run", "--config", home.configPath], { PUBSUB_EMULATOR_HOST: proxy.host }, program);

    async function bury(agent: AgentProcess): Promise<void> {
      queued.push(...queuedBy(agent.lines));
      broken.push(...agent.lines.filter(({ event }) => event === "text" || event === "defect"));
      for (const each of await topic.pull()) {
        received.push(each);
        const answer = await cloud.take(Buffer.from(each.text), each.envelope.sentAt);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }

    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Of the answers of Pub/Sub, some are cut off and some never come: the agent cannot know what arrived.
        proxy.cutAnswers(kill % 4 === 2);
        proxy.swallowAnswers(kill % 8 === 4);
        await studio.heal();
        const isBrokenFromTheStart = Math.random() < 0.5;
        if (isBrokenFromTheStart) await studio.spoil(kill);
        const agent = live();
        if (kill % 8 === 7) await sleep(Math.random() * LONGEST_START_MS, forever);
        else {
          await agent.sees("agent_started");
          const lifeMs = Math.random() * LONGEST_LIFE_MS;
          const wellForMs = isBrokenFromTheStart ? 0 : Math.random() * lifeMs;
          await sleep(wellForMs, forever);
          if (!isBrokenFromTheStart) await studio.spoil(kill);
          await sleep(lifeMs - wellForMs, forever);
        }
        await agent.kill("SIGKILL");
        if (!agent.lines.some(({ event }) => event === "agent_started")) livesBeforeFirstWord += 1;
        await bury(agent);
      }
      proxy.cutAnswers(false);
      proxy.swallowAnswers(false);
      await studio.heal();
      let isDrained: unknown = false;
      for (let start = 0; start < LAST_STARTS && isDrained !== true; start += 1) {
        const last = live();
        await last.sees("envelope_published");
        assert.equal(await last.kill("SIGTERM"), 0);
        isDrained = last.lines.at(-1)?.["isDrained"];
        await bury(last);
      }
      assert.equal(isDrained, true);

      assert.deepEqual(broken, []);
      assert.ok(livesBeforeFirstWord < KILLS / 4, `${livesBeforeFirstWord} lives ended before they began`);
      const counted = countedIn(acceptOnce(received, home.key.publicKeyBase64));
      const texts = counted.map(({ text }) => text);
      assert.equal(new Set(texts).size, texts.length, "an observation was counted twice");
      const devices = new Set(queued.map(({ device }) => device));
      for (const device of devices)
        assert.deepEqual(missingIn(textsOf(counted, device), textsOf(queued, device)), [], `${device} lost some`);
      for (const connector of ["hubitat:", "roborock:"]) {
        const many = queued.filter(({ device }) => device.startsWith(connector)).length;
        assert.ok(many > FEWEST_OF_A_CONNECTOR, `${connector} only ${many} were queued`);
      }
      assert.deepEqual([...answers.keys()].sort(), ["ENVELOPE_REPLAYED", "accepted"]);
      assert.equal(cloud.counted().observations, counted.length);
      assert.equal([...studio.met().keys()].length, 2 * FAULT_TURNS - 1, "not every fault was in force");
      assert.deepEqual(studio.violations(), []);
      process.stdout.write(
        `      ${KILLS} kills, ${queued.length} queued, ${counted.length} counted of ${devices.size} devices, ` +
          `${received.length} deliveries, ${answers.get("ENVELOPE_REPLAYED") ?? 0} of them again\n`,
      );
    } finally {
      await studio.stop();
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
