import assert from "node:assert/strict";
import fc from "fast-check";
import { startHubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import type { HubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import { findSecret } from "../../test/support/find-secret.js";
import type { HubRead } from "./allow-list.js";
import { hubFailed, parseRetryAfterMs } from "./hub-answer.js";
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

  it("reads one device with stated units, its events, capabilities, commands, the alarm system and the rooms", async () => {
    const client = createHubitatClient(configOf(hub));
    const details = await client.readDevice("101");
    assert.ok(details.kind === "ok");
    assert.deepEqual([details.value.name, details.value.units.get("temperature")], ["Kiln room climate", "°C"]);
    const events = await client.readEvents("101");
    assert.ok(events.kind === "ok" && events.value.items.some(({ attribute }) => attribute === "humidity"));
    assert.deepEqual(await client.readCapabilities("114"), { kind: "ok", value: ["Switch", "Outlet", "Actuator"] });
    assert.deepEqual(await client.readCommands("114"), { kind: "ok", value: ["on", "off"] });
    assert.deepEqual(await client.readSafety(), { kind: "ok", value: { status: "allDisarmed" } });
    const rooms = await client.readRooms();
    assert.ok(rooms.kind === "ok");
    assert.deepEqual(rooms.value.items.find(({ name }) => name === "Entrance")?.deviceIds, ["107", "108"]);
  });

  it("asks only for devices that the hub has listed, and lists them once for that", async () => {
    const before = hub.requests.length;
    const client = createHubitatClient(configOf(hub));
    for (const id of ["999", "190", "5/on", "", "../114"]) {
      assert.deepEqual(await client.readDevice(id), hubFailed("notFound"));
      assert.deepEqual(await client.readEvents(id), hubFailed("notFound"));
    }
    assert.equal((await client.readDevice("114")).kind, "ok");
    const paths = hub.requests.slice(before).map(({ path }) => path.replace(`/apps/api/${hub.appId}/`, ""));
    assert.deepEqual(paths, ["devices", "devices/114"]);
  });

  it("says notAvailable for modes and the alarm system that are not shared, and notFound for rooms", async () => {
    const strict = await startHubSimulator({ speed: 0, sharesPlace: false });
    const client = createHubitatClient(configOf(strict));
    const answers = await Promise.all([client.readModes(), client.readSafety(), client.readRooms()]);
    assert.deepEqual(answers, [hubFailed("notAvailable"), hubFailed("notAvailable"), hubFailed("notFound")]);
    await strict.stop();
  });

  it("lets 32 reads wait and answers busy to one more, at once", async () => {
    await hub.faults.set("hang");
    const client = createHubitatClient(configOf(hub));
    const waiting = Array.from({ length: 32 }, () => client.readDevices());
    assert.deepEqual(await client.readDevices(), hubFailed("busy"));
    client.close();
    assert.deepEqual(new Set((await Promise.all(waiting)).map((answer) => JSON.stringify(answer))).size, 1);
  });

  it("never lets a PIN of the lock, or a name that belongs to one, past the parser", async () => {
    const client = createHubitatClient(configOf(hub));
    const all = [await client.readAllDevices(), await client.readDevice("108"), await client.readEvents("108")];
    assert.deepEqual(
      all.map(({ kind }) => kind),
      ["ok", "ok", "ok"],
    );
    assert.deepEqual(findSecret(all, "480613"), []);
    assert.deepEqual(findSecret(all, "Ana Pottery"), []);
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
    ["401", "unauthorized"],
    ["403", "notAvailable"],
    ["404", "notFound"],
    ["408", "timeout"],
    ["503", "unavailable"],
    ["garbage", "notJson"],
    ["wrong_shape", "unexpectedShape"],
  ];
  for (const [fault, failure] of FAULTS) {
    it(`answers ${failure} when the hub's fault is ${JSON.stringify(fault)}, without the token in it`, async () => {
      await hub.faults.set(fault);
      const answer = await createHubitatClient(configOf(hub)).readAllDevices();
      assert.deepEqual(answer, hubFailed(failure));
      assert.deepEqual(findSecret(answer, hub.token), []);
    });
  }

  it("says how long a hub that answers 429 asks to be left alone, and not more than 15 min", async () => {
    await hub.faults.set("429");
    assert.deepEqual(await createHubitatClient(configOf(hub)).readDevices(), hubFailed("rateLimited", 90_000));
    const headers = [undefined, "", "5", "120", "999999999", "-3", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"];
    assert.deepEqual(
      headers.map(parseRetryAfterMs),
      [30, 30, 30, 120, 900, 30, 30, 30].map((s) => s * 1_000),
    );
  });

  it("answers timeout when the hub sends half of an answer and then nothing", async () => {
    await hub.faults.set("stall");
    const client = createHubitatClient(configOf(hub, { timeoutMs: 150 }));
    assert.deepEqual(await client.readAllDevices(), hubFailed("timeout"));
  });

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
      fc.string({ maxLength: 30 }).filter((text) => !/^[1-9]\d{0,8}$/.test(text)),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, fc.boolean(), async (template, deviceId, isOfDevice) => {
        const read = (isOfDevice ? { template: "devices/{id}", deviceId } : { template }) as HubRead;
        const answer = await sendRead(transport, config, read, 500, new AbortController().signal);
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
