import assert from "node:assert/strict";
import fc from "fast-check";
import { startHubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import type { HubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import { findSecret } from "../../test/support/find-secret.js";
import type { HubRead } from "./allow-list.js";
import { hubFailed } from "./hub-answer.js";
import type { HubFailure } from "./hub-answer.js";
import { createHubitatClient } from "./hubitat-client.js";
import { HubitatConfig } from "./hubitat-config.js";
import { openTransport, sendRead } from "./send-read.js";

const OTHER_TOKEN = "00000000-dead-beef-0000-000000000000";

describe("local-agent/hubitat/hubitat-client", () => {
  let hub: HubSimulator;
  let otherContentType: HubSimulator;

  before(async () => {
    hub = await startHubSimulator({ speed: 0 });
    otherContentType = await startHubSimulator({ speed: 0, contentType: "text/html" });
  });
  afterEach(() => hub.faults.clear());
  after(async () => {
    assert.deepEqual(hub.violations, []);
    await Promise.all([hub.stop(), otherContentType.stop()]);
  });

  function configOf(simulator: HubSimulator, over: Partial<HubitatConfig> = {}): HubitatConfig {
    const { origin, appId, token } = simulator;
    return HubitatConfig.parse({ origin, appId, token, temperatureUnit: "°C", timeoutMs: 2_000, ...over });
  }

  it("reads the short list, all devices and the modes", async () => {
    const client = createHubitatClient(configOf(hub, { readsModes: true }));
    const [devices, all, modes] = await Promise.all([
      client.readDevices(),
      client.readAllDevices(),
      client.readModes(),
    ]);
    assert.ok(devices.kind === "ok" && all.kind === "ok" && modes.kind === "ok");
    assert.equal(devices.value.items.length, 14);
    assert.equal(all.value.items.length, 14);
    assert.deepEqual(
      modes.value.items.filter((mode) => mode.isActive).map((mode) => mode.name),
      ["Open studio"],
    );
  });

  it("never lets a PIN of the lock past the parser", async () => {
    const answer = await createHubitatClient(configOf(hub)).readAllDevices();
    assert.deepEqual(findSecret(answer, "480613"), []);
    assert.deepEqual(findSecret(answer, "Ana Pottery"), []);
  });

  it("reads JSON that comes as text/html", async () => {
    assert.equal((await createHubitatClient(configOf(otherContentType)).readAllDevices()).kind, "ok");
  });

  const FAULTS: [Parameters<HubSimulator["faults"]["set"]>[0], HubFailure][] = [
    ["500", "unavailable"],
    ["html", "html"],
    ["empty", "empty"],
    ["truncated", "notJson"],
    ["redirect", "redirected"],
    ["error200", "errorInBody"],
    ["reset", "unreachable"],
  ];
  for (const [fault, failure] of FAULTS) {
    it(`answers ${failure} when the hub's fault is ${JSON.stringify(fault)}, without the token in it`, async () => {
      await hub.faults.set(fault);
      const answer = await createHubitatClient(configOf(hub)).readAllDevices();
      assert.deepEqual(answer, hubFailed(failure));
      assert.deepEqual(findSecret(answer, hub.token), []);
    });
  }

  it("answers timeout when the hub hangs, after the configured time and not before", async () => {
    await hub.faults.set("hang");
    const startedAt = performance.now();
    assert.deepEqual(await createHubitatClient(configOf(hub, { timeoutMs: 80 })).readDevices(), hubFailed("timeout"));
    assert.ok(performance.now() - startedAt >= 75);
  });

  it("asks once more for JSON that is cut off, and once only", async () => {
    await hub.faults.set({ kind: "truncated", times: 1 });
    const before = hub.requests.length;
    assert.equal((await createHubitatClient(configOf(hub)).readAllDevices()).kind, "ok");
    assert.equal(hub.requests.length - before, 2);
    await hub.faults.set("truncated");
    await createHubitatClient(configOf(hub)).readAllDevices();
    assert.equal(hub.requests.length - before, 4);
  });

  it("answers unauthorized for a wrong token, asks no second time and drops the body that repeats it", async () => {
    const before = hub.requests.length;
    const answer = await createHubitatClient(configOf(hub, { token: OTHER_TOKEN })).readDevices();
    assert.deepEqual(answer, hubFailed("unauthorized"));
    assert.deepEqual(findSecret(answer, OTHER_TOKEN), []);
    assert.equal(hub.requests.length - before, 1);
  });

  it("answers unreachable where nothing listens, and stopped after close", async () => {
    const gone = await startHubSimulator();
    await gone.stop();
    const client = createHubitatClient(configOf(gone));
    assert.deepEqual(await client.readDevices(), hubFailed("unreachable"));
    client.close();
    assert.deepEqual(await client.readDevices(), hubFailed("stopped"));
  });

  it("ends a request in flight when it is closed", async () => {
    await hub.faults.set("hang");
    const client = createHubitatClient(configOf(hub));
    const pending = client.readDevices();
    client.close();
    assert.deepEqual(await pending, hubFailed("stopped"));
  });

  it("sends nothing for a read that is not in the list, whatever its text", async () => {
    const before = hub.requests.length;
    const config = configOf(hub);
    const transport = openTransport();
    const hostile = fc.oneof(
      fc.constantFrom(
        "devices/114/on",
        "devices/108/unlock",
        "modes/1",
        "postURL",
        "devices/all?x=",
        "devices/../devices",
      ),
      fc.string({ maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (read) => {
        const answer = await sendRead(transport, config, read as HubRead, 500, new AbortController().signal);
        assert.deepEqual(answer, hubFailed("refused"));
      }),
      { numRuns: 300 },
    );
    assert.equal(hub.requests.length, before);
  });

  it("sends nothing but allowed reads, or nothing at all, with a hostile instance number or token", async () => {
    const hostile = fc.constantFrom(
      "37/devices/114/on?",
      "37/../37",
      "37#",
      "a&b=c",
      "..",
      "%2e%2e",
      "37;",
      "37\\",
      "",
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (appId, token) => {
        assert.equal(
          HubitatConfig.safeParse({ origin: hub.origin, appId, token, temperatureUnit: "°C" }).success,
          false,
        );
        // Past the schema, as a program with a bug would be.
        const client = createHubitatClient({ ...configOf(hub), appId, token });
        assert.deepEqual(await client.readAllDevices(), hubFailed("refused"));
      }),
      { numRuns: 60 },
    );
    assert.equal(hub.readAttribute("114", "switch"), "off");
  });

  for (const origin of [
    "http://hub/devices",
    "http://hub?x",
    "http://hub#x",
    "http://a@hub",
    "ftp://hub",
    "hub",
    "http://HUB/",
  ]) {
    it(`refuses the origin ${origin} in the configuration`, () => {
      const config = { origin, appId: "37", token: OTHER_TOKEN, temperatureUnit: "°C" };
      const parsed = HubitatConfig.safeParse(config);
      assert.equal(parsed.success, false);
      assert.deepEqual(findSecret(parsed.error, OTHER_TOKEN), []);
    });
  }
});
