import assert from "node:assert/strict";
import { startHubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import type { HubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import { findSecret } from "../../test/support/find-secret.js";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode } from "../connector.js";
import { HubitatConfig } from "./hubitat-config.js";
import { HEALTHY_FOR_MS } from "./hub-access.js";
import { createHubitatConnector } from "./hubitat-connector.js";

const START = Date.UTC(2026, 10, 21, 13, 30);

describe("local-agent/hubitat/hubitat-connector", () => {
  let hub: HubSimulator;
  let nowMs = START;

  before(async () => {
    hub = await startHubSimulator({ speed: 0 });
  });
  beforeEach(() => {
    nowMs = START;
  });
  afterEach(() => hub.faults.clear());
  after(async () => {
    assert.deepEqual(hub.violations, []);
    await hub.stop();
  });

  function aConnector(over: Partial<HubitatConfig> = {}) {
    const { origin, appId, token } = hub;
    const config = HubitatConfig.parse({ origin, appId, token, temperatureUnit: "°C", timeoutMs: 1_000, ...over });
    return createHubitatConnector(config, { nowMs: () => nowMs, chance: () => 0 });
  }

  async function failureOf(promise: Promise<unknown>): Promise<ConnectorError> {
    const error: unknown = await promise.then(
      () => assert.fail("expected a rejection"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConnectorError);
    assert.deepEqual(findSecret(error, hub.token), []);
    assert.doesNotMatch(error.message, /https?:|127\.0\.0\.1/);
    return error;
  }

  it("reads the studio's devices with kinds, rooms and typed readings", async () => {
    const { devices, readings } = await aConnector().readStatus();
    assert.deepEqual(
      devices.map(({ deviceId, kind }) => `${deviceId} ${kind}`),
      [
        "hubitat:101 temperature_sensor",
        "hubitat:102 temperature_sensor",
        "hubitat:103 power_meter",
        "hubitat:104 power_meter",
        "hubitat:105 contact_sensor",
        "hubitat:106 contact_sensor",
        "hubitat:107 contact_sensor",
        "hubitat:108 lock",
        "hubitat:109 water_sensor",
        "hubitat:110 carbon_monoxide_detector",
        "hubitat:111 smoke_detector",
        "hubitat:112 temperature_sensor",
        "hubitat:113 temperature_sensor",
        "hubitat:114 switch",
      ],
    );
    const of = (deviceId: string, attribute: string) =>
      readings.find((reading) => reading.deviceId === deviceId && reading.attribute === attribute);
    assert.deepEqual([of("hubitat:103", "power")?.value, of("hubitat:103", "power")?.unit], [0, "W"]);
    assert.equal(of("hubitat:108", "lock")?.value, "unlocked");
    assert.deepEqual([of("hubitat:102", "pressure")?.value, of("hubitat:102", "pressure")?.quality], [null, "unknown"]);
    assert.equal(devices.find((device) => device.deviceId === "hubitat:113")?.name, "Outdoor Temperature Probe");
  });

  it("reads the mode only when the configuration says so", async () => {
    const without = await aConnector().readStatus();
    assert.equal(
      without.devices.some((device) => device.kind === "location"),
      false,
    );
    const { readings } = await aConnector({ readsModes: true }).readStatus();
    assert.deepEqual(
      readings.filter((reading) => reading.attribute === "mode").map(({ deviceId, value }) => [deviceId, value]),
      [["hubitat:location", "Open studio"]],
    );
  });

  it("refuses every intent with READ_ONLY and sends nothing", async () => {
    const before = hub.requests.length;
    for (const intent of [{ command: "on", deviceId: "hubitat:114" }, "devices/114/on", null, undefined]) {
      assert.equal((await failureOf(aConnector().execute(intent))).code, "READ_ONLY");
    }
    assert.equal(hub.requests.length, before);
  });

  it("says not_configured without a configuration, and never healthy before the first answer", async () => {
    const none = createHubitatConnector(null, { nowMs: () => nowMs, chance: () => 0 });
    assert.equal(none.health().state, "not_configured");
    assert.equal((await failureOf(none.readStatus())).code, "NOT_CONFIGURED");
    assert.equal(aConnector().health().state, "degraded");
  });

  const ERRORS: [Parameters<HubSimulator["faults"]["set"]>[0], ConnectorErrorCode, boolean][] = [
    ["hang", "TIMEOUT", true],
    ["reset", "UNREACHABLE", true],
    ["500", "BAD_RESPONSE", true],
    ["html", "BAD_RESPONSE", true],
    ["empty", "BAD_RESPONSE", true],
    ["truncated", "BAD_RESPONSE", true],
    ["error200", "BAD_RESPONSE", true],
    ["redirect", "BAD_RESPONSE", true],
  ];
  for (const [fault, code, retryable] of ERRORS) {
    it(`rejects with ${code} when the hub's fault is ${JSON.stringify(fault)}, and keeps the last snapshot with its age`, async () => {
      const connector = aConnector({ timeoutMs: fault === "hang" ? 400 : 5_000 });
      const good = await connector.readStatus();
      nowMs += 60_000;
      await hub.faults.set(fault);
      const error = await failureOf(connector.readStatus());
      assert.deepEqual([error.code, error.retryable], [code, retryable]);
      assert.equal(connector.lastSnapshot(), good);
      assert.equal(good.readings[0]?.observedAt, "2026-11-21T13:30:00.000Z");
      assert.deepEqual(connector.health(), {
        state: "degraded",
        lastSuccessAt: "2026-11-21T13:30:00.000Z",
        lastError: code,
        consecutiveFailures: 1,
        breaker: "closed",
      });
    });
  }

  it("rejects with AUTH, not retryable, for a wrong token", async () => {
    const wrong = "00000000-dead-beef-0000-000000000000";
    const error = await failureOf(aConnector({ token: wrong }).readStatus());
    assert.deepEqual([error.code, error.retryable], ["AUTH", false]);
    assert.deepEqual(findSecret(error, wrong), []);
  });

  it("stops asking after 5 failures, then probes once with the short list, then reads again", async () => {
    const connector = aConnector();
    await hub.faults.set("500");
    for (let i = 0; i < 5; i += 1) await failureOf(connector.readStatus());
    const asked = hub.requests.length;
    assert.equal((await failureOf(connector.readStatus())).code, "UNREACHABLE");
    assert.equal(hub.requests.length, asked);
    const { state, breaker, consecutiveFailures, lastError } = connector.health();
    assert.deepEqual([state, breaker, consecutiveFailures, lastError], ["down", "open", 5, "BAD_RESPONSE"]);

    nowMs += 1_000;
    hub.faults.clear();
    await connector.readStatus();
    assert.deepEqual(
      hub.requests.slice(asked).map((request) => request.path),
      [`/apps/api/${hub.appId}/devices`, `/apps/api/${hub.appId}/devices/all`],
    );
    assert.deepEqual([connector.health().state, connector.health().breaker], ["healthy", "closed"]);
  });

  it("is healthy for 15 min after an answer and no longer", async () => {
    const connector = aConnector();
    await connector.readStatus();
    nowMs += HEALTHY_FOR_MS;
    assert.equal(connector.health().state, "healthy");
    nowMs += 1;
    assert.equal(connector.health().state, "degraded");
  });

  it("shares one request between calls that overlap", async () => {
    const connector = aConnector();
    const before = hub.requests.length;
    const [first, second] = await Promise.all([connector.readStatus(), connector.readStatus()]);
    assert.equal(first, second);
    assert.equal(hub.requests.length - before, 1);
  });

  it("ends what is in flight when stopped, without counting a failure, and reads again after a new start", async () => {
    const connector = aConnector();
    await hub.faults.set("hang");
    const pending = failureOf(connector.readStatus());
    await connector.stop();
    assert.equal((await pending).code, "UNREACHABLE");
    assert.equal((await failureOf(connector.readStatus())).code, "UNREACHABLE");
    assert.equal(connector.health().consecutiveFailures, 0);
    hub.faults.clear();
    await connector.start();
    assert.equal((await connector.readStatus()).devices.length, 14);
  });
});
