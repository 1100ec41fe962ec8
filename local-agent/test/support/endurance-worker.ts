import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAgent } from "../../src/agent.js";
import type { Connector } from "../../src/connector.js";
import { createHubitatConnector, HubitatConfig } from "../../src/hubitat/index.js";
import { createLogger } from "../../src/logger.js";
import { openLevelOutbox } from "../../src/outbox/level-outbox.js";
import { createRoborockConnector } from "../../src/roborock/index.js";
import type { RoborockOptionsInput } from "../../src/roborock/index.js";
import { systemRuntime } from "../../src/roborock/runtime.js";
import { sleep } from "../../src/sleep.js";
import { createKeyFile } from "../../src/uplink/agent-key.js";
import { PublishError } from "../../src/uplink/publisher.js";

/** What the parent asks for, in its first message. */
export interface EnduranceOrder {
  readonly polls: number;
  readonly hubitat: unknown;
  readonly roborock: RoborockOptionsInput;
}

/** What the worker tells, message by message. Bytes after a full collection. */
export type EnduranceNews =
  | { readonly kind: "sample"; readonly polls: number; readonly rssBytes: number; readonly heapBytes: number }
  | {
      readonly kind: "ended";
      readonly defects: readonly string[];
      /** Polls by connector and outcome. */
      readonly outcomes: Readonly<Record<string, number>>;
      /** Kinds of what is still open, less what was open before. */
      readonly leftOpen: readonly string[];
      readonly isDrained: boolean;
    };

/** A day of waiting passes in seven minutes. The agent's own bound on a poll, 60 s, stays above the clients' time-outs. */
const SPEED = 200;
/** What is shorter than this is a time-out of a live connection and stays as it is. */
const LONG_WAIT_MS = 1_000;
const SAMPLES = 40;

const tell = (news: EnduranceNews): void => void process.send?.(news);

process.once("message", (order: EnduranceOrder) => {
  run(order).then(
    () => process.disconnect(),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});

async function run(order: EnduranceOrder): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const defects: string[] = [];
  process.on("unhandledRejection", (reason) => defects.push(String(reason)));
  const openBefore = process.getActiveResourcesInfo();
  const folder = await mkdtemp(join(tmpdir(), "studio-polls-"));
  const startedAt = performance.now();
  const epoch = Date.now();
  const nowMs = (): number => epoch + Math.round((performance.now() - startedAt) * SPEED);
  const outcomes: Record<string, number> = {};
  let done = 0;
  const note = (connector: Connector, outcome: string): void => {
    const key = `${connector.id} ${outcome}`;
    outcomes[key] = (outcomes[key] ?? 0) + 1;
    done += 1;
  };
  let publishes = 0;
  const agent = await createAgent({
    tenantId: "mudworks",
    agentId: "agent-1",
    key: createKeyFile(join(folder, "agent.pem")),
    connectors: connectorsOf(order, nowMs).map((connector) => ({
      connector: counted(connector, note),
      pollIntervalMs: 5_000,
    })),
    rules: [],
    policy: {},
    isSimulated: false,
    outbox: await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs }),
    publisher: {
      publish: () =>
        (publishes += 1) % 7 === 0 ? Promise.reject(new PublishError("UNREACHABLE", "down")) : Promise.resolve(),
      close: () => undefined,
    },
    logger: createLogger({ minLevel: "error", write: () => undefined, nowMs, secrets: [] }),
    nowMs,
    sleep: (ms, signal) => sleep(ms / SPEED, signal),
  });
  agent.start();
  const forever = new AbortController().signal;
  for (let next = 0; done < order.polls;) {
    await sleep(10, forever);
    if (done < next) continue;
    next += order.polls / SAMPLES;
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    tell({ kind: "sample", polls: done, rssBytes: rss, heapBytes: heapUsed });
  }
  const isDrained = await agent.stop(10_000);
  await rm(folder, { recursive: true, force: true });
  await sleep(500, forever);
  tell({
    kind: "ended",
    defects,
    outcomes,
    isDrained,
    leftOpen: without(process.getActiveResourcesInfo(), openBefore),
  });
}

/** Both clients as the agent runs them, with waits cut short so that weeks fit into minutes. */
function connectorsOf({ hubitat, roborock }: EnduranceOrder, nowMs: () => number): Connector[] {
  const quick = {
    ...{ coalesceMs: 5, resyncGapMs: 20 },
    details: { gapMs: 1, sameGapMs: 5, restMs: 5, learnAgainMs: 86_400_000 },
    socket: {
      ...{ handshakeMs: 200, pingEveryMs: 50, pongWithinMs: 100 },
      ...{ retryFirstMs: 5, retryLongestMs: 20, provenAfterMs: 10_000 },
    },
  };
  const runtime = {
    ...systemRuntime,
    nowMs,
    after: (ms: number, then: () => void) => systemRuntime.after(ms >= LONG_WAIT_MS ? ms / SPEED : ms, then),
  };
  return [
    createHubitatConnector(HubitatConfig.parse(hubitat), { nowMs, chance: Math.random, tuning: quick }),
    createRoborockConnector(roborock, {
      ...{ timeoutMs: 150, minGapMs: 0, busyRetryMs: 5, runtime },
      cadence: { statusIdleMs: 0, statusActiveMs: 0 },
    }),
  ];
}

function counted(connector: Connector, note: (connector: Connector, outcome: string) => void): Connector {
  return {
    ...connector,
    readStatus: async () => {
      try {
        const snapshot = await connector.readStatus();
        note(connector, "ok");
        return snapshot;
      } catch (error) {
        note(connector, error instanceof Error && "code" in error ? String(error.code) : "DEFECT");
        throw error;
      }
    },
  };
}

function without(now: readonly string[], before: readonly string[]): string[] {
  const rest = [...before];
  return now.filter((kind) => {
    const at = rest.indexOf(kind);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
