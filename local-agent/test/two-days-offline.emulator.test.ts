import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Reading } from "../src/connector.js";
import { createIngest } from "../src/ingest.js";
import { createLogger } from "../src/logger.js";
import { openLevelOutbox } from "../src/outbox/level-outbox.js";
import { DEFAULT_BOUNDS } from "../src/outbox/outbox.js";
import { createKeyFile } from "../src/uplink/agent-key.js";
import { CATCH_UP_PAUSE_MS } from "../src/uplink/pace.js";
import { signEnvelope } from "../src/uplink/sign-envelope.js";
import { createUplink } from "../src/uplink/uplink.js";
import { AgentEnvelope } from "@studio-os/functions/contracts";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const DEVICES = 100;
const HOURS = process.env["STUDIO_TEST_FULL"] === "1" ? 48 : 4;
const MINUTE_MS = 60_000;
/** What the heap may grow by while so much is queued and sent again. */
const HEAP_BOUND_BYTES = 24 * 1024 * 1024;
const identity = { tenantId: "mudworks", agentId: "agent-1" };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};
const diskBytes = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

/** Every sensor drifts by more than its deadband each minute: nothing can be left out. */
const readingsAt = (minute: number): Reading[] =>
  Array.from({ length: DEVICES }, (_, device) => ({
    deviceId: `hub:${device}`,
    attribute: "temperature",
    value: 20 + minute / 2 + device / 1_000,
    unit: "°C",
    observedAt: new Date(T0 + minute * MINUTE_MS).toISOString(),
    source: "poll",
    quality: "live",
  }));

describe("local-agent offline for days", function () {
  this.timeout(1_200_000);

  it(`keeps ${HOURS} h of ${DEVICES} devices on a bounded disk, and sends all of it in order, at most five envelopes a second`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "studio-offline-"));
    const world = { nowMs: T0 };
    const logger = createLogger({ minLevel: "error", write: () => undefined, nowMs: () => world.nowMs, secrets: [] });
    const outbox = await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs: () => 0 });
    const key = createKeyFile(join(folder, "agent.pem"));
    try {
      const ingest = await createIngest({
        outbox,
        rules: [],
        observe: { policy: {}, isSimulated: false },
        kilnOf: () => undefined,
        nowMs: () => world.nowMs,
        steadyMs: () => world.nowMs,
        logger,
        onQueued: () => undefined,
      });
      await ingest.take(readingsAt(0));
      const heapBefore = heapBytes();
      const minutes = HOURS * 60;
      let mostDisk = 0;
      for (let minute = 1; minute < minutes; minute += 1) {
        world.nowMs = T0 + minute * MINUTE_MS;
        await ingest.take(readingsAt(minute));
        if (minute % 60 === 0) mostDisk = Math.max(mostDisk, diskBytes(join(folder, "outbox")));
      }
      assert.equal(outbox.counts().observations, minutes * DEVICES);
      assert.ok(mostDisk < 2 * DEFAULT_BOUNDS.maxBytes, `${mostDisk} bytes on disk`);
      assert.ok(heapBytes() - heapBefore < HEAP_BOUND_BYTES, `${heapBytes() - heapBefore} bytes more on the heap`);

      const sentAtMs: number[] = [];
      const last = new Map<string, number>();
      let arrived = 0;
      const reconnectedAtMs = world.nowMs;
      const uplink = createUplink({
        outbox,
        identity,
        logger,
        nowMs: () => world.nowMs,
        chance: () => 0.5,
        seal: (draft) => signEnvelope(draft, identity, key),
        // Time goes by only while the uplink waits.
        sleep: (ms) => {
          world.nowMs += ms;
          return new Promise((resolve) => setImmediate(resolve));
        },
        publisher: {
          publish: ({ text }) => {
            sentAtMs.push(world.nowMs);
            const { payload } = AgentEnvelope.parse(JSON.parse(text));
            assert.ok(payload.kind === "observations");
            for (const { deviceId, value } of payload.observations) {
              assert.ok(typeof value === "number" && value > (last.get(deviceId) ?? -1), "out of order");
              last.set(deviceId, value);
              arrived += 1;
            }
            return Promise.resolve();
          },
          close: () => undefined,
        },
      });
      uplink.start();
      while (outbox.counts().observations > 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.ok(world.nowMs - reconnectedAtMs < 6 * 3_600_000, "it does not catch up");
      }
      assert.equal(await uplink.stop(), true);
      assert.equal(arrived, minutes * DEVICES);
      sentAtMs.slice(1).forEach((ms, i) => assert.ok(ms - (sentAtMs[i] ?? 0) >= CATCH_UP_PAUSE_MS, "too fast"));
      assert.ok(heapBytes() - heapBefore < HEAP_BOUND_BYTES, `${heapBytes() - heapBefore} bytes more on the heap`);
      assert.ok(diskBytes(join(folder, "outbox")) < mostDisk, "the disk is not given back");
    } finally {
      await outbox.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
