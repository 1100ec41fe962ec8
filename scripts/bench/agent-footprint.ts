import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { makeAgentHome } from "../../local-agent/test/support/agent-process.js";
import { buildAgent } from "../../local-agent/test/support/built-agent.js";
import { countingMeters, startTestHub } from "../../local-agent/test/support/counting-hub.js";
import type { TestHub } from "../../local-agent/test/support/counting-hub.js";
import { createTestTopic } from "../../local-agent/test/support/pubsub-emulator.js";

const CLOCK_TICKS_PER_SECOND = 100;
/** The pace of M12.12. */
const POLL_MS = 5_000;
/** Code is compiled and caches are filled before the first of these polls; the later ones are measured. */
const WARM_UP_POLLS = 4;
const MEASURED_POLLS = 16;
/** The endurance of memory is measured at fifty times the pace. */
const QUICK_POLL_MS = 100;
const QUICK_DEVICES = 100;
const QUICK_POLLS = 1_000;

export interface AgentFootprint {
  readonly devices: number;
  readonly maxRssMb: number;
  /** Share of one core, everything included that the agent does between two polls. */
  readonly cpuPercent: number;
}

export interface AgentGrowth {
  readonly devices: number;
  readonly polls: number;
  readonly maxRssMb: number;
  /** Growth over the second half of the run. */
  readonly rssSlopeMbPerThousandPolls: number;
}

/**
 * What does the agent cost the small computer that it runs on, by how many devices it reads? All sizes run side by side, each
 * in a process of its own, every device changing at every poll. Linux only: it reads `/proc`.
 */
export async function measureFootprints(sizes: readonly number[]): Promise<AgentFootprint[]> {
  const program = buildAgent();
  return Promise.all(
    sizes.map((devices) =>
      withAgent(program, devices, POLL_MS, async (agent, hub) => {
        await polled(agent, hub, WARM_UP_POLLS);
        const before = { ticks: cpuTicks(agent.pid), atMs: performance.now() };
        await polled(agent, hub, WARM_UP_POLLS + MEASURED_POLLS);
        const seconds = (cpuTicks(agent.pid) - before.ticks) / CLOCK_TICKS_PER_SECOND;
        const cpuPercent = (seconds / ((performance.now() - before.atMs) / 1_000)) * 100;
        return { devices, maxRssMb: statusKb(agent.pid, "VmHWM") / 1_024, cpuPercent };
      }),
    ),
  );
}

/** Does the agent's memory grow with the polls? */
export async function measureGrowth(): Promise<AgentGrowth> {
  const [devices, polls] = [QUICK_DEVICES, QUICK_POLLS];
  return withAgent(buildAgent(), devices, QUICK_POLL_MS, async (agent, hub) => {
    const samples: { polls: number; rssMb: number }[] = [];
    await polled(agent, hub, polls, (done) =>
      samples.push({ polls: done, rssMb: statusKb(agent.pid, "VmRSS") / 1_024 }),
    );
    return {
      ...{ devices, polls },
      maxRssMb: statusKb(agent.pid, "VmHWM") / 1_024,
      rssSlopeMbPerThousandPolls: slope(samples.slice(samples.length >> 1)) * 1_000,
    };
  });
}

async function withAgent<T>(
  program: readonly string[],
  devices: number,
  pollIntervalMs: number,
  measure: (agent: ChildProcess, hub: TestHub) => Promise<T>,
): Promise<T> {
  const { projectId, topic } = await createTestTopic();
  const hub = await startTestHub(countingMeters(devices));
  const { origin, appId, token } = hub;
  const home = await makeAgentHome({
    pubsub: { projectId, topic },
    hubitat: { origin, appId, token, temperatureUnit: "°C", pollIntervalMs },
    logLevel: "warn",
  });
  const agent = spawn(process.execPath, [...program, "run", "--config", home.configPath], {
    env: { ...process.env, MALLOC_ARENA_MAX: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    return await measure(agent, hub);
  } finally {
    agent.kill("SIGKILL");
    hub.close();
    await home.remove();
  }
}

/** Waits until the hub was polled so often. Throws when the agent has ended. */
async function polled(
  agent: ChildProcess,
  hub: TestHub,
  polls: number,
  sample: (done: number) => void = () => undefined,
): Promise<void> {
  while (hub.requests.length < polls) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (agent.exitCode !== null) throw new Error(`the agent ended with ${agent.exitCode}`);
    sample(hub.requests.length);
  }
}

function statusKb(pid: number | undefined, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]);
}

/** User and system time: fields 14 and 15 of proc(5) `stat`, behind the name in brackets. */
function cpuTicks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Least squares: megabytes for each poll. */
function slope(samples: readonly { polls: number; rssMb: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const x = mean(samples.map(({ polls }) => polls));
  const y = mean(samples.map(({ rssMb }) => rssMb));
  const above = samples.reduce((sum, { polls, rssMb }) => sum + (polls - x) * (rssMb - y), 0);
  const below = samples.reduce((sum, { polls }) => sum + (polls - x) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
