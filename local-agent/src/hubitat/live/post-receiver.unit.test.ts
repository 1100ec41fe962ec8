import assert from "node:assert/strict";
import { connect } from "node:net";
import { startHubSimulator } from "../../../../scripts/dev/hub-simulator/index.js";
import { eventually } from "../../../test/connector-contract/probe.js";
import { HubitatConfig } from "../hubitat-config.js";
import { PostUrlConfig } from "./live-config.js";
import type { LiveChannel } from "./live-channel.js";
import type { LiveEvent } from "./live-event.js";
import { createPostReceiver, postUrlOf } from "./post-receiver.js";

const SECRET = "aVeryLongPathSecret-01";
const EVENT = {
  content: { name: "water", value: "wet", deviceId: "109", displayName: "Sink", unit: null, type: null },
};

describe("local-agent/hubitat/live/post-receiver", () => {
  const open: LiveChannel[] = [];
  let events: LiveEvent[] = [];
  let malformed = 0;

  afterEach(async () => {
    for (const channel of open.splice(0)) await channel.stop();
    [events, malformed] = [[], 0];
  });

  async function receive(over: Partial<PostUrlConfig> = {}, steadyMs?: () => number): Promise<string> {
    const port = await freePort();
    const config = PostUrlConfig.parse({
      ...{ kind: "post_url", listenHost: "127.0.0.1", port, pathSecret: SECRET, hubAddresses: ["127.0.0.1"] },
      ...over,
    });
    const channel = createPostReceiver(
      config,
      {
        onEvent: (event) => events.push(event),
        onOpen: () => undefined,
        onMalformed: () => (malformed += 1),
      },
      steadyMs,
    );
    open.push(channel);
    await channel.start();
    assert.equal(channel.isOpen(), true);
    return postUrlOf(config);
  }

  async function freePort(): Promise<number> {
    const simulator = await startHubSimulator({ isJournalled: false, speed: 0 });
    const { port } = new URL(simulator.origin);
    await simulator.stop();
    return Number(port);
  }

  async function post(url: string, body: string, over: RequestInit = {}): Promise<number> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, ...over });
    assert.equal(await response.text(), "");
    return response.status;
  }

  it("answers 204 with nothing in it and hands the event on", async () => {
    const url = await receive();
    assert.equal(await post(url, JSON.stringify(EVENT)), 204);
    assert.deepEqual(events, [{ kind: "value", deviceId: "109", attribute: "water", raw: "wet", unit: null }]);
    assert.equal(malformed, 0);
  });

  it("takes what a hub posts while it lives through its day", async () => {
    const url = await receive();
    const hub = await startHubSimulator({ speed: 0, tickMs: 10 });
    hub.live.setPostUrl(url);
    hub.setAttribute("109", "water", "wet");
    hub.live.tellLocation("mode", "Closed");
    hub.setAttribute("190", "switch", "off");
    assert.ok(await eventually(() => hub.live.postStatuses.length >= 2, 3_000));
    await hub.stop();
    assert.deepEqual([...new Set(hub.live.postStatuses)], [204]);
    assert.deepEqual(
      events.map((event) => (event.kind === "value" ? event.deviceId : event.kind)),
      ["109", "place"],
    );
  });

  it("turns away another path, method, type and body, and hands none of it on", async () => {
    const url = await receive();
    const body = JSON.stringify(EVENT);
    const wrongPaths = [url.replace(SECRET, "x"), `${url}/`, `${url}?a=b`, url.replace("/hub-events", ""), `${url}x`];
    for (const wrong of wrongPaths) assert.equal(await post(wrong, body), 404, wrong);
    assert.equal(await post(url, body, { method: "PUT" }), 405);
    assert.equal(await post(url, body, { headers: { "content-type": "text/plain" } }), 415);
    for (const wrong of ["", "{", "[]", '{"content":null}', '{"name":"water"}'])
      assert.equal(await post(url, wrong), 400);
    assert.deepEqual([events, malformed], [[], 12]);
  });

  it("reads at most 64 KiB", async () => {
    const url = await receive();
    const status = await post(url, `{"content":"${"x".repeat(70_000)}"}`).catch(() => 413);
    assert.equal(status, 413);
    assert.equal(await post(url, JSON.stringify(EVENT)), 204);
    assert.equal(events.length, 1);
  });

  it("takes 500 events at once and then 50 a second, and lets a stranger use up nothing of that", async () => {
    let nowMs = 0;
    const url = await receive({}, () => nowMs);
    const body = JSON.stringify(EVENT);
    for (let n = 0; n < 40; n += 1) assert.equal(await post(url.replace(SECRET, "x"), body), 404);
    const statuses: number[] = [];
    for (let n = 0; n < 505; n += 1) statuses.push(await post(url, body));
    assert.deepEqual(statuses.slice(0, 500), Array<number>(500).fill(204));
    assert.deepEqual(statuses.slice(500), Array<number>(5).fill(429));
    nowMs = 100;
    assert.deepEqual([await post(url, body), events.length], [204, 501]);
  }).timeout(30_000);

  it("turns away every other address than the hub's before it looks at the path", async () => {
    const url = await receive({ hubAddresses: ["192.168.1.20"] });
    assert.equal(await post(url, JSON.stringify(EVENT)), 403);
    assert.equal(await post(url.replace(SECRET, "x"), "{}"), 403);
    assert.deepEqual(events, []);
  });

  it("lives on after a peer that talks no HTTP and one that goes away in the middle", async () => {
    const url = await receive();
    const { port, pathname } = new URL(url);
    for (const text of [
      "\u0000\u0001garbage\r\n\r\n",
      `POST ${pathname} HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{`,
    ]) {
      const socket = connect(Number(port), "127.0.0.1", () => socket.end(text));
      await new Promise((resolve) =>
        socket
          .on("close", resolve)
          .on("error", () => undefined)
          .resume(),
      );
    }
    assert.equal(await post(url, JSON.stringify(EVENT)), 204);
    assert.equal(events.length, 1);
  });

  it("rejects its start, without the secret, when the port is taken", async () => {
    const port = Number(new URL(await receive()).port);
    const config: PostUrlConfig = {
      ...{ kind: "post_url", listenHost: "127.0.0.1", port, pathSecret: SECRET, hubAddresses: ["127.0.0.1"] },
    };
    const listener = { onEvent: () => undefined, onOpen: () => undefined, onMalformed: () => undefined };
    const second = createPostReceiver(config, listener);
    await assert.rejects(
      second.start(),
      (error) => !String(error).includes(SECRET) && /EADDRINUSE/.test(String(error)),
    );
    await second.stop();
  });

  const ADDRESSES: readonly [string, boolean][] = [
    ["127.0.0.1", true],
    ["192.168.1.5", true],
    ["10.0.0.9", true],
    ["172.31.0.1", true],
    ["::1", true],
    ["fd12:3456::1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["8.8.8.8", false],
    ["172.32.0.1", false],
    ["2001:db8::1", false],
    ["localhost", false],
    ["192.168.1.999", false],
    ["10.0.0.1.evil.example", false],
  ];
  for (const [address, isTaken] of ADDRESSES) {
    it(`${isTaken ? "listens on" : "refuses to listen on"} ${address}`, () => {
      const live = {
        kind: "post_url",
        listenHost: address,
        port: 8755,
        pathSecret: SECRET,
        hubAddresses: ["10.0.0.2"],
      };
      const config = { origin: "http://10.0.0.2", appId: "37", token: "0123456789", temperatureUnit: "°C", live };
      assert.equal(HubitatConfig.safeParse(config).success, isTaken);
    });
  }
});
