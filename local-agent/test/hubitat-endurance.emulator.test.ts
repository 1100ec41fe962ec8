import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startHubSimulator, LIVE_FAULT_KINDS } from "../../scripts/dev/hub-simulator/index.js";
import type { Fault } from "../../scripts/dev/hub-simulator/index.js";
import { createHubitatConnector, HubitatConfig } from "../src/hubitat/index.js";
import type { HubitatTuning } from "../src/hubitat/index.js";
import { ConnectorError } from "../src/connector.js";
import type { Reading } from "../src/connector.js";
import { eventually, openResources } from "./connector-contract/probe.js";

const POLLS = process.env["STUDIO_TEST_FULL"] === "1" ? 10_000 : 600;
/** What is looked at is whether it grows with the polls: the first ones fill caches and compile code. */
const WARM_UP_POLLS = 200;
const MAX_GROWTH_MB_PER_THOUSAND = 1;
/** A few hundred polls measure growth no better than this. */
const NOISE_MB = 1.5;
const POLLS_PER_FAULT = 7;
const FAULTS: readonly (Fault["kind"] | null)[] = [
  null,
  "500",
  null,
  "garbage",
  "html",
  null,
  "truncated",
  "reset",
  null,
  "401",
  null,
  "429",
  "empty",
  null,
  "redirect",
  "wrong_shape",
  "error200",
  null,
  "hang",
  "stall",
];

/** Everything in milliseconds, so that a night passes in seconds. */
const QUICK: HubitatTuning = {
  coalesceMs: 5,
  resyncGapMs: 20,
  details: { gapMs: 1, sameGapMs: 5, restMs: 5, learnAgainMs: 86_400_000 },
  socket: {
    ...{ handshakeMs: 200, pingEveryMs: 50, pongWithinMs: 100 },
    ...{ retryFirstMs: 5, retryLongestMs: 20, provenAfterMs: 10_000 },
  },
};

describe("local-agent/hubitat for a long time", function () {
  this.timeout(900_000);

  it(`keeps memory, sockets and timers flat over ${POLLS} polls with every fault, and asks for reads alone`, async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const defects: unknown[] = [];
    const onDefect = (reason: unknown): void => void defects.push(reason);
    process.on("unhandledRejection", onDefect);
    const hub = await startHubSimulator({ speed: 3_600, tickMs: 10 });
    const { origin, appId, token } = hub;
    let skippedMs = 0;
    const connector = createHubitatConnector(
      HubitatConfig.parse({
        ...{ origin, appId, token, temperatureUnit: "°C", readsModes: true, readsSafety: true, readsRooms: true },
        ...{ timeoutMs: 100, live: { kind: "event_socket" } },
      }),
      { nowMs: () => Date.now() + skippedMs, chance: Math.random, tuning: QUICK },
    );
    const resources = openResources();
    let told: Reading[] = [];
    connector.onReading?.((reading) => told.push(reading));
    await connector.start();
    const outcomes = new Map<string, number>();
    let heapMb = 0;
    try {
      for (let poll = 0; poll < POLLS; poll += 1) {
        if (poll % POLLS_PER_FAULT === 0) await spoil(hub, poll / POLLS_PER_FAULT);
        const outcome = await connector.readStatus().then(
          ({ readings }) => (readings.length > 0 ? "ok" : "nothing"),
          (error: unknown) => (error instanceof ConnectorError ? error.code : "DEFECT"),
        );
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        // Past every back-off and pause, as if a night lay between two polls.
        skippedMs += 16 * 60_000;
        told = told.slice(-10);
        if (poll === WARM_UP_POLLS) heapMb = heapOf(collect);
      }
      const grownMb = heapOf(collect) - heapMb;
      const allowedMb = ((POLLS - WARM_UP_POLLS) / 1_000) * MAX_GROWTH_MB_PER_THOUSAND + NOISE_MB;
      assert.ok(grownMb < allowedMb, `the heap grew by ${grownMb.toFixed(2)} MB`);
      assert.equal(outcomes.get("DEFECT") ?? 0, 0);
      assert.equal(outcomes.get("nothing") ?? 0, 0, "a failure passed for an empty studio");
      for (const code of ["ok", "BAD_RESPONSE", "AUTH", "RATE_LIMIT", "TIMEOUT"]) {
        assert.ok((outcomes.get(code) ?? 0) > 0, `${code} did not come up: ${[...outcomes.keys()].join(", ")}`);
      }
    } finally {
      await connector.stop();
    }
    assert.ok(told.length > 0, "nothing was heard");
    const isClean = await eventually(() => openResources() <= resources, 3_000);
    assert.ok(isClean, `leaves ${openResources() - resources} behind`);
    await hub.stop();
    process.off("unhandledRejection", onDefect);
    assert.deepEqual(defects, []);
    assert.deepEqual(hub.violations, []);
  });
});

async function spoil(hub: Awaited<ReturnType<typeof startHubSimulator>>, turn: number): Promise<void> {
  const fault = FAULTS[turn % FAULTS.length] ?? null;
  if (fault === null) hub.faults.clear();
  else await hub.faults.set(fault);
  hub.live.spoil(turn % 3 === 0 ? (LIVE_FAULT_KINDS[turn % LIVE_FAULT_KINDS.length] ?? null) : null);
  if (turn % 5 === 0) hub.live.dropListeners();
  if (turn % 11 === 0) hub.live.silenceListeners();
  hub.live.setManner(turn % 13 === 0 ? "refuse" : "open");
}

function heapOf(collect: () => void): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
