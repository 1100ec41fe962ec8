import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeAgentHome } from "../../local-agent/test/support/agent-process.js";
import { countingMeters, startTestHub } from "../../local-agent/test/support/counting-hub.js";
import { createTestTopic } from "../../local-agent/test/support/pubsub-emulator.js";

const DEVICES = 100;
const POLLS = 1_000;
const POLL_MS = 100;
/** What a real hub is polled at. */
const REAL_POLL_MS = 5_000;
const CLOCK_TICKS_PER_SECOND = 100;
/** The command line of the agent's own `start` script: docs and systemd unit use the same. */
const FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=96", "--v8-pool-size=1"];

export interface AgentFootprint {
  readonly polls: number;
  readonly maxRssMb: number;
  /** Growth over the second half of the run. */
  readonly rssSlopeMbPerThousandPolls: number;
  /** Share of one core at one poll every five seconds. */
  readonly cpuPercent: number;
}

/** What does the agent cost the small computer that it runs on? Linux only: it reads `/proc`. */
export async function measureAgent(root: string): Promise<AgentFootprint> {
  const built = spawnSync("npm", ["run", "build", "-w", "local-agent"], { cwd: root, stdio: "ignore" });
  if (built.status !== 0) throw new Error("the agent could not be built");
  const { projectId, topic } = await createTestTopic();
  const hub = await startTestHub(countingMeters(DEVICES));
  const { origin, appId, token } = hub;
  const home = await makeAgentHome({
    pubsub: { projectId, topic },
    hubitat: { origin, appId, token, temperatureUnit: "°C", pollIntervalMs: POLL_MS },
    logLevel: "warn",
  });
  const agent = spawn(
    process.execPath,
    [...FLAGS, join(root, "local-agent/dist/main.mjs"), "run", "--config", home.configPath],
    {
      cwd: join(root, "local-agent"),
      env: { ...process.env, MALLOC_ARENA_MAX: "1" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  try {
    const samples: { polls: number; rssMb: number }[] = [];
    const started = { ticks: 0, polls: 0 };
    while (hub.requests.length < POLLS) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (agent.exitCode !== null) throw new Error(`the agent ended with ${agent.exitCode}`);
      if (started.polls === 0 && hub.requests.length > 50)
        Object.assign(started, { ticks: cpuTicks(agent.pid), polls: hub.requests.length });
      samples.push({ polls: hub.requests.length, rssMb: statusKb(agent.pid, "VmRSS") / 1_024 });
    }
    const seconds = (cpuTicks(agent.pid) - started.ticks) / CLOCK_TICKS_PER_SECOND;
    const perPoll = seconds / (hub.requests.length - started.polls);
    return {
      polls: hub.requests.length,
      maxRssMb: statusKb(agent.pid, "VmHWM") / 1_024,
      rssSlopeMbPerThousandPolls: slope(samples.slice(samples.length >> 1)) * 1_000,
      cpuPercent: (perPoll / (REAL_POLL_MS / 1_000)) * 100,
    };
  } finally {
    agent.kill("SIGKILL");
    hub.close();
    await home.remove();
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
