import type { KilnBinding } from "@studio-os/functions/contracts";
import type { Connector, Reading } from "./connector.js";
import { isReportDue, toHealthReport } from "./health-report.js";
import { createIngest } from "./ingest.js";
import type { Ingest } from "./ingest.js";
import type { Logger } from "./logger.js";
import type { ReportPolicy } from "./observe/report-policy.js";
import type { HealthReport, Outbox } from "./outbox/outbox.js";
import { pollOnce, runPollLoop, startConnector } from "./poll-loop.js";
import type { PollDeps } from "./poll-loop.js";
import type { Rule } from "./rules/rule.js";
import { createRulesWatch } from "./rules/watch-rules.js";
import type { RulesFile } from "./rules/watch-rules.js";
import { sleep as sleepFor } from "./sleep.js";
import { createHourlyCount } from "./status/hourly-count.js";
import type { AgentStatus } from "./status/agent-status.js";
import type { AgentSigningKey } from "./uplink/agent-key.js";
import type { SkewMeter } from "./uplink/clock-skew.js";
import type { Publisher } from "./uplink/publisher.js";
import { signEnvelope } from "./uplink/sign-envelope.js";
import { DRAIN_MS, createUplink } from "./uplink/uplink.js";

/** How often time alone is looked at: staleness, durations of rules, health. Milliseconds. */
const TICK_MS = 1_000;
/** How often the rules file is looked at. Milliseconds. */
const RULES_LOOK_MS = 5_000;
/** Pushed readings are taken together this often. Milliseconds. */
const PUSH_FLUSH_MS = 200;
/** Pushed readings that wait; one more makes the oldest go, and the next poll tells the truth again. */
const MAX_PUSHED = 5_000;

export interface AgentDeps {
  readonly tenantId: string;
  readonly agentId: string;
  readonly key: AgentSigningKey;
  readonly connectors: readonly { readonly connector: Connector; readonly pollIntervalMs: number }[];
  readonly rules: readonly Rule[];
  readonly policy: ReportPolicy;
  readonly isSimulated: boolean;
  /** The kilns' sensors, by device id. */
  readonly kilnSensors?: Readonly<Record<string, KilnBinding>>;
  /** How long a routine envelope waits for more to carry. Milliseconds. */
  readonly routineEveryMs?: number;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly logger: Logger;
  /** The file that the rules come from, looked at again and again; null: they do not change. */
  readonly rulesFile?: RulesFile | null;
  /** What the cloud's answers say of this machine's clock. */
  readonly skew?: SkewMeter;
  readonly nowMs?: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly steadyMs?: () => number;
  /** In [0, 1): jitters polls and back-off. */
  readonly chance?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Agent {
  /** Polls, listens and publishes until `stop`. */
  start(): void;
  /** Polls each connector once and sends what came. `isComplete`: all were read and nothing is left to send. */
  runOnce(): Promise<{ readonly isComplete: boolean }>;
  /** Stops reading, sends what waits for at most `drainMs`, and closes everything. True: nothing is left to send. */
  stop(drainMs?: number): Promise<boolean>;
  /** Looks at the rules file at once, and not only at the next look. */
  reloadRules(): Promise<void>;
  /** Signs with this key from the next envelope on. */
  useKey(key: AgentSigningKey): void;
  status(): AgentStatus;
}

/**
 * The local agent: reads devices, keeps what changed in its outbox, and publishes it signed. It listens on no port and
 * its connectors have no word for an action. Start it once; stop it once.
 */
export async function createAgent(deps: AgentDeps): Promise<Agent> {
  const { outbox, logger } = deps;
  const nowMs = deps.nowMs ?? Date.now;
  const chance = deps.chance ?? Math.random;
  const sleep = deps.sleep ?? sleepFor;
  const identity = { tenantId: deps.tenantId, agentId: deps.agentId };
  const { kilnSensors = {} } = deps;
  const pollMsById = new Map(deps.connectors.map(({ connector, pollIntervalMs }) => [connector.id, pollIntervalMs]));
  let { key } = deps;
  const uplink = createUplink({
    outbox,
    publisher: deps.publisher,
    seal: (draft) => signEnvelope(draft, identity, key),
    identity,
    logger: logger.for("uplink"),
    nowMs,
    chance,
    sleep,
    ...(deps.routineEveryMs !== undefined && { routineEveryMs: deps.routineEveryMs }),
  });
  const ingest: Ingest = await createIngest({
    outbox,
    rules: deps.rules,
    observe: {
      policy: deps.policy,
      isSimulated: deps.isSimulated,
      isInKiln: (deviceId) => Object.hasOwn(kilnSensors, deviceId),
      pollMsOf: (deviceId) => pollMsById.get(deviceId.split(":")[0] ?? ""),
    },
    kilnOf: (deviceId) => (Object.hasOwn(kilnSensors, deviceId) ? kilnSensors[deviceId] : undefined),
    nowMs,
    // A test that makes its own time has no other clock to hold it against.
    steadyMs: deps.steadyMs ?? (deps.nowMs === undefined ? () => performance.now() : nowMs),
    logger: logger.for("ingest"),
    onQueued: () => uplink.wake(),
  });
  const startedAt = new Date(nowMs()).toISOString();
  const rulesWatch = createRulesWatch({
    file: deps.rulesFile ?? null,
    rules: deps.rules,
    loadedAt: startedAt,
    nowMs,
    logger: logger.for("rules"),
    apply: (rules) => ingest.replaceRules(rules),
  });
  const stopping = new AbortController();
  const reads = deps.connectors.map(() => createHourlyCount());
  const polls = deps.connectors.map(({ connector, pollIntervalMs }, index): PollDeps => ({
    connector,
    intervalMs: pollIntervalMs,
    onSnapshot: ({ readings, devices }) => ingest.take(readings, devices),
    onPolled: (isOk) => reads[index]?.note(isOk, nowMs()),
    logger: logger.for(connector.id),
    chance,
    sleep,
  }));
  let pushed: Reading[] = [];
  let lastReport: HealthReport | null = null;
  let loops: Promise<unknown> = Promise.resolve();
  let unsubscribe: (() => void)[] = [];
  let lastTickAtMs: number | null = null;

  function listen(): void {
    unsubscribe = deps.connectors.flatMap(
      ({ connector }) => connector.onReading?.((reading) => keepPushed(reading)) ?? [],
    );
  }

  function keepPushed(reading: Reading): void {
    if (pushed.length >= MAX_PUSHED) pushed.shift();
    pushed.push(reading);
  }

  async function flushPushed(): Promise<void> {
    if (pushed.length === 0) return;
    const taken = pushed;
    pushed = [];
    await ingest.take(taken);
  }

  async function reportHealth(): Promise<void> {
    const entries = deps.connectors.map(({ connector }) => ({ id: connector.id, health: connector.health() }));
    const vitals = { startedAt, clock: deps.skew?.read() ?? null, rules: rulesWatch.status() };
    const report = toHealthReport(entries, outbox.counts(), vitals, lastReport, nowMs());
    if (!isReportDue(lastReport, report)) return;
    await outbox.reportHealth(report);
    lastReport = report;
    uplink.wake();
  }

  /** Repeats some work. What fails is logged and tried again: a full disk must not end the agent. */
  async function every(ms: number, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => logger.error("housekeeping_failed", { error }));
      await sleep(ms, stopping.signal);
    }
  }

  return {
    start: () => {
      logger.info("agent_started", {
        ...identity,
        keyId: key.keyId,
        bootId: outbox.bootId,
        waiting: outbox.counts(),
      });
      uplink.start();
      listen();
      loops = Promise.all([
        ...polls.map((poll) => runPollLoop(poll, stopping.signal)),
        every(PUSH_FLUSH_MS, flushPushed),
        every(TICK_MS, async () => {
          await ingest.take([]);
          await reportHealth();
          lastTickAtMs = nowMs();
        }),
        every(RULES_LOOK_MS, () => rulesWatch.look()),
      ]);
    },
    runOnce: async () => {
      listen();
      const taken = await Promise.all(
        polls.map(async (poll) => {
          await startConnector(poll, stopping.signal);
          return pollOnce(poll, stopping.signal);
        }),
      );
      await flushPushed();
      await reportHealth();
      uplink.start();
      return { isComplete: taken.every(Boolean) };
    },
    stop: async (drainMs = DRAIN_MS) => {
      stopping.abort();
      for (const end of unsubscribe) end();
      await loops;
      await Promise.allSettled(deps.connectors.map(({ connector }) => connector.stop()));
      await flushPushed().catch((error: unknown) => logger.error("housekeeping_failed", { error }));
      const isDrained = await uplink.stop(drainMs);
      const waiting = outbox.counts();
      await outbox.close();
      logger.info("agent_stopped", { isDrained, waiting });
      return isDrained;
    },
    reloadRules: () => rulesWatch.look(),
    useKey: (next) => {
      if (next.keyId !== key.keyId) logger.info("key_changed", { keyId: next.keyId });
      key = next;
    },
    status: () => ({
      ...identity,
      keyId: key.keyId,
      bootId: outbox.bootId,
      startedAt,
      now: new Date(nowMs()).toISOString(),
      isStopping: stopping.signal.aborted,
      lastTickAt: lastTickAtMs === null ? null : new Date(lastTickAtMs).toISOString(),
      connectors: deps.connectors.map(({ connector }, index) => ({
        ...connector.health(),
        id: connector.id,
        readsInLastHour: reads[index]?.read(nowMs()) ?? { ok: 0, failed: 0 },
      })),
      outbox: outbox.counts(),
      uplink: uplink.status(),
      clock: deps.skew?.read() ?? null,
      rules: rulesWatch.status(),
    }),
  };
}
