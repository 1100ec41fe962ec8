import assert from "node:assert/strict";
import { Observation } from "@studio-os/functions/contracts";
import type { Reading, StatusSnapshot } from "../../src/connector.js";
import { errorOf, eventually, openResources, startAndRead, withinGuard } from "./probe.js";
import type { ContractSubject, ContractWorld } from "./subject.js";

export interface ContractCheck {
  readonly title: string;
  readonly run: (subject: ContractSubject) => Promise<void>;
}

/** The longest default time-out (M12.1: 5 s), with room for transports that need a second round trip. */
const MAX_DEFAULT_TIMEOUT_MS = 10_000;
const BREAKER_FAILURES = 5;
const BREAKER_LONGEST_PAUSE_MS = 60_000;
const CLEAN_UP_MS = 2_000;
const PUSH_MS = 3_000;

/** Intents of every kind that somebody may hope for. None of them may so much as open a socket. */
const INTENTS: readonly unknown[] = [
  undefined,
  null,
  "on",
  "devices/114/on",
  { method: "app_start" },
  { method: "get_status" },
  { command: "unlock", deviceId: "hubitat:108" },
  { mode: "write" },
  () => "on",
];

/** What every connector has to keep, whatever its transport (M12.1). The faults are in `fault-checks.ts`. */
export const BASE_CHECKS = {
  "reads-only": {
    title: "every capability it names is a read of low risk",
    run: inWorld(({ connector }) => {
      assert.ok(connector.capabilities.length > 0, "names no capability");
      for (const { id, mode, riskTier } of connector.capabilities) {
        assert.deepEqual([mode, riskTier], ["read", "low"], `${id} is no read of low risk`);
        assert.ok(id.startsWith(`${connector.id}.`), `${id} does not carry the connector's id`);
      }
      return Promise.resolve();
    }),
  },
  "write-refused": {
    title: "every intent is refused with READ_ONLY before a socket is touched",
    run: inWorld(async ({ connector, requests }) => {
      const before = { requests: requests(), resources: openResources(), health: connector.health() };
      for (const intent of INTENTS) assert.equal((await errorOf(connector.execute(intent))).code, "READ_ONLY");
      assert.equal(requests(), before.requests, "something was sent");
      assert.deepEqual(connector.health(), before.health, "the refusal shows in the health");
      assert.ok(openResources() <= before.resources, "a socket or a timer was opened");
    }),
  },
  "not-configured": {
    title: "without a transport it says not_configured, never healthy, and reads nothing",
    run: async (subject) => {
      const connector = subject.unconfigured();
      assert.equal(connector.health().state, "not_configured");
      await connector.start();
      assert.equal((await errorOf(connector.readStatus())).code, "NOT_CONFIGURED");
      assert.equal(connector.health().state, "not_configured");
      assert.equal((await errorOf(connector.execute("on"))).code, "READ_ONLY");
      await connector.stop();
    },
  },
  "unproved-not-healthy": {
    title: "it is not healthy before a call has succeeded",
    run: inWorld(async ({ connector }) => {
      assert.notEqual(connector.health().state, "healthy");
      await connector.start();
      assert.notEqual(connector.health().state, "healthy");
      assert.equal(connector.health().lastSuccessAt, null);
    }),
  },
  "readings-valid": {
    title: "readings are in the public language, one an attribute, with a unit, a time and an honest quality",
    run: inWorld(async ({ connector }) => requireValid(connector.id, await startAndRead(connector), "poll")),
  },
  "health-from-calls": {
    title: "health follows real calls: a success, a failure that keeps the last success, a recovery",
    run: inWorld(async ({ connector, spoil, heal, passTime }) => {
      await startAndRead(connector);
      const good = connector.health();
      assert.deepEqual([good.state, good.lastError, good.consecutiveFailures], ["healthy", null, 0]);
      assert.ok(!Number.isNaN(Date.parse(good.lastSuccessAt ?? "")), "says no time of its last success");
      await spoil();
      const { code } = await errorOf(connector.readStatus());
      const bad = connector.health();
      assert.notEqual(bad.state, "healthy");
      assert.deepEqual([bad.lastError, bad.consecutiveFailures], [code, 1]);
      assert.equal(bad.lastSuccessAt, good.lastSuccessAt);
      await heal();
      passTime(BREAKER_LONGEST_PAUSE_MS);
      await withinGuard(connector.readStatus());
      assert.deepEqual([connector.health().state, connector.health().consecutiveFailures], ["healthy", 0]);
    }),
  },
  breaker: {
    title: "after 5 failures in a minute it sends nothing, then one probe, then reads again",
    run: inWorld(async (world) => {
      const { connector, requests, spoil, heal, passTime } = world;
      await startAndRead(connector);
      await spoil();
      for (let i = 0; i < BREAKER_FAILURES; i += 1) await errorOf(connector.readStatus());
      const asked = requests();
      await errorOf(connector.readStatus());
      assert.equal(requests(), asked, "goes on asking a device that fails");
      assert.equal(connector.health().breaker, "open");
      passTime(BREAKER_LONGEST_PAUSE_MS);
      await errorOf(connector.readStatus());
      const probes = requests() - asked;
      await errorOf(connector.readStatus());
      assert.equal(requests() - asked, probes, "probes again at once after a failed probe");
      await heal();
      passTime(BREAKER_LONGEST_PAUSE_MS * 2);
      await withinGuard(connector.readStatus());
      assert.equal(connector.health().state, "healthy");
    }),
  },
  "overlap-shared": {
    title: "reads that overlap share their requests",
    run: async (subject) =>
      inWorld(async ({ connector, requests }) => {
        await startAndRead(connector);
        const before = requests();
        await withinGuard(Promise.all([connector.readStatus(), connector.readStatus(), connector.readStatus()]));
        const sent = requests() - before;
        assert.ok(sent <= subject.requestsPerRead, `sent ${sent} requests for three reads at once`);
      })(subject),
  },
  "default-timeout": {
    title: "a configuration that says nothing of time-outs has a bounded one",
    run: ({ defaultTimeoutMs, timeoutMs }) => {
      assert.ok(defaultTimeoutMs > 0 && defaultTimeoutMs <= MAX_DEFAULT_TIMEOUT_MS, `is ${defaultTimeoutMs} ms`);
      assert.ok(timeoutMs <= defaultTimeoutMs);
      return Promise.resolve();
    },
  },
  "stop-cleans": {
    title: "stop leaves no socket and no timer, even in the middle of a read, and a new start reads again",
    run: inWorld(async ({ connector, spoil, heal, passTime }) => {
      const before = openResources();
      await startAndRead(connector);
      await spoil();
      const pending = errorOf(connector.readStatus());
      await withinGuard(connector.stop());
      await pending;
      const isClean = await eventually(() => openResources() <= before, CLEAN_UP_MS);
      assert.ok(isClean, `leaves ${process.getActiveResourcesInfo().join(", ")}`);
      await heal();
      passTime(BREAKER_LONGEST_PAUSE_MS);
      await startAndRead(connector);
    }),
  },
  "push-valid": {
    title: "what the device tells unasked arrives once, in the public language, and only while somebody listens",
    run: inWorld(async ({ connector, change }) => {
      if (change === null) {
        assert.ok(!("onReading" in connector), "has a live channel that is not tried");
        return;
      }
      await startAndRead(connector);
      const heard: Reading[] = [];
      const unsubscribe = connector.onReading?.((reading) => heard.push(reading));
      change();
      assert.ok(await eventually(() => heard.length > 0, PUSH_MS), "nothing arrived");
      requireValid(connector.id, { devices: [], readings: heard }, "push");
      unsubscribe?.();
      const count = heard.length;
      change();
      await eventually(() => heard.length > count, 100);
      assert.equal(heard.length, count, "goes on after the end of the subscription");
    }),
  },
  "hostile-config": {
    title: "a hostile configuration is refused, or acts on nothing",
    run: async (subject) =>
      inWorld(async (world) => {
        const attempts = subject.hostile(world);
        assert.ok(attempts.length > 0, "tries nothing");
        for (const attempt of attempts) {
          try {
            const connector = attempt();
            await withinGuard(connector.start());
            await errorOf(connector.execute("on"));
            await withinGuard(connector.readStatus()).catch(() => undefined);
            await withinGuard(connector.stop());
          } catch {
            // Refused: that is one of the two right answers. What it sent is looked at below.
          }
        }
        assert.deepEqual(world.violations(), []);
      })(subject),
  },
} as const satisfies Readonly<Record<string, ContractCheck>>;

/** Opens a world, runs the body and closes it; whatever the body was about, nothing outside the allow-list was asked. */
function inWorld(body: (world: ContractWorld) => Promise<void> | void): ContractCheck["run"] {
  return async (subject) => {
    const world = await subject.open();
    try {
      await body(world);
      assert.deepEqual(world.violations(), [], "asked something outside the allow-list");
    } finally {
      await withinGuard(world.connector.stop());
      await withinGuard(world.close());
    }
  };
}

function requireValid(connectorId: string, snapshot: StatusSnapshot, source: Reading["source"]): void {
  const known = new Set(snapshot.devices.map(({ deviceId }) => deviceId));
  assert.equal(known.size, snapshot.devices.length, "names a device twice");
  assert.ok(snapshot.readings.length > 0, "has no reading");
  const seen = new Set<string>();
  for (const reading of snapshot.readings) {
    const { deviceId, attribute, value, observedAt, quality } = Observation.parse(reading);
    assert.ok(deviceId.startsWith(`${connectorId}:`), `${deviceId} does not carry the connector's id`);
    assert.equal(reading.source, source);
    if (value === null) assert.equal(quality, "unknown", `${attribute} has no value and is ${quality}`);
    const ageMs = Date.now() - Date.parse(observedAt);
    assert.ok(Math.abs(ageMs) < 86_400_000, `${attribute} was observed ${ageMs} ms ago`);
    if (source === "push") continue;
    assert.ok(known.has(deviceId), `${deviceId} is not among the devices`);
    assert.ok(!seen.has(`${deviceId}/${attribute}`), `${attribute} comes twice`);
    seen.add(`${deviceId}/${attribute}`);
  }
}
