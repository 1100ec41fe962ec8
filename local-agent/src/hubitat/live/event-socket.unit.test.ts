import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { startHubSimulator } from "../../../../scripts/dev/hub-simulator/index.js";
import type { HubSimulator } from "../../../../scripts/dev/hub-simulator/index.js";
import { eventually } from "../../../test/connector-contract/probe.js";
import { makeSelfSigned } from "../../../test/support/self-signed-certificate.js";
import { createEventSocket, retryMs } from "./event-socket.js";
import type { SocketTiming } from "./event-socket.js";
import type { LiveChannel } from "./live-channel.js";
import type { LiveEvent } from "./live-event.js";

const QUICK: SocketTiming = {
  handshakeMs: 500,
  pingEveryMs: 40,
  pongWithinMs: 60,
  retryFirstMs: 20,
  retryLongestMs: 80,
  provenAfterMs: 10_000,
};
const SOON_MS = 3_000;

describe("local-agent/hubitat/live/event-socket", () => {
  const open: LiveChannel[] = [];
  let hub: HubSimulator;

  before(async () => {
    hub = await startHubSimulator({ speed: 0, tickMs: 10 });
  });
  afterEach(async () => {
    for (const channel of open.splice(0)) await channel.stop();
    hub.live.spoil(null);
    hub.live.setManner("open");
  });
  after(async () => {
    assert.deepEqual(hub.violations, []);
    await hub.stop();
  });

  function listen(over: { readonly origin?: string; readonly pinnedCertificatePem?: string } = {}) {
    const heard = { events: [] as LiveEvent[], opened: 0, malformed: 0 };
    const { origin, appId, token } = hub;
    const channel = createEventSocket(
      { origin, appId, token, ...over },
      {
        onEvent: (event) => heard.events.push(event),
        onOpen: () => (heard.opened += 1),
        onMalformed: () => (heard.malformed += 1),
      },
      () => 0.5,
      QUICK,
    );
    assert.ok(channel !== null);
    open.push(channel);
    return { heard, channel };
  }

  async function listenOpen() {
    const listening = listen();
    await listening.channel.start();
    assert.ok(await eventually(() => listening.channel.isOpen(), SOON_MS), "does not open");
    return listening;
  }

  const valuesOf = (events: readonly LiveEvent[]): unknown[] =>
    events.map((event) => (event.kind === "value" ? event.raw : event.kind));

  it("hears changes of every device and asks for nothing but the socket", async () => {
    const { heard } = await listenOpen();
    hub.setAttribute("109", "water", "wet");
    hub.setAttribute("190", "switch", "off");
    assert.ok(await eventually(() => heard.events.length >= 2, SOON_MS));
    assert.deepEqual(heard.events[0], { kind: "value", deviceId: "109", attribute: "water", raw: "wet", unit: null });
    assert.deepEqual([...new Set(hub.requests.map(({ path }) => path))], ["/eventsocket"]);
    hub.jumpTo("13:30");
  });

  it("hears one event of two messages, and goes on after one that is no JSON", async () => {
    const { heard } = await listenOpen();
    hub.live.spoil("split");
    hub.setAttribute("114", "switch", "on");
    assert.ok(await eventually(() => valuesOf(heard.events).includes("on"), SOON_MS));
    hub.live.spoil("unescaped");
    hub.setAttribute("114", "switch", "off");
    hub.live.spoil(null);
    hub.setAttribute("109", "water", "wet");
    assert.ok(await eventually(() => valuesOf(heard.events).includes("wet"), SOON_MS));
    assert.ok(!valuesOf(heard.events).includes("off") && heard.malformed > 0);
    hub.jumpTo("13:30");
  });

  it("leaves a half-open connection and comes back, with one connection at a time", async () => {
    const { heard } = await listenOpen();
    hub.live.silenceListeners();
    assert.ok(await eventually(() => heard.opened === 2, SOON_MS), "stays on the dead connection");
    assert.ok(await eventually(() => hub.live.listeners() === 1, SOON_MS), `${hub.live.listeners()} connections`);
    hub.setAttribute("109", "water", "wet");
    assert.ok(await eventually(() => valuesOf(heard.events).includes("wet"), SOON_MS));
    hub.jumpTo("13:30");
  });

  it("answers the hub's own pings, and keeps a quiet connection", async () => {
    const { heard } = await listenOpen();
    assert.equal(await hub.live.pingListeners(1_000), 1);
    await eventually(() => heard.opened > 1, 300);
    assert.equal(heard.opened, 1);
  });

  it("comes back after the hub cut it off, and after it was refused", async () => {
    const { heard } = await listenOpen();
    hub.live.setManner("refuse");
    hub.live.dropListeners();
    await eventually(() => false, 150);
    hub.live.setManner("open");
    assert.ok(await eventually(() => heard.opened === 2, SOON_MS));
  });

  it("does not follow a redirect", async () => {
    hub.live.setManner("redirect");
    const { heard, channel } = listen();
    await channel.start();
    await eventually(() => false, 200);
    assert.equal(heard.opened, 0);
    assert.ok(hub.requests.every(({ path }) => path === "/eventsocket"));
  });

  it("is closed at once by stop, also while it is connecting or waiting, and starts again", async () => {
    const { heard, channel } = await listenOpen();
    await channel.stop();
    assert.deepEqual([channel.isOpen(), hub.live.listeners()], [false, 0]);
    hub.live.setManner("refuse");
    await channel.start();
    await channel.stop();
    hub.live.setManner("open");
    await eventually(() => heard.opened > 1, 200);
    assert.equal(heard.opened, 1);
    await channel.start();
    assert.ok(await eventually(() => heard.opened === 2, SOON_MS));
  });

  it("gives up a hub that sends a message beyond 256 KiB", async () => {
    const { heard } = await listenOpen();
    hub.live.sendText(`{"a":"${"x".repeat(300_000)}"}`);
    assert.ok(await eventually(() => heard.opened === 2, SOON_MS));
    assert.equal(heard.events.length, 0);
  });

  it("opens wss to exactly the pinned certificate, and to no other", async () => {
    const own = makeSelfSigned("Hubitat");
    const server = createServer({ cert: own.certificatePem, key: own.keyPem });
    const sockets = new WebSocketServer({ server, path: "/eventsocket" });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const trusting = listen({ origin, pinnedCertificatePem: own.certificatePem });
    const others = [
      listen({ origin }),
      listen({ origin, pinnedCertificatePem: makeSelfSigned("Hubitat").certificatePem }),
    ];
    for (const { channel } of [trusting, ...others]) await channel.start();
    assert.ok(await eventually(() => trusting.heard.opened === 1, SOON_MS));
    await eventually(() => others.some(({ heard }) => heard.opened > 0), 150);
    assert.deepEqual(
      others.map(({ heard }) => heard.opened),
      [0, 0],
    );
    for (const channel of open.splice(0)) await channel.stop();
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("waits 3 s at first, doubles to 60 s and spreads by half", () => {
    assert.deepEqual(
      [1, 2, 3, 5, 6, 40].map((failures) => retryMs(failures, 1)),
      [3_000, 6_000, 12_000, 48_000, 60_000, 60_000],
    );
    assert.equal(retryMs(1, 0), 1_500);
  });

  it("has no socket over the cloud relay", () => {
    const cloud = {
      origin: hub.origin,
      appId: "37",
      token: hub.token,
      cloudHubId: "0a1b2c3d-0d1b-4c0e-9a77-6b8d2f5e4a10",
    };
    const listener = { onEvent: () => undefined, onOpen: () => undefined, onMalformed: () => undefined };
    assert.equal(
      createEventSocket(cloud, listener, () => 0),
      null,
    );
  });
});
