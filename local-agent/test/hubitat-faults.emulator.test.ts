import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { startHubSimulator } from "../../scripts/dev/hub-simulator/index.js";
import type { HubSimulator } from "../../scripts/dev/hub-simulator/index.js";
import { createHubitatClient, createHubitatConnector, HubitatConfig } from "../src/hubitat/index.js";
import type { HubAnswer } from "../src/hubitat/index.js";

const PHASE_MS = 400;

describe("local-agent/hubitat against a hub that breaks", function () {
  this.timeout(20_000);
  let hub: HubSimulator;

  beforeEach(async () => {
    hub = await startHubSimulator({ speed: 0 });
  });
  afterEach(async () => {
    assert.deepEqual(hub.violations, []);
    await hub.stop();
  });

  function aConfig(timeoutMs: number): HubitatConfig {
    const { origin, appId, token } = hub;
    return HubitatConfig.parse({ origin, appId, token, temperatureUnit: "°C", timeoutMs });
  }

  function failureOf(answer: HubAnswer<unknown>): string {
    return answer.kind === "failed" ? answer.failure : "ok";
  }

  it("reads from a slow hub within the time allowed and gives up beyond it", async () => {
    await hub.faults.set({ kind: "slow", delayMs: 600 });
    assert.equal(failureOf(await createHubitatClient(aConfig(3_000)).readAllDevices()), "ok");
    assert.equal(failureOf(await createHubitatClient(aConfig(200)).readAllDevices()), "timeout");
  });

  it("gives up on a hub that drips a byte every 50 ms, although something always comes", async () => {
    await hub.faults.set("drip");
    assert.equal(failureOf(await createHubitatClient(aConfig(700)).readAllDevices()), "timeout");
  });

  it("stops reading a body at 16 MiB", async () => {
    await hub.faults.set("oversized");
    assert.equal(failureOf(await createHubitatClient(aConfig(10_000)).readAllDevices()), "tooLarge");
  });

  it("lives through a restart: refused, then a start page, then devices; never an empty list in between", async () => {
    const client = createHubitatClient(aConfig(2_000));
    assert.equal(failureOf(await client.readAllDevices()), "ok");
    await hub.faults.set({ kind: "restart", delayMs: PHASE_MS });
    const seen = new Set<string>();
    const endsAt = performance.now() + 10_000;
    while (performance.now() < endsAt) {
      const answer = await client.readAllDevices();
      seen.add(failureOf(answer));
      if (answer.kind === "ok") {
        assert.equal(answer.value.items.length, 14);
        break;
      }
      await delay(25);
    }
    assert.deepEqual([...seen], ["unreachable", "html", "ok"]);
  });

  it("sees the kiln room get hot while both kilns draw nothing", async () => {
    const connector = createHubitatConnector(aConfig(2_000), { nowMs: Date.now, chance: Math.random });
    const valueOf = async (deviceId: string, attribute: string) =>
      (await connector.readStatus()).readings.find(
        (reading) => reading.deviceId === deviceId && reading.attribute === attribute,
      )?.value;
    assert.ok(Number(await valueOf("hubitat:101", "temperature")) < 30);
    hub.jumpTo("14:05");
    assert.ok(Number(await valueOf("hubitat:101", "temperature")) > 40);
    assert.equal(await valueOf("hubitat:103", "power"), 0);
    assert.equal(await valueOf("hubitat:104", "power"), 0);
  });
});
