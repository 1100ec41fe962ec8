import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ID, ROOT, startEmulators } from "../dev/emulators.js";
import { measureAgent } from "./agent-footprint.js";
import { openBenchStudio } from "./bench-studio.js";
import { measureColdStart } from "./cold-start.js";
import { measureDeviceDay } from "./device-day.js";
import type { DeviceDay } from "./device-day.js";
import { measureExecute } from "./execute-latency.js";
import { measurePolicy } from "./policy-speed.js";
import type { PolicySpeed } from "./policy-speed.js";
import { measureKillSwitch } from "./kill-switch.js";
import type { KillSwitchDrill } from "./kill-switch.js";
import { measureLogCost, measureSequencing } from "./log-cost.js";
import { measureThroughput } from "./execute-throughput.js";
import type { Throughput } from "./execute-throughput.js";
import { lifecycleOf, measureLifecycle, measureQuorumOfTwo } from "./lifecycle-cost.js";
import { measureAppends } from "./outbox-appends.js";
import { inSections, renderReport } from "./report.js";
import type { Finding } from "./report.js";
import { quantile, ratioOf } from "./statistics.js";
import type { Ratio } from "./statistics.js";

const DOCUMENT = join(ROOT, "docs", "benchmarks.md");

/** Measures everything, prints it, and writes the measured part of docs/benchmarks.md. */
async function main(): Promise<void> {
  const emulators = await startEmulators({ only: ["firestore", "pubsub"], onProgress: (line) => console.log(line) });
  Object.assign(process.env, emulators.env, { GCLOUD_PROJECT: PROJECT_ID });
  const findings: Finding[] = [];
  try {
    const studio = await openBenchStudio();
    console.log("counting reads and writes");
    const costs = await measureLifecycle(studio);
    for (const { operation, reads, writes } of costs) findings.push(count(operation, reads, writes));
    for (const capabilityId of ["firing.flag", "batch.opsNote.append"]) {
      const { reads, writes } = lifecycleOf(costs, capabilityId);
      findings.push({
        ...count(`${capabilityId}: whole life (submit, approve, execute)`, reads, writes),
        target: "≤ 15 reads, ≤ 15 writes",
        isMet: reads <= 15 && writes <= 15,
      });
    }
    const two = await measureQuorumOfTwo();
    findings.push({
      ...count("firing.flag: whole life with two approvers", two.reads, two.writes),
      target: "≤ 20 reads, ≤ 18 writes",
      isMet: two.reads <= 20 && two.writes <= 18,
    });
    console.log("sequencing the audit log");
    for (const { batch, reads, writes } of await measureLogCost())
      findings.push({
        section: "Reads and writes",
        what: `audit log, for one event, by ${batch} at a time, the event's own write included`,
        measured: `${reads.toFixed(3)} reads, ${writes.toFixed(3)} writes`,
        target: batch === 100 ? "≤ 1.05 reads, ≤ 2.1 writes" : null,
        isMet: batch === 100 ? reads <= 1.05 && writes <= 2.1 : null,
      });
    findings.push({
      section: "Throughput",
      what: "events sequenced and signed by one sequencer, of 4,000 that wait",
      measured: `${(await measureSequencing()).toFixed(0)} a second`,
      target: null,
      isMet: null,
    });
    console.log("timing executions against bare transactions");
    const { execute, bare } = await measureExecute(studio);
    const p50 = ratioOf(execute, bare, 0.5, Math.random);
    const p95 = ratioOf(execute, bare, 0.95, Math.random);
    findings.push(
      ratio("execute over a bare transaction, p50", p50, "≤ 1.8×", p50.ratio <= 1.8, execute, bare),
      ratio("execute over a bare transaction, p95", p95, "≤ 2.5×", p95.ratio <= 2.5, execute, bare),
    );
    console.log("executing with 1, 10 and 50 clients at once");
    findings.push(...throughputFindings(await measureThroughput(studio)));
    await studio.close();
    console.log("flipping the switch 100 times under load");
    findings.push(...killSwitchFindings(await measureKillSwitch()));
    console.log("appending to the outbox and to a bare file");
    const appends = await measureAppends();
    const over = ratioOf(appends.outbox, appends.bare, 0.5, Math.random);
    findings.push({
      ...ratio(
        "ten observations into the outbox, flushed, over a bare fsync",
        over,
        null,
        null,
        appends.outbox,
        appends.bare,
      ),
      section: "Agent",
    });
    console.log("living through a day of forty devices");
    findings.push(...dayFindings(await measureDeviceDay()));
    console.log("polling 100 devices 1,000 times");
    const agent = await measureAgent(ROOT);
    findings.push(
      {
        section: "Agent",
        what: `memory (RSS), highest over ${agent.polls} polls of 100 devices`,
        measured: `${agent.maxRssMb.toFixed(1)} MB`,
        target: "≤ 80 MB",
        isMet: agent.maxRssMb <= 80,
      },
      {
        section: "Agent",
        what: "growth of memory over 1,000 polls, second half of the run",
        measured: `${agent.rssSlopeMbPerThousandPolls.toFixed(2)} MB`,
        target: null,
        isMet: null,
      },
      {
        section: "Agent",
        what: "processor at one poll every 5 s, every device changed every time",
        measured: `${agent.cpuPercent.toFixed(2)} % of a core`,
        target: null,
        isMet: null,
      },
    );
  } finally {
    emulators.stop();
  }
  console.log("judging, as fast as it goes");
  findings.push(...policyFindings(measurePolicy()));
  console.log("loading bundles");
  const cold = await measureColdStart(ROOT);
  const loading = ratioOf(cold.bundle, cold.bare, 0.5, Math.random);
  findings.push({
    ...ratio(
      "loading the functions over a bare firebase-functions + admin bundle",
      loading,
      "≤ 1.3×",
      loading.ratio <= 1.3,
      cold.bundle,
      cold.bare,
    ),
    section: "Cold start",
  });
  const report = renderReport(findings);
  console.log(`\n${report}`);
  writeFileSync(DOCUMENT, inSections(readFileSync(DOCUMENT, "utf8"), report));
  spawnSync("npx", ["prettier", "--write", DOCUMENT], { cwd: ROOT, stdio: "ignore" });
  console.log("wrote docs/benchmarks.md");
}

function dayFindings({ devices, observations, messages, plainBytes, sentBytes, reads, writes }: DeviceDay): Finding[] {
  const finding = (
    what: string,
    measured: string,
    target: string | null = null,
    isMet: boolean | null = null,
  ): Finding => ({
    section: "Agent",
    ...{ what, measured, target, isMet },
  });
  const kib = (bytes: number): string => `${(bytes / devices / 1_024).toFixed(1)} KiB`;
  return [
    finding(
      `Firestore writes in a day of ${devices} devices, a firing of 8 h`,
      String(writes),
      "≤ 4,000",
      writes <= 4_000,
    ),
    finding("Firestore reads in that day, for the ingest", String(reads)),
    finding("Pub/Sub messages for each device and day", (messages / devices).toFixed(1)),
    finding("bytes for each device and day, compressed", `${kib(sentBytes)} of ${kib(plainBytes)}`),
    finding("observations in that day", String(observations)),
  ];
}

const count = (what: string, reads: number, writes: number): Finding => ({
  section: "Reads and writes",
  what,
  measured: `${reads} reads, ${writes} writes`,
  target: null,
  isMet: null,
});

/** M04.6: refused within a second of the flip's commit; and M04.3: nothing commits after it. */
function killSwitchFindings({ firstRefusalMs, lateWrites, writes }: KillSwitchDrill): Finding[] {
  const p99 = quantile(firstRefusalMs, 0.99);
  const p50 = quantile(firstRefusalMs, 0.5);
  return [
    {
      section: "Kill switch",
      what: `from the commit of a flip to the first refusal, p99 of ${firstRefusalMs.length} flips`,
      measured: `${p99.toFixed(0)} ms (p50 ${p50.toFixed(0)} ms)`,
      target: "< 1,000 ms",
      isMet: p99 < 1_000,
    },
    {
      section: "Kill switch",
      what: `writes that committed after their flip, of ${writes}`,
      measured: String(lateWrites),
      target: "0",
      isMet: lateWrites === 0,
    },
  ];
}

/** No collapse: fifty clients get at least 0.8 of what ten get through. */
function throughputFindings(results: readonly Throughput[]): Finding[] {
  const rows = results.map(({ clients, executes, bare }): Finding => {
    const share = executes / bare;
    return {
      section: "Throughput",
      what: `executions on targets of their own, ${clients} ${clients === 1 ? "client" : "clients"}, over bare transactions`,
      measured: `${share.toFixed(2)}× (${executes.toFixed(0)} against ${bare.toFixed(0)} a second)`,
      target: "≥ 0.5×",
      isMet: share >= 0.5,
    };
  });
  const at = (clients: number): number => results.find((result) => result.clients === clients)?.executes ?? 0;
  const kept = at(50) / at(10);
  const last: Finding = {
    section: "Throughput",
    what: "executions a second with 50 clients over those with 10",
    measured: `${kept.toFixed(2)}×`,
    target: "≥ 0.8×",
    isMet: kept >= 0.8,
  };
  return [...rows, last];
}

function policyFindings({ decisionsPerSecond, runsPerSecond }: PolicySpeed): Finding[] {
  const thousands = (perSecond: number): string => `${Math.round(perSecond / 1_000)}k a second`;
  return [
    {
      section: "Policy",
      what: "evaluatePolicy, an execution that is allowed, one core",
      measured: thousands(decisionsPerSecond),
      target: "≥ 100k a second",
      isMet: decisionsPerSecond >= 100_000,
    },
    {
      section: "Policy",
      what: "the model-based test, one core, start-up included",
      measured: `${Math.round(runsPerSecond)} runs a second`,
      target: null,
      isMet: null,
    },
  ];
}

function ratio(
  what: string,
  { ratio: value, low, high }: Ratio,
  target: string | null,
  isMet: boolean | null,
  measured: readonly number[],
  floor: readonly number[],
): Finding {
  const absolute = `${quantile(measured, 0.5).toFixed(1)} ms against ${quantile(floor, 0.5).toFixed(1)} ms at p50`;
  const interval = `${low.toFixed(2)}–${high.toFixed(2)}`;
  return { section: "Latency", what, measured: `${value.toFixed(2)}× (${interval}; ${absolute})`, target, isMet };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
