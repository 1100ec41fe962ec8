import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAgent } from "../src/agent.js";
import { createHubitatConnector } from "../src/hubitat/index.js";
import { HubitatConfig } from "../src/hubitat/hubitat-config.js";
import { createLogger } from "../src/logger.js";
import { openLevelOutbox } from "../src/outbox/level-outbox.js";
import { sleep } from "../src/sleep.js";
import { createKeyFile } from "../src/uplink/agent-key.js";
import { PublishError } from "../src/uplink/publisher.js";
import { countingMeters } from "./support/counting-hub.js";

const POLLS = process.env["STUDIO_TEST_FULL"] === "1" ? 10_000 : 1_500;
/** Growth of what is in use after a full collection, for each thousand polls (M12.12). */
const MAX_GROWTH_BYTES = 1024 * 1024;
const SPEED = 1_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A hub of ten meters that breaks at one request in three: errors, pages, cut bodies, cut connections. */
async function startBreakingHub() {
  const devices = countingMeters(10);
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    const body = JSON.stringify(devices());
    switch (requests % 15) {
      case 3:
        response.writeHead(500).end("<html>Error 500</html>");
        return;
      case 6:
        response.setHeader("content-type", "text/html").end("<html>starting</html>");
        return;
      case 9:
        response.setHeader("content-type", "application/json").end(body.slice(0, body.length / 2));
        return;
      case 12:
        response.socket?.destroy();
        return;
      case 14:
        response.writeHead(302, { location: "http://127.0.0.1:9/devices/1/on" }).end();
        return;
      default:
        response.setHeader("content-type", "application/json").end(body);
    }
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, count: () => requests, close };
}

describe("local-agent over thousands of polls", function () {
  this.timeout(1_800_000);

  it(`takes no more memory, timer or socket after ${POLLS} polls of a hub and a Pub/Sub that break`, async () => {
    const hub = await startBreakingHub();
    const folder = await mkdtemp(join(tmpdir(), "studio-polls-"));
    const startedAt = performance.now();
    const epoch = Date.now();
    const nowMs = (): number => epoch + Math.round((performance.now() - startedAt) * SPEED);
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", onRejection);
    const config = HubitatConfig.parse({
      origin: `http://127.0.0.1:${hub.port}`,
      appId: "38",
      token: "0123456789-test-token",
      temperatureUnit: "°C",
    });
    let publishes = 0;
    const agent = await createAgent({
      tenantId: "mudworks",
      agentId: "agent-1",
      key: createKeyFile(join(folder, "agent.pem")),
      connectors: [
        { connector: createHubitatConnector(config, { nowMs, chance: Math.random }), pollIntervalMs: 5_000 },
      ],
      rules: [],
      policy: {},
      isSimulated: false,
      outbox: await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs }),
      publisher: {
        publish: () =>
          (publishes += 1) % 7 === 0 ? Promise.reject(new PublishError("UNREACHABLE", "down")) : Promise.resolve(),
        close: () => undefined,
      },
      logger: createLogger({ minLevel: "error", write: () => undefined, nowMs, secrets: [] }),
      nowMs,
      sleep: (ms, signal) => sleep(ms / SPEED, signal),
    });
    const samples: { polls: number; bytes: number }[] = [];
    const resourcesBefore = process.getActiveResourcesInfo().length;
    agent.start();
    try {
      const deadline = performance.now() + 1_500_000;
      for (let next = POLLS / 5; hub.count() < POLLS;) {
        await sleep(25, new AbortController().signal);
        assert.ok(performance.now() < deadline, `only ${hub.count()} polls`);
        if (hub.count() < next) continue;
        next += POLLS / 10;
        collect();
        samples.push({ polls: hub.count(), bytes: process.memoryUsage().heapUsed });
      }
      const [first, last] = [samples[0], samples.at(-1)];
      assert.ok(first !== undefined && last !== undefined && last.polls > first.polls);
      const growth = ((last.bytes - first.bytes) / (last.polls - first.polls)) * 1_000;
      assert.ok(growth < MAX_GROWTH_BYTES, `${Math.round(growth / 1_024)} KiB for each thousand polls`);
    } finally {
      await agent.stop(2_000);
      hub.close();
      await rm(folder, { recursive: true, force: true });
      process.off("unhandledRejection", onRejection);
    }
    await sleep(200, new AbortController().signal);
    assert.deepEqual(rejections, []);
    assert.ok(process.getActiveResourcesInfo().length <= resourcesBefore, process.getActiveResourcesInfo().join(", "));
  });
});
