import assert from "node:assert/strict";
import { startHubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import type { HubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import { eventually } from "../../test/connector-contract/probe.js";
import { findSecret } from "../../test/support/find-secret.js";
import type { Reading } from "../connector.js";
import { HubitatConfig } from "./hubitat-config.js";
import { createHubitatConnector } from "./hubitat-connector.js";
import type { HubitatConnector, HubitatTuning } from "./hubitat-connector.js";
import type { PostUrlConfig } from "./live/live-config.js";

const SOON_MS = 3_000;
const QUICK: HubitatTuning = {
  coalesceMs: 30,
  resyncGapMs: 20,
  details: { gapMs: 2, sameGapMs: 5, restMs: 50, learnAgainMs: 86_400_000 },
  socket: {
    ...{ handshakeMs: 500, pingEveryMs: 60_000, pongWithinMs: 1_000 },
    ...{ retryFirstMs: 20, retryLongestMs: 50, provenAfterMs: 10_000 },
  },
};

describe("local-agent/hubitat/hubitat-connector with live changes", () => {
  let hub: HubSimulator;
  const open: HubitatConnector[] = [];

  beforeEach(async () => {
    hub = await startHubSimulator({ speed: 0, tickMs: 10 });
  });
  afterEach(async () => {
    for (const connector of open.splice(0)) await connector.stop();
    assert.deepEqual(hub.violations, []);
    await hub.stop();
  });

  /** A connector that has read everything once, whose socket is open, and what it tells from then on. */
  async function listen(over: Partial<HubitatConfig> = {}) {
    const { origin, appId, token } = hub;
    const config = HubitatConfig.parse({
      ...{ origin, appId, token, temperatureUnit: "°C", live: { kind: "event_socket" }, readsDetails: false },
      ...over,
    });
    const connector = createHubitatConnector(config, { nowMs: Date.now, chance: () => 0, tuning: QUICK });
    open.push(connector);
    await connector.start();
    await connector.readStatus();
    assert.ok(await eventually(() => connector.liveCounts()?.isOpen === true, SOON_MS));
    await eventually(() => false, 60);
    const told: Reading[] = [];
    connector.onReading?.((reading) => told.push(reading));
    return { connector, told };
  }

  const said = (told: readonly Reading[]): string[] =>
    told.map(
      ({ deviceId, attribute, value, source }) => `${deviceId.slice(8)} ${attribute} ${String(value)} ${source}`,
    );
  const pathsSince = (count: number): string[] =>
    hub.requests.slice(count).map(({ path }) => path.replace(`/apps/api/${hub.appId}/`, ""));

  it("tells a change within a moment, once, and the next poll agrees", async () => {
    const { connector, told } = await listen();
    hub.setAttribute("114", "switch", "on");
    assert.ok(await eventually(() => told.length > 0, SOON_MS));
    const { readings } = await connector.readStatus();
    assert.deepEqual(said(told), ["114 switch on push"]);
    const held = readings.find(({ deviceId, attribute }) => deviceId === "hubitat:114" && attribute === "switch");
    assert.deepEqual([held?.value, held?.source], ["on", "poll"]);
  });

  it("tells each change once while pushes come doubled", async () => {
    const { told } = await listen();
    hub.live.spoil("duplicate");
    for (const value of ["on", "off", "on"]) hub.setAttribute("114", "switch", value);
    assert.ok(await eventually(() => told.length >= 3, SOON_MS));
    await eventually(() => told.length > 3, 50);
    assert.deepEqual(said(told), ["114 switch on push", "114 switch off push", "114 switch on push"]);
  });

  it("believes danger at once and asks the hub, and believes the all-clear from the hub's answer alone", async () => {
    const { connector, told } = await listen();
    const before = hub.requests.length;
    hub.setAttribute("109", "water", "wet");
    assert.ok(await eventually(() => pathsSince(before).length === 1, SOON_MS));
    assert.deepEqual(said(told), ["109 water wet push"]);
    // A forged event: the hub itself knows nothing of it.
    hub.live.sendText('{"source":"DEVICE","name":"water","value":"dry","unit":null,"deviceId":109}');
    assert.ok(await eventually(() => pathsSince(before).length === 2, SOON_MS));
    await eventually(() => told.length > 1, 50);
    assert.equal(told.length, 1);
    hub.setAttribute("109", "water", "dry");
    assert.ok(await eventually(() => told.length === 2, SOON_MS));
    assert.deepEqual(said(told).slice(1), ["109 water dry poll"]);
    assert.deepEqual([...new Set(pathsSince(before))], ["devices/109"]);
    assert.equal(connector.health().state, "healthy");
  });

  it("drops events of devices that are not shared, of people's codes and of what it does not read", async () => {
    const { connector, told } = await listen();
    const before = hub.requests.length;
    hub.setAttribute("190", "switch", "off");
    hub.setAttribute("108", "lastCodeName", "Night firing");
    hub.setAttribute("101", "wifiPassword", "hunter2hunter2");
    assert.ok(await eventually(() => (connector.liveCounts()?.received ?? 0) >= 3, SOON_MS));
    await eventually(() => told.length > 0, 50);
    assert.deepEqual([told, pathsSince(before)], [[], []]);
    const everything = [told, await connector.readStatus(), connector.liveCounts(), connector.health()];
    for (const secret of ["Night firing", "480613", "hunter2", hub.token])
      assert.deepEqual(findSecret(everything, secret), []);
  });

  it("tells the newest of many numbers and leaves out what was over already", async () => {
    const { told } = await listen();
    for (let watts = 1; watts <= 50; watts += 1) hub.setAttribute("103", "power", String(watts * 100));
    assert.ok(await eventually(() => told.at(-1)?.value === 5_000, SOON_MS));
    assert.ok(told.length <= 5, `told ${told.length} of 50`);
  });

  it("finds what the channel lost when it comes back, and tells it once", async () => {
    const { connector, told } = await listen();
    hub.live.setManner("refuse");
    hub.live.dropListeners();
    assert.ok(await eventually(() => connector.liveCounts()?.isOpen === false, SOON_MS));
    hub.setAttribute("109", "water", "wet");
    hub.live.setManner("open");
    assert.ok(await eventually(() => told.length > 0, SOON_MS));
    await eventually(() => told.length > 1, 50);
    assert.deepEqual(said(told), ["109 water wet poll"]);
  });

  it("reads everything again when the hub says that it has started", async () => {
    await listen();
    const before = hub.requests.length;
    hub.live.tellLocation("systemStart", "");
    assert.ok(await eventually(() => pathsSince(before).includes("devices/all"), SOON_MS));
  });

  it("hears mode, alarm system and alerts where these are read, and nowhere else", async () => {
    const deaf = await listen();
    const { told } = await listen({ readsModes: true, readsSafety: true });
    hub.live.tellLocation("mode", "Closed");
    hub.live.tellLocation("hsmStatus", "armedAway");
    hub.live.tellLocation("hsmAlert", "water");
    assert.ok(await eventually(() => told.length === 3, SOON_MS));
    assert.deepEqual(said(told), [
      "location mode Closed push",
      "location hsmStatus armedAway push",
      "location hsmAlert water push",
    ]);
    assert.deepEqual(deaf.told, []);
  });

  it("looks at 200 events of a second at most, and polls for the rest", async () => {
    const { connector } = await listen();
    const before = hub.requests.length;
    const event = '{"source":"DEVICE","name":"switch","value":"on","unit":null,"deviceId":999}';
    for (let i = 0; i < 900; i += 1) hub.live.sendText(event);
    assert.ok(await eventually(() => connector.liveCounts()?.received === 900, SOON_MS));
    assert.ok((connector.liveCounts()?.dropped ?? 0) > 100);
    assert.ok(await eventually(() => pathsSince(before).includes("devices/all"), SOON_MS));
  });

  it("learns stated units of devices with numbers, once, and says them from the next poll on", async () => {
    const { connector } = await listen({ readsDetails: true, temperatureUnit: "°F" });
    const unitOf = async (): Promise<unknown> =>
      (await connector.readStatus()).readings.find(
        ({ deviceId, attribute }) => deviceId === "hubitat:101" && attribute === "temperature",
      )?.unit;
    assert.ok(await eventually(() => pathsSince(0).includes("devices/113"), SOON_MS));
    await eventually(() => false, 30);
    assert.equal(await unitOf(), "°C");
    const asked = pathsSince(0).filter((path) => /^devices\/\d+$/.test(path));
    assert.equal(new Set(asked).size, asked.length);
    assert.ok(!asked.includes("devices/105"), "a contact has no units");
  });

  it("hears the same over the POST URL", async () => {
    const simulator = await startHubSimulator({ isJournalled: false });
    const port = Number(new URL(simulator.origin).port);
    await simulator.stop();
    const pathSecret = "aVeryLongPathSecret-01";
    const live: PostUrlConfig = {
      kind: "post_url",
      listenHost: "127.0.0.1",
      port,
      pathSecret,
      hubAddresses: ["127.0.0.1"],
    };
    const { told } = await listen({ live });
    hub.live.setPostUrl(`http://127.0.0.1:${port}/hub-events/${pathSecret}`);
    hub.setAttribute("109", "water", "wet");
    assert.ok(await eventually(() => told.length > 0, SOON_MS));
    assert.deepEqual(said(told), ["109 water wet push"]);
  });
});
