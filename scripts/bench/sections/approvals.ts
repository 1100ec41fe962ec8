import { openBenchStudio } from "../bench-studio.js";
import type { Cost } from "../counting-firestore.js";
import { measureExecute } from "../execute-latency.js";
import { measureThroughput } from "../execute-throughput.js";
import { measureKillSwitch } from "../kill-switch.js";
import { lifecycleOf, measureLifecycle, measureQuorumOfTwo } from "../lifecycle-cost.js";
import { measurePolicy } from "../policy-speed.js";
import { finding, ratioFinding } from "../report.js";
import type { Finding } from "../report.js";
import { quantile } from "../statistics.js";

/** What each step of a proposal's life reads and writes. */
export async function costOfALife(): Promise<Finding[]> {
  const studio = await openBenchStudio();
  const costs = await measureLifecycle(studio);
  await studio.close();
  return [
    ...costs.map(({ operation, ...cost }) => finding(operation, inWords(cost))),
    ...["firing.flag", "batch.opsNote.append"].map((capabilityId) =>
      within(`${capabilityId}: whole life (submit, approve, execute)`, lifecycleOf(costs, capabilityId), {
        reads: 15,
        writes: 15,
      }),
    ),
    within("firing.flag: whole life with two approvers", await measureQuorumOfTwo(), { reads: 20, writes: 18 }),
  ];
}

const inWords = ({ reads, writes }: Cost): string => `${reads} reads, ${writes} writes`;

const within = (what: string, cost: Cost, most: Cost): Finding =>
  finding(what, inWords(cost), {
    target: `≤ ${most.reads} reads, ≤ ${most.writes} writes`,
    isMet: cost.reads <= most.reads && cost.writes <= most.writes,
  });

/** How long one execution takes, over a transaction that decides nothing. */
export async function latencyOfAnExecution(): Promise<Finding[]> {
  const studio = await openBenchStudio();
  const { execute, bare } = await measureExecute(studio);
  await studio.close();
  return [
    ratioFinding("execute over a bare transaction, p50", execute, bare, { atMost: 1.8 }),
    ratioFinding("execute over a bare transaction, p95", execute, bare, { share: 0.95, atMost: 2.5 }),
  ];
}

/** How many executions a second, and that fifty clients get at least 0.8 of what ten get through. */
export async function throughputOfExecutions(): Promise<Finding[]> {
  const studio = await openBenchStudio();
  const results = await measureThroughput(studio);
  await studio.close();
  const rows = results.map(({ clients, executes, bare }) => {
    const share = executes / bare;
    return finding(
      `executions on targets of their own, ${clients} ${clients === 1 ? "client" : "clients"}, over bare transactions`,
      `${share.toFixed(2)}× (${executes.toFixed(0)} against ${bare.toFixed(0)} a second)`,
      { target: "≥ 0.5×", isMet: share >= 0.5 },
    );
  });
  const at = (clients: number): number => results.find((result) => result.clients === clients)?.executes ?? 0;
  const kept = at(50) / at(10);
  return [
    ...rows,
    finding("executions a second with 50 clients over those with 10", `${kept.toFixed(2)}×`, {
      target: "≥ 0.8×",
      isMet: kept >= 0.8,
    }),
  ];
}

/** M04.6: refused within a second of the flip's commit; and M04.3: nothing commits after it. */
export async function drillOfTheSwitch(): Promise<Finding[]> {
  const { firstRefusalMs, lateWrites, writes } = await measureKillSwitch();
  const p99 = quantile(firstRefusalMs, 0.99);
  const p50 = quantile(firstRefusalMs, 0.5);
  return [
    finding(
      `from the commit of a flip to the first refusal, p99 of ${firstRefusalMs.length} flips`,
      `${p99.toFixed(0)} ms (p50 ${p50.toFixed(0)} ms)`,
      { target: "< 1,000 ms", isMet: p99 < 1_000 },
    ),
    finding(`writes that committed after their flip, of ${writes}`, String(lateWrites), {
      target: "0",
      isMet: lateWrites === 0,
    }),
  ];
}

/** How fast the pure core judges, and how much of it the model-based test gets through. */
export function speedOfPolicy(): Finding[] {
  const { decisionsPerSecond, runsPerSecond } = measurePolicy();
  return [
    finding(
      "evaluatePolicy, an execution that is allowed, one core",
      `${Math.round(decisionsPerSecond / 1_000)}k a second`,
      { target: "≥ 100k a second", isMet: decisionsPerSecond >= 100_000 },
    ),
    finding("the model-based test, one core, start-up included", `${Math.round(runsPerSecond)} runs a second`),
  ];
}
