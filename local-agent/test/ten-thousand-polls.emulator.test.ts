import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { join } from "node:path";
import { FAULT_TURNS, startFaultyStudio } from "./support/faulty-studio.js";
import type { FaultyStudio } from "./support/faulty-studio.js";
import type { EnduranceNews, EnduranceOrder } from "./support/endurance-worker.js";

const WORKER = join(import.meta.dirname, "support", "endurance-worker.ts");
const IS_FULL = process.env["STUDIO_TEST_FULL"] === "1";
const POLLS = IS_FULL ? 10_000 : 1_500;
const MEGABYTE = 1024 * 1024;
/** Growth of what the process holds, after a full collection, for each thousand polls (M12.12). */
const MAX_GROWTH_BYTES = MEGABYTE;
/** Code is still being compiled in a short run, and the slope of the process's memory means little there. */
const SHORT_RUN_RSS_BYTES = 40 * MEGABYTE;
/** From here on caches are filled and hot code is compiled. */
const WARM_FROM = 0.4;
/** How long one combination of faults, or all being well, lasts. */
const TURN_MS = 400;

type Sample = Extract<EnduranceNews, { kind: "sample" }>;
type Ended = Extract<EnduranceNews, { kind: "ended" }>;

describe("local-agent over thousands of polls", function () {
  this.timeout(1_800_000);

  it(`takes no more memory, timer or socket after ${POLLS} polls of a hub and a vacuum with every fault on`, async () => {
    const studio = await startFaultyStudio();
    try {
      const { samples, ended } = await endure(studio);
      const { outcomes, defects, leftOpen } = ended;
      assert.deepEqual(defects, [], "unhandled rejections");
      assert.deepEqual(leftOpen, [], "left open");
      const count = (connector: string, isOk: boolean): number =>
        Object.entries(outcomes).reduce(
          (sum, [key, many]) => (key.startsWith(connector) && key.endsWith(" ok") === isOk ? sum + many : sum),
          0,
        );
      for (const connector of ["hubitat", "roborock"]) {
        assert.ok(count(connector, true) > POLLS / 20, `${connector} hardly ever read: ${JSON.stringify(outcomes)}`);
        assert.ok(count(connector, false) > POLLS / 50, `${connector} hardly ever failed: ${JSON.stringify(outcomes)}`);
      }
      assert.ok(!Object.keys(outcomes).some((key) => key.endsWith(" DEFECT")), JSON.stringify(outcomes));
      assert.equal(studio.met().size, 2 * FAULT_TURNS - 1, "not every fault was in force");
      assert.deepEqual(studio.violations(), []);

      const warm = samples.slice(Math.floor(samples.length * WARM_FROM));
      const growth = slope(warm.map(({ polls, heapBytes }) => [polls, heapBytes])) * 1_000;
      const rssGrowth = slope(warm.map(({ polls, rssBytes }) => [polls, rssBytes])) * 1_000;
      const words = `heap ${kib(growth)}, resident ${kib(rssGrowth)} KiB for each thousand polls`;
      process.stdout.write(`      ${words}; ${JSON.stringify(outcomes)}\n`);
      assert.ok(growth < MAX_GROWTH_BYTES, words);
      const [first, last] = [samples[0], samples.at(-1)];
      assert.ok(first !== undefined && last !== undefined);
      if (IS_FULL) assert.ok(rssGrowth < MAX_GROWTH_BYTES, words);
      else assert.ok(last.rssBytes - first.rssBytes < SHORT_RUN_RSS_BYTES, words);
    } finally {
      await studio.stop();
    }
  });
});

/** Lets an agent in a process of its own poll while the studio around it breaks and heals. */
async function endure(studio: FaultyStudio): Promise<{ samples: readonly Sample[]; ended: Ended }> {
  const worker = fork(WORKER, {
    execArgv: ["--import", "tsx", "--max-semi-space-size=1", "--v8-pool-size=1"],
    env: { ...process.env, MALLOC_ARENA_MAX: "1" },
  });
  const samples: Sample[] = [];
  const end: { news: Ended | null; isOver: boolean } = { news: null, isOver: false };
  worker.on("message", (news: EnduranceNews) => {
    if (news.kind === "sample") samples.push(news);
    else end.news = news;
  });
  const exited = new Promise<number | null>((resolve) => worker.once("exit", resolve));
  void exited.then(() => (end.isOver = true));
  const order: EnduranceOrder = { polls: POLLS, hubitat: studio.hubitat, roborock: studio.roborock };
  worker.send(order);
  try {
    for (let turn = 0; !end.isOver; turn += 1) {
      await studio.spoil(turn);
      await pause(TURN_MS);
      await studio.heal();
      await pause(TURN_MS);
    }
    assert.equal(await exited, 0);
    assert.ok(end.news !== null, "the agent ended without a word");
    return { samples, ended: end.news };
  } finally {
    worker.kill("SIGKILL");
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const kib = (bytes: number): number => Math.round(bytes / 1_024);

/** Least squares: bytes for each poll. */
function slope(points: readonly (readonly [polls: number, bytes: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const x = mean(points.map(([polls]) => polls));
  const y = mean(points.map(([, bytes]) => bytes));
  const above = points.reduce((sum, [polls, bytes]) => sum + (polls - x) * (bytes - y), 0);
  return above / points.reduce((sum, [polls]) => sum + (polls - x) ** 2, 0);
}
