import { measureLogCost, measureSequencing } from "../log-cost.js";
import { finding } from "../report.js";
import type { Finding } from "../report.js";

/** What the log costs for one event, and how fast events get their places in it. */
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
  ];
}
