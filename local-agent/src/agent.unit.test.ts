import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { AgentEnvelope } from "@studio-os/functions/contracts";
import { createAgent } from "./agent.js";
import type { AgentDeps } from "./agent.js";
import { ConnectorError } from "./connector.js";
import type { Connector, Reading, StatusSnapshot } from "./connector.js";
import { createLogger } from "./logger.js";
import { createMemoryOutbox } from "./outbox/memory-outbox.js";
import { Rules } from "./rules/rule.js";
import { sleep } from "./sleep.js";
import type { Publisher } from "./uplink/publisher.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const forever = new AbortController().signal;

const rules = Rules.parse([
  {
    id: "kiln-room-hot",
    title: "Kiln room hot",
    watch: { deviceId: "hub:12", attribute: "temperature", is: "above", threshold: 35, hysteresis: 2, unit: "°C" },
    forSeconds: 30,
    coolDownSeconds: 3_600,
    propose: {
      capabilityId: "firing.flag",
      kilnId: "kiln-1",
      attention: "room_overheat",
      unlessBookedWithinHours: 12,
      note: "{device} at {value} {unit}",
    },
  },
]);

const healthy = { state: "healthy" as const, lastSuccessAt: null, lastError: null, consecutiveFailures: 0 };

function aConnector(id: string, read: () => Promise<StatusSnapshot>, change: Partial<Connector> = {}): Connector {
  return {
    id,
    capabilities: [],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    health: () => healthy,
    readStatus: read,
    execute: () => Promise.reject(new ConnectorError("READ_ONLY", "reads only")),
    ...change,
  };
}

/** An agent in a world whose clock runs a thousand times as fast: a pause of a second takes a millisecond. */
function aWorld(connectors: AgentDeps["connectors"], change: Partial<AgentDeps> = {}) {
  const world = { nowMs: T0 };
  const texts: string[] = [];
  const lines: string[] = [];
  const outbox = createMemoryOutbox("boot-1");
  const publisher: Publisher = {
    publish: ({ text }) => Promise.resolve(void texts.push(text)),
    close: () => undefined,
  };
  const startedAt = performance.now();
  const nowMs = () => T0 + Math.round((performance.now() - startedAt) * 1_000);
  const deps: AgentDeps = {
    tenantId: "mudworks",
    agentId: "agent-1",
    key: { privateKey: generateKeyPairSync("ed25519").privateKey, publicKeyBase64: "", keyId: "0123456789abcdef" },
    connectors,
    rules,
    policy: {},
    isSimulated: false,
    outbox,
    publisher,
    logger: createLogger({ minLevel: "debug", write: (line) => lines.push(line), nowMs: () => 0, secrets: [] }),
    nowMs,
    chance: () => 0.5,
    sleep: (ms, signal) => sleep(ms / 1_000, signal),
    ...change,
  };
  const payloads = () => texts.map((text) => AgentEnvelope.parse(JSON.parse(text)).payload);
  return { world, deps, nowMs, payloads, lines, outbox };
}

const snapshot = (value: number, nowMs: number): StatusSnapshot => ({
  devices: [{ deviceId: "hub:12", name: "Ceiling \u0007 sensor", kind: "temperature", room: "Kiln room" }],
  readings: [
    {
      deviceId: "hub:12",
      attribute: "temperature",
      value,
      unit: "°C",
      observedAt: new Date(nowMs).toISOString(),
      source: "poll",
      quality: "live",
    },
  ],
});

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!isTrue()) {
    assert.ok(performance.now() < deadline, "waited 5 s in vain");
    await sleep(2, forever);
  }
}

describe("local-agent/agent", () => {
  it("takes a hot room from polls to one signed proposal with its evidence", async () => {
    const { deps, nowMs, payloads } = aWorld([]);
    const connector = aConnector("hub", () => Promise.resolve(snapshot(40, nowMs())));
    const agent = await createAgent({ ...deps, connectors: [{ connector, pollIntervalMs: 5_000 }] });
    agent.start();
    await until(() => payloads().some(({ kind }) => kind === "proposal"));
    await sleep(30, forever);
    assert.equal(await agent.stop(), true);
    const proposals = payloads().flatMap((payload) => (payload.kind === "proposal" ? [payload.proposal] : []));
    assert.equal(proposals.length, 1);
    assert.equal(proposals[0]?.request["note"], "Ceiling sensor (Kiln room) at 40 °C");
    const [first] = payloads().flatMap((payload) => (payload.kind === "observations" ? [payload] : []));
    assert.deepEqual([first?.devices[0]?.name, first?.observations[0]?.value], ["Ceiling sensor", 40]);
  });

  it("goes on polling one connector while another hangs for ever, at its start and at every read", async () => {
    const { deps, nowMs, payloads } = aWorld([]);
    let value = 0;
    const hangs = () => new Promise<never>(() => undefined);
    const connectors = [
      { connector: aConnector("stuck", hangs, { start: hangs }), pollIntervalMs: 5_000 },
      { connector: aConnector("hub", () => Promise.resolve(snapshot((value += 1), nowMs()))), pollIntervalMs: 5_000 },
    ];
    const agent = await createAgent({ ...deps, connectors });
    agent.start();
    await until(() => value >= 5);
    await agent.stop();
    assert.ok(payloads().some(({ kind }) => kind === "observations"));
  });

  it("reports a connector's health when it changes, and the outbox beside it", async () => {
    const { deps, nowMs, payloads } = aWorld([]);
    let state: "healthy" | "down" = "healthy";
    const connector = aConnector("hub", () => Promise.resolve(snapshot(20, nowMs())), {
      health: () => ({ ...healthy, state }),
    });
    const agent = await createAgent({ ...deps, connectors: [{ connector, pollIntervalMs: 5_000 }] });
    const seen = () =>
      payloads().flatMap((payload) =>
        payload.kind === "health" ? [payload.connectors.map((it) => `${it.connectorId} ${it.state}`)] : [],
      );
    agent.start();
    await until(() => seen().length > 0);
    state = "down";
    await until(() => seen().some((entries) => entries.includes("hub down")));
    await agent.stop();
    assert.deepEqual(seen()[0], ["hub healthy", "outbox healthy"]);
  });

  it("says that a value went stale when its connector fails, and survives the failure", async () => {
    const { deps, nowMs, payloads, lines } = aWorld([]);
    let polls = 0;
    const read = () =>
      (polls += 1) === 1
        ? Promise.resolve(snapshot(20, nowMs()))
        : Promise.reject(new ConnectorError("UNREACHABLE", "gone"));
    const agent = await createAgent({
      ...deps,
      connectors: [{ connector: aConnector("hub", read), pollIntervalMs: 5_000 }],
    });
    agent.start();
    const qualities = () =>
      payloads().flatMap((payload) =>
        payload.kind === "observations" ? payload.observations.map((it) => it.quality) : [],
      );
    await until(() => qualities().includes("stale"));
    await agent.stop();
    assert.deepEqual(qualities(), ["live", "stale"]);
    assert.match(lines.join(""), /"poll_failed".*UNREACHABLE/);
  });

  it("takes pushed readings between the polls", async () => {
    const { deps, nowMs, payloads } = aWorld([]);
    let push: (reading: Reading) => void = () => undefined;
    const connector = aConnector("hub", () => new Promise<never>(() => undefined), {
      onReading: (listener) => {
        push = listener;
        return () => undefined;
      },
    });
    const agent = await createAgent({ ...deps, connectors: [{ connector, pollIntervalMs: 5_000 }] });
    agent.start();
    for (const reading of snapshot(22, nowMs()).readings) push({ ...reading, source: "push" });
    await until(() => payloads().some((payload) => payload.kind === "observations"));
    await agent.stop();
  });

  it("queues again at the next poll what the disk refused, and proposes nothing twice", async () => {
    const { deps, nowMs, payloads, outbox } = aWorld([]);
    let refusals = 3;
    const failing = {
      ...outbox,
      append: (batch: Parameters<typeof outbox.append>[0]) =>
        refusals-- > 0 ? Promise.reject(new Error("ENOSPC")) : outbox.append(batch),
    };
    const connector = aConnector("hub", () => Promise.resolve(snapshot(40, nowMs())));
    const agent = await createAgent({ ...deps, outbox: failing, connectors: [{ connector, pollIntervalMs: 5_000 }] });
    agent.start();
    await until(() => payloads().some(({ kind }) => kind === "proposal"));
    await agent.stop();
    assert.equal(payloads().filter(({ kind }) => kind === "proposal").length, 1);
    assert.ok(payloads().some(({ kind }) => kind === "observations"));
  });

  it("reads each connector once on demand, and says when one could not be read", async () => {
    const { deps, nowMs, payloads } = aWorld([]);
    const good = aConnector("hub", () => Promise.resolve(snapshot(20, nowMs())));
    const bad = aConnector("vacuum", () => Promise.reject(new ConnectorError("AUTH", "no")));
    const once = async (connectors: Connector[]) => {
      const agent = await createAgent({
        ...deps,
        connectors: connectors.map((connector) => ({ connector, pollIntervalMs: 5_000 })),
      });
      const { isComplete } = await agent.runOnce();
      return [isComplete, await agent.stop()];
    };
    assert.deepEqual(await once([good]), [true, true]);
    assert.deepEqual(await once([good, bad]), [false, true]);
    assert.ok(payloads().some(({ kind }) => kind === "observations"));
  });
});
