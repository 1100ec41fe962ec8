import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { CONNECTOR_ERRORS } from "./connector.js";
import type { Connector } from "./connector.js";
import { createHubitatConnector, HubitatConfig } from "./hubitat/index.js";
import { createRoborockConnector } from "./roborock/index.js";

const SOURCE = import.meta.dirname;

/** The files that may open a connection, and what each talks to. Everything else in the agent has no way out. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  "hubitat/live/event-socket.ts": "the hub's event socket, on which nothing is sent but signs of life",
  "hubitat/live/post-receiver.ts": "nobody: it answers the hub's own address, where the configuration asks for that",
  "hubitat/send-read.ts": "the hub, one allowed GET at a time",
  "roborock/account/send-call.ts": "the vacuums' account, through the allow-list of allowed-calls.ts",
  "roborock/lan/lan-link.ts": "the vacuums in the studio's own network, through the same allow-list",
  "roborock/mqtt-connection.ts": "the vacuums' broker, through the allow-list of read-only.ts",
  "uplink/pubsub-publisher.ts": "Pub/Sub",
  "uplink/google-tokens.ts": "Google's token service",
  "enrolment/cloud-api.ts": "the studio's API: enrolment and rotation, asked for by a person at the terminal",
  "status/status-server.ts": "nobody: it answers this machine alone",
  "status/read-status.ts": "the agent on this machine",
};

/** Modules and globals that can open a connection or start a program that does. */
const NETWORK =
  /from "(node:)?(net|tls|http|https|http2|dgram|dns|child_process|worker_threads|inspector|undici|mqtt|ws|google-auth-library|@google-cloud\/[^"]*)(\/[^"]*)?"|import\("(?:node:)?[^"]*"\)|require\(|createRequire|\bfetch\(|\bWebSocket\b|\bEventSource\b|\.listen\(/g;
/** Type imports vanish, and lazy imports of the agent's own files are looked at in those files. */
const HARMLESS = /^import\("\.\.?\/[^"]*"\)$/;

const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"));

function waysOut(path: string): string[] {
  const text = readFileSync(join(SOURCE, path), "utf8").replace(/^import type .*$/gm, "");
  return [...text.matchAll(NETWORK)].map(([found]) => found).filter((found) => !HARMLESS.test(found));
}

describe("local-agent/read-only", () => {
  it("opens connections in the named files and nowhere else", () => {
    assert.ok(sources.length > 30);
    const found = sources.filter((path) => waysOut(path).length > 0);
    assert.deepEqual(found.sort(), Object.keys(WAYS_OUT).sort());
  });

  it("listens in two files, only where that is configured: on loopback, and for the hub on a private address", () => {
    const textOf = (path: string): string => readFileSync(join(SOURCE, path), "utf8");
    const listening = sources.filter((path) =>
      /\bcreateServer\(|\.listen\(|WebSocketServer|\bServer\(/.test(textOf(path)),
    );
    assert.deepEqual(listening.sort(), ["hubitat/live/post-receiver.ts", "status/status-server.ts"]);
    const receiver = textOf("hubitat/live/post-receiver.ts");
    assert.deepEqual(receiver.match(/\.listen\([^)]*\)/g), [".listen({ host: listenHost, port, exclusive: true }, ()"]);
    assert.match(textOf("hubitat/live/live-config.ts"), /listenHost: PrivateAddress,/);
    const server = textOf("status/status-server.ts");
    assert.deepEqual(server.match(/\.listen\([^)]*\)/g), [".listen({ host: LOOPBACK, port, exclusive: true }, ()"]);
    assert.match(server, /const LOOPBACK = "127\.0\.0\.1";/);
  });

  const connectors: Readonly<Record<string, () => Connector>> = {
    hubitat: () =>
      createHubitatConnector(
        HubitatConfig.parse({
          origin: "http://127.0.0.1:9",
          appId: "1",
          token: "0123456789",
          temperatureUnit: "°C",
          timeoutMs: 50,
        }),
        { nowMs: () => 0, chance: () => 0 },
      ),
    "hubitat without configuration": () => createHubitatConnector(null, { nowMs: () => 0, chance: () => 0 }),
    "roborock without configuration": () => createRoborockConnector(null),
  };
  for (const [name, make] of Object.entries(connectors)) {
    it(`refuses every intent with READ_ONLY: ${name}`, async () => {
      const connector = make();
      for (const intent of [
        undefined,
        null,
        "on",
        { method: "app_start" },
        { method: "get_status" },
        { path: "devices/5/on" },
      ]) {
        await assert.rejects(connector.execute(intent), { code: "READ_ONLY" });
      }
      assert.equal(connector.health().consecutiveFailures, 0);
      const told = new Set(connector.capabilities.map(({ mode, riskTier }) => `${mode} ${riskTier}`));
      assert.deepEqual([...told], ["read low"]);
    });
  }

  it("has no error, option or method whose name is an action", () => {
    assert.ok(CONNECTOR_ERRORS.includes("READ_ONLY"));
    const methods = Object.keys(createRoborockConnector(null)).filter(
      (key) => !/^(id|capabilities|start|stop|health|readStatus|onReading|execute)$/.test(key),
    );
    assert.deepEqual(methods, []);
  });
});
