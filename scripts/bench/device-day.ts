import { gzipSync } from "node:zlib";
import { AgentStream, agentRef, firingLogRef, inTenant, tenantPath } from "../../functions/src/contracts/index.js";
import { toDocument } from "../../functions/src/commit/document-change.js";
import { ingestEnvelope } from "../../functions/src/devices/ingest-envelope.js";
import { parsePushBody } from "../../functions/src/devices/push-message.js";
import { aFiring } from "../../functions/test/support/builders.js";
import { testDeps } from "../../functions/test/support/fake-means.js";
import { aKey, anAgent } from "../../functions/test/support/uplink-fixtures.js";
import type { Reading } from "../../local-agent/src/connector.js";
import { isReportDue, toHealthReport } from "../../local-agent/src/health-report.js";
import { createIngest } from "../../local-agent/src/ingest.js";
import { createLogger } from "../../local-agent/src/logger.js";
import { createMemoryOutbox } from "../../local-agent/src/outbox/memory-outbox.js";
import type { HealthReport } from "../../local-agent/src/outbox/outbox.js";
import { createPace } from "../../local-agent/src/uplink/pace.js";
import { signEnvelope } from "../../local-agent/src/uplink/sign-envelope.js";

const START = Date.parse("2026-11-21T00:00:00.000Z");
const STEP_MS = 15_000;
const DAY_MS = 86_400_000;
/** The kiln fires for eight hours from 08:00 on. */
const FIRING = { fromMs: 8 * 3_600_000, toMs: 16 * 3_600_000, kilnId: "kiln-a", deviceId: "hub:0" };
const identity = { tenantId: "mudworks", agentId: "agent-1" };

export interface DeviceDay {
  readonly devices: number;
  readonly observations: number;
  readonly messages: number;
  readonly plainBytes: number;
  readonly sentBytes: number;
  readonly reads: number;
  readonly writes: number;
}

/**
 * What does a day of a studio cost the cloud? Forty devices of a kiln room, polled every 15 s, one kiln firing for eight
 * hours, doors and leaks now and then: through the agent's own pipeline, pace and signature into the cloud's own ingest, on
 * a store in memory that counts documents.
 */
export async function measureDeviceDay(devices = 40): Promise<DeviceDay> {
  const world = { nowMs: START, reads: 0, writes: 0 };
  const signer = aKey();
  const key = {
    privateKey: signer.privateKey,
    publicKeyBase64: signer.key.publicKey,
    keyId: signer.key.keyId,
  };
  const agent = {
    ...anAgent([signer]),
    ...identity,
    keys: [{ ...signer.key, notBefore: new Date(START).toISOString() }],
  };
  const firing = { ...aFiring(), firingId: "f-1", kilnId: FIRING.kilnId, status: "firing" as const };
  const startAt = new Date(START + FIRING.fromMs).toISOString();
  const seed = {
    [tenantPath(identity.tenantId)]: { tenantId: identity.tenantId },
    [inTenant(identity.tenantId, agentRef(identity.agentId))]: agent,
    [inTenant(identity.tenantId, "firings/f-1")]: toDocument({
      ...firing,
      startAt,
      endAt: new Date(START + FIRING.toMs).toISOString(),
    }),
  };
  const base = testDeps(seed);
  const transactor = {
    transact: <T>(body: Parameters<typeof base.transactor.transact<T>>[0]): Promise<T> =>
      base.transactor.transact<T>(async (reads) => {
        const commit = await body({
          ...reads,
          get: async (paths) => {
            world.reads += paths.length;
            return reads.get(paths);
          },
          query: async (query) => {
            const found = await reads.query(query);
            world.reads += Math.max(1, found.length);
            return found;
          },
        });
        world.writes += commit.changes.length + commit.events.flatMap((event) => event.changes).length;
        return commit;
      }),
  };
  const deps = { ...base, transactor, submitAgentProposal: () => Promise.reject(new Error("no proposal")) };
  const outbox = createMemoryOutbox("boot-1");
  const logger = createLogger({ minLevel: "error", write: () => undefined, nowMs: () => world.nowMs, secrets: [] });
  const ingest = await createIngest({
    outbox,
    rules: [],
    observe: { policy: {}, isSimulated: false, isInKiln: (id) => id === FIRING.deviceId },
    kilnOf: (id) => (id === FIRING.deviceId ? { kilnId: FIRING.kilnId, zone: "middle" } : undefined),
    nowMs: () => world.nowMs,
    steadyMs: () => world.nowMs,
    logger,
    onQueued: () => undefined,
  });
  const pace = createPace();
  const own = {
    startedAt: new Date(START).toISOString(),
    clock: null,
    rules: { count: 4, loadedAt: "", problem: null },
  };
  let last: HealthReport | null = null;
  const day = { devices, observations: 0, messages: 0, plainBytes: 0, sentBytes: 0 };
  for (; world.nowMs < START + DAY_MS; world.nowMs += STEP_MS) {
    const at = new Date(world.nowMs).toISOString();
    base.clock.set(at);
    const named = [{ deviceId: FIRING.deviceId, name: "Kiln A", kind: "thermocouple", room: "Kiln room" }];
    await ingest.take(readingsAt(world.nowMs - START, devices, at), named);
    const health = { state: "healthy" as const, lastSuccessAt: at, lastError: null, consecutiveFailures: 0 };
    const report = toHealthReport([{ id: "hubitat", health }], outbox.counts(), own, last, world.nowMs);
    if (isReportDue(last, report)) {
      await outbox.reportHealth(report);
      last = report;
    }
    while (pace.dueInMs(outbox.counts(), world.nowMs) === 0) {
      const sealed = await outbox.nextSealed((draft) => signEnvelope(draft, identity, key));
      if (sealed === null) break;
      const plain = Buffer.from(sealed.text);
      const sent = plain.length < 1_000 ? plain : gzipSync(plain);
      const push = parsePushBody({ message: { data: sent.toString("base64"), messageId: String(sealed.seq) } });
      const outcome = push === null ? null : await ingestEnvelope(deps, push);
      if (outcome?.kind !== "accepted") throw new Error(`envelope ${sealed.seq}: ${JSON.stringify(outcome)}`);
      await outbox.acknowledge(sealed.seq);
      pace.sent(outbox.counts(), world.nowMs);
      day.messages += 1;
      day.plainBytes += plain.length;
      day.sentBytes += sent.length;
    }
  }
  const log = base.transactor.dump()[inTenant(identity.tenantId, firingLogRef("f-1"))];
  if (log === undefined) throw new Error("the firing was not logged");
  const streams = Object.values(base.transactor.dump()).flatMap((data) => AgentStream.safeParse(data).data ?? []);
  day.observations = streams.reduce((sum, { acceptedObservations }) => sum + acceptedObservations, 0);
  return { ...day, reads: world.reads, writes: world.writes };
}

/** Temperatures wander, power follows, doors open twice an hour, the rest stays as it is. */
function readingsAt(ms: number, devices: number, at: string): Reading[] {
  const hours = ms / 3_600_000;
  return Array.from({ length: devices }, (_, device): Reading[] => {
    const deviceId = `hub:${device}`;
    const said = (attribute: string, value: Reading["value"], unit: string | null): Reading => ({
      ...{ deviceId, attribute, value, unit, observedAt: at },
      source: "poll",
      quality: "live",
    });
    if (deviceId === FIRING.deviceId) return [said("temperature", kilnC(ms), "°C")];
    if (device % 4 === 1) return [said("contact", Math.floor(hours * 2 + device) % 8 === 0 ? "open" : "closed", null)];
    if (device % 4 === 2) return [said("water", "dry", null), said("battery", 90, "%")];
    if (device % 4 === 3) return [said("power", Math.round(40 + 30 * Math.sin(hours * 3 + device)), "W")];
    const tempC = 21 + 2 * Math.sin(hours / 3 + device) + 0.1 * Math.sin(ms / 61_000 + device);
    return [
      said("temperature", Math.round(tempC * 10) / 10, "°C"),
      said("humidity", Math.round(45 + 5 * Math.sin(hours / 5 + device)), "%"),
    ];
  }).flat();
}

function kilnC(ms: number): number {
  if (ms < FIRING.fromMs) return 25;
  const hot = Math.min(1, (ms - FIRING.fromMs) / (FIRING.toMs - FIRING.fromMs));
  const cooled = Math.max(0, (ms - FIRING.toMs) / (16 * 3_600_000));
  return Math.round((25 + 1_040 * hot) * (1 - cooled));
}
