import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { WebSocket } from "ws";
import { startHubSimulator } from "./index.js";
import type { HubSimulator, LiveFault } from "./index.js";

interface AllDevicesEntry {
  id: string;
  date: string | null;
  attributes: Record<string, unknown>;
}

describe("scripts/dev/hub-simulator", () => {
  let hub: HubSimulator;

  beforeEach(async () => {
    hub = await startHubSimulator({ isJournalled: false, speed: 0, tickMs: 20 });
  });
  afterEach(() => hub.stop());

  function ask(path: string, token = hub.token): Promise<Response> {
    return fetch(`${hub.origin}/apps/api/${hub.appId}/${path}?access_token=${token}`);
  }

  function command(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${hub.origin}/_sim/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  it("answers devices/all in the real shape: text for numbers, stray metadata, null, a date without a colon", async () => {
    const all = (await (await ask("devices/all")).json()) as AllDevicesEntry[];
    const glaze = all.find((device) => device.id === "102");
    assert.equal(all.length, 14);
    assert.match(String(glaze?.attributes.temperature), /^\d+\.\d$/);
    assert.equal(glaze?.attributes.pressure, null);
    assert.ok(all.every((device) => "dataType" in device.attributes && "values" in device.attributes));
    assert.match(String(glaze.date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
  });

  it("refuses a wrong token with 401 and repeats it in the body; an unknown or unshared device is a 404", async () => {
    const refused = await ask("devices", "wrong-token");
    assert.equal(refused.status, 401);
    assert.match(await refused.text(), /wrong-token/);
    assert.equal((await ask("devices/999")).status, 404);
    assert.equal((await ask("devices/190")).status, 404);
  });

  it("does what a command says, and records it as a violation without the token", async () => {
    assert.equal(hub.readAttribute("108", "lock"), "unlocked");
    await ask("devices/108/lock");
    assert.equal(hub.readAttribute("108", "lock"), "locked");
    assert.deepEqual(
      hub.violations.map(({ method, path, requestClass }) => ({ method, path, requestClass })),
      [{ method: "GET", path: `/apps/api/${hub.appId}/devices/108/lock`, requestClass: "actuates" }],
    );
    assert.ok(!JSON.stringify(hub.requests).includes(hub.token));
  });

  it("does nothing for a command with a wrong token, and records it all the same", async () => {
    await ask("devices/108/lock", "wrong-token");
    assert.equal(hub.readAttribute("108", "lock"), "unlocked");
    assert.equal(hub.violations.length, 1);
  });

  it("pushes a change to the event socket in the hub's own text, unshared devices included", async () => {
    const socket = new WebSocket(`${hub.origin.replace("http", "ws")}/eventsocket`);
    const events: Record<string, unknown>[] = [];
    socket.on("message", (data: Buffer) => events.push(JSON.parse(data.toString()) as Record<string, unknown>));
    await once(socket, "open");
    hub.setAttribute("109", "water", "wet");
    hub.setAttribute("190", "switch", "off");
    while (events.length < 2) await once(socket, "message");
    socket.terminate();
    assert.deepEqual(events[0], {
      source: "DEVICE",
      name: "water",
      displayName: "Sink leak sensor",
      value: "wet",
      type: "null",
      unit: "null",
      deviceId: 109,
      hubId: 0,
      installedAppId: 0,
      descriptionText: "null",
    });
    assert.deepEqual(hub.violations, []);
    assert.equal(events[1]?.deviceId, 190);
  });

  it("posts changes of shared devices to the URL that a person entered, one POST an event, and waits for no answer", async () => {
    const posted: string[] = [];
    const server = createServer((incoming, response) => {
      incoming.on("data", (chunk: Buffer) => posted.push(chunk.toString()));
      incoming.on("end", () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    hub.live.setPostUrl(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/events`);
    hub.live.setAttributes([
      ["109", "water", "wet"],
      ["190", "switch", "off"],
    ]);
    while (hub.live.postStatuses.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    server.close();
    assert.deepEqual(hub.live.postStatuses, [204]);
    const content = { name: "water", value: "wet", displayName: "Sink leak sensor", deviceId: "109" };
    const nothing = { descriptionText: null, unit: null, type: null, data: null };
    assert.deepEqual(JSON.parse(posted[0] ?? ""), { content: { ...content, ...nothing } });
  });

  const FAULTY: readonly [LiveFault, readonly string[]][] = [
    ["duplicate", ["wet", "wet", "on", "on"]],
    ["reorder", ["on", "wet"]],
    ["drop", []],
    ["nulls", ["null", "null"]],
  ];
  for (const [fault, expected] of FAULTY) {
    it(`tells ${expected.join(", ") || "nothing"} of wet and on while its live changes suffer ${fault}`, async () => {
      const socket = new WebSocket(`${hub.origin.replace("http", "ws")}/eventsocket`);
      const values: string[] = [];
      socket.on("message", (data: Buffer) => values.push((JSON.parse(data.toString()) as { value: string }).value));
      await once(socket, "open");
      hub.live.spoil(fault);
      hub.live.setAttributes([
        ["109", "water", "wet"],
        ["114", "switch", "on"],
      ]);
      hub.live.spoil(null);
      hub.live.tellLocation("sunset", "end");
      while (values.at(-1) !== "end") await once(socket, "message");
      socket.terminate();
      assert.deepEqual(values.slice(0, -1), expected);
    });
  }

  it("plays the day at its speed and jumps to a time of day", async () => {
    const fast = await startHubSimulator({ isJournalled: false, speed: 3_600, startAt: "10:00" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    // 60 ms are at least 3 simulated minutes.
    assert.ok(fast.wallClock() >= "10:03");
    fast.jumpTo("14:30");
    assert.ok(Number(fast.readAttribute("101", "temperature")) > 40);
    await fast.stop();
  });

  it("takes faults, jumps and values over its control endpoint and says its state", async () => {
    assert.equal((await command("faults", { kind: "500", times: 1 })).status, 200);
    assert.equal((await ask("devices")).status, 500);
    assert.equal((await ask("devices")).status, 200);
    assert.equal((await command("jump", { clock: "15:00" })).status, 200);
    assert.equal((await command("attributes", { deviceId: "114", attribute: "switch", value: "on" })).status, 200);
    assert.equal(hub.readAttribute("114", "switch"), "on");
    const state = (await (await fetch(`${hub.origin}/_sim/state`)).json()) as Record<string, unknown>;
    assert.deepEqual(state, { wallClock: "15:00:00", fault: null, requests: 2, violations: [] });
  });

  it("refuses control commands that are malformed, no JSON, or come under a foreign host name", async () => {
    assert.equal((await command("faults", { kind: "explode" })).status, 400);
    assert.equal((await command("attributes", { deviceId: "999", attribute: "x", value: "y" })).status, 400);
    assert.equal((await command("nothing", {})).status, 400);
    assert.equal((await command("faults", { kind: "500" }, { "content-type": "text/plain" })).status, 415);
    const foreign = request(`${hub.origin}/_sim/state`, { headers: { host: "evil.example" } });
    foreign.end();
    const [response] = (await once(foreign, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    assert.equal(response.statusCode, 403);
    assert.equal(hub.faults.current(), null);
  });

  it("rejects when its port is taken", async () => {
    const port = Number(new URL(hub.origin).port);
    await assert.rejects(startHubSimulator({ isJournalled: false, port }), /EADDRINUSE/);
  });
});
