import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startVacuumSimulator } from "../../scripts/dev/vacuum-simulator/index.js";
import { createAgent } from "../src/agent.js";
import { createHubitatConnector, HubitatConfig } from "../src/hubitat/index.js";
import { createLogger } from "../src/logger.js";
import { openLevelOutbox } from "../src/outbox/level-outbox.js";
import { createRoborockConnector } from "../src/roborock/index.js";
import { createKeyFile } from "../src/uplink/agent-key.js";
import { createPubSubPublisher } from "../src/uplink/pubsub-publisher.js";
import { startTestHub } from "./support/counting-hub.js";
import { acceptOnce, createTestTopic, requireEmulator } from "./support/pubsub-emulator.js";

/** Answers of real devices, recorded by others; kept beside the repository and not in it. */
const FIXTURES = join(import.meta.dirname, "..", "..", "..", "shared", "fixtures");
const readFixture = (path: string): unknown => JSON.parse(readFileSync(join(FIXTURES, path), "utf8"));

interface RecordedDetail {
  readonly attributes: readonly { readonly name: string; readonly currentValue: string | number | null }[];
  readonly capabilities: readonly unknown[];
}

/** `devices/all` as the hub of these recorded devices gives it: attributes as an object, values as text (reference §4.2). */
function recordedDevices(): unknown[] {
  const details = Object.values(readFixture("hubitat/device_details.json") as Record<string, RecordedDetail>);
  const date = new Date().toISOString().replace(/\.\d{3}Z$/, "+0000");
  return details.map((detail) => {
    const values = detail.attributes.map(({ name, currentValue }) => [
      name,
      currentValue === null ? null : String(currentValue),
    ]);
    const capabilities = detail.capabilities.filter((it) => typeof it === "string");
    const named = Object.fromEntries(values) as Record<string, string | null>;
    return { ...detail, date, capabilities, attributes: { ...named, dataType: "ENUM", values: null } };
  });
}

/** The result inside a recorded answer of a vacuum. */
function recordedResult(name: string): Record<string, number> {
  const recorded = readFixture(`roborock/protocols__testdata__v1_protocol__${name}.json`) as { dps: { "102": string } };
  const { result } = JSON.parse(recorded.dps["102"]) as { result: Record<string, number>[] };
  return result[0] ?? {};
}

const folderMissing = !existsSync(FIXTURES);

describe("local-agent/agent on recorded devices", () => {
  before(() => void requireEmulator());

  if (folderMissing) {
    it("is not tried: the folder ../shared/fixtures is not there");
    return;
  }

  it("carries what a real hub and a real vacuum said to Pub/Sub, with units, names and quality", async function () {
    this.timeout(30_000);
    const status = recordedResult("get_status");
    const worn = recordedResult("get_consumeables");
    const topic = await createTestTopic();
    const hub = await startTestHub(recordedDevices);
    const vacuums = await startVacuumSimulator({ speed: 0 });
    const [vacuum] = vacuums.devices;
    assert.ok(vacuum !== undefined);
    vacuums.setRobot(vacuum.duid, {
      stateCode: status["state"] ?? 0,
      battery: status["battery"] ?? 0,
      cleanSec: status["clean_time"] ?? 0,
      cleanMm2: status["clean_area"] ?? 0,
      usedSec: {
        mainBrush: worn["main_brush_work_time"] ?? 0,
        sideBrush: worn["side_brush_work_time"] ?? 0,
        filter: worn["filter_work_time"] ?? 0,
        sensor: worn["sensor_dirty_time"] ?? 0,
      },
    });
    const folder = await mkdtemp(join(tmpdir(), "studio-recorded-"));
    const key = createKeyFile(join(folder, "agent.pem"));
    const { brokerUrl, rriot, protocolVersion } = vacuums;
    const hubConnector = createHubitatConnector(
      HubitatConfig.parse({ origin: hub.origin, appId: hub.appId, token: hub.token, temperatureUnit: "°F" }),
      { nowMs: Date.now, chance: Math.random },
    );
    const agent = await createAgent({
      tenantId: "mudworks",
      agentId: "agent-1",
      key,
      connectors: [
        { connector: hubConnector, pollIntervalMs: 5_000 },
        {
          connector: createRoborockConnector({ brokerUrl, rriot, protocolVersion, devices: [...vacuums.devices] }),
          pollIntervalMs: 5_000,
        },
      ],
      rules: [],
      policy: {},
      isSimulated: false,
      outbox: await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs: Date.now }),
      publisher: createPubSubPublisher({ ...topic, emulatorHost: requireEmulator() }, null),
      logger: createLogger({ minLevel: "error", write: () => undefined, nowMs: Date.now, secrets: [] }),
    });
    try {
      assert.deepEqual(await agent.runOnce(), { isComplete: true });
      assert.equal(await agent.stop(10_000), true);
      const envelopes = acceptOnce(await topic.pull(), key.publicKeyBase64);
      const payloads = envelopes.flatMap(({ payload }) => (payload.kind === "observations" ? [payload] : []));
      const said = new Map(
        payloads.flatMap(({ observations }) =>
          observations.map(
            (it) => [`${it.deviceId.split(":")[0]} ${it.attribute}`, [it.value, it.unit, it.quality]] as const,
          ),
        ),
      );
      assert.deepEqual(said.get("hubitat contact"), ["open", null, "live"]);
      assert.deepEqual(said.get("roborock batteryPct"), [status["battery"], "%", "live"]);
      const usedPct = Math.round(((worn["main_brush_work_time"] ?? 0) / 1_080_000) * 1_000) / 10;
      assert.deepEqual(said.get("roborock mainBrushUsedPct"), [usedPct, "%", "live"]);
      assert.ok(
        payloads.some(({ devices }) => devices.some(({ name, room }) => name === "Office Door" && room === "Office")),
      );
      assert.deepEqual(vacuums.violations, []);
      assert.deepEqual([...new Set(hub.requests)], ["GET /apps/api/38/devices/all"]);
    } finally {
      hub.close();
      await vacuums.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
