import { ACTORS, measureAuditedThroughput } from "../audited-throughput.js";
import { openBenchStudio } from "../bench-studio.js";
import { measureLogCost, measureSequencing } from "../log-cost.js";
import { measureMergeDelay } from "../merge-delay.js";
import { finding } from "../report.js";
import type { Finding } from "../report.js";
import { quantile, ratioOf } from "../statistics.js";

/** What the log costs for one event and for those who act, and how fast events get their places in it. */
export async function costOfTheLog(): Promise<Finding[]> {
  const costs = (await measureLogCost()).map(({ batch, reads, writes }) =>
    finding(
      `for one event, by ${batch} at a time, the event's own write included`,
      `${reads.toFixed(3)} reads, ${writes.toFixed(3)} writes`,
      batch === 100 ? { target: "≤ 1.05 reads, ≤ 2.1 writes", isMet: reads <= 1.05 && writes <= 2.1 } : null,
    ),
  );
  const perSecond = await measureSequencing();
  return [
    ...costs,
    finding("events sequenced and signed by one sequencer, of 4,000 that wait", `${perSecond.toFixed(0)} a second`),
    await throughputWithTheLog(),
    await delayToTheCheckpoint(),
  ];
}

async function throughputWithTheLog(): Promise<Finding> {
  const studio = await openBenchStudio();
  const { audited, unaudited } = await measureAuditedThroughput(studio);
  await studio.close();
  const { ratio, low, high } = ratioOf(audited, unaudited, 0.5, Math.random);
  const [withLog, without] = [audited, unaudited].map((rates) => quantile(rates, 0.5).toFixed(0));
  return finding(
    `actions a second of ${ACTORS} actors in one studio, sequencer included, over the same without events`,
    `${ratio.toFixed(2)}× (${low.toFixed(2)}–${high.toFixed(2)}; ${withLog} against ${without} a second)`,
    { target: "≥ 0.8×", isMet: ratio >= 0.8 },
  );
}

async function delayToTheCheckpoint(): Promise<Finding> {
  const delays = await measureMergeDelay();
  const [p50, p99] = [0.5, 0.99].map((share) => `${(quantile(delays, share) / 1_000).toFixed(1)} s`);
  const longest = Math.max(...delays) / 1_000;
  return finding(
    "from an event's commit to its published checkpoint, 50 events a second for a minute",
    `p50 ${p50}, p99 ${p99}, longest ${longest.toFixed(1)} s`,
    { target: "≤ 60 s", isMet: longest <= 60 },
  );
}
