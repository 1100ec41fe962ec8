import assert from "node:assert/strict";
import { eventsOf } from "../../test/support/audit-trail.js";
import { aFiring } from "../../test/support/builders.js";
import { testDeps } from "../../test/support/fake-means.js";
import type { TestDeps } from "../../test/support/fake-means.js";
import {
  AGENT_ID,
  NOW,
  aDelivery,
  aKey,
  anAgent,
  anEnvelope,
  anObservation,
  at,
  toBytes,
} from "../../test/support/uplink-fixtures.js";
import { toDocument } from "../commit/document-change.js";
import {
  AGENT_OFFLINE_AFTER_MS,
  AgentHealth,
  FIRING_THIN_AFTER_MS,
  FiringLog,
  MAX_CLOCK_SKEW_MS,
  agentHealthRef,
  agentRef,
  firingLogRef,
  inTenant,
  tenantPath,
} from "../contracts/index.js";
import type { AgentPayload, Observation } from "../contracts/index.js";
import { ingestEnvelope } from "./ingest-envelope.js";
import { thinFiringLogs, watchDevices } from "./watch-devices.js";

const MINUTE_MS = 60_000;
const signer = aKey();
const TENANT = anAgent([signer]).tenantId;
const in_ = (ref: string): string => inTenant(TENANT, ref);

describe("devices/log-firing and watch-devices", () => {
  let deps: TestDeps;
  let seq: number;
  beforeEach(() => {
    seq = 0;
    deps = testDeps({
      [tenantPath(TENANT)]: { tenantId: TENANT },
      [in_(agentRef(AGENT_ID))]: toDocument(anAgent([signer])),
      [in_("firings/f-1")]: toDocument(firing("firing")),
    });
    deps.clock.set(NOW);
  });

  const firing = (status: string) => ({
    ...aFiring(),
    firingId: "f-1",
    kilnId: "kiln-a",
    program: "bisque",
    cone: "04",
    status,
    startAt: at(-20 * MINUTE_MS),
    endAt: at(600 * MINUTE_MS),
  });
  const log = (): FiringLog | null =>
    FiringLog.safeParse(deps.transactor.dump()[in_(firingLogRef("f-1"))]).data ?? null;
  const alarms = (): unknown[] =>
    eventsOf(deps.transactor.dump(), TENANT).flatMap(({ type, data }) =>
      type === "firing.alarmed" ? [data["code"]] : [],
    );
  const sample = (offsetMs: number, value: number, change: Partial<Observation> = {}): Observation =>
    anObservation({ deviceId: "hubitat:21", value, observedAt: at(offsetMs), ...change });
  const kiln = { kilnId: "kiln-a", zone: "middle" };

  async function ingest(payload: AgentPayload, atMs = 0): Promise<void> {
    seq += 1;
    deps.clock.set(at(atMs));
    const envelope = anEnvelope(signer, { seq, sentAt: at(atMs - 1_000), payload });
    const uplink = { ...deps, submitAgentProposal: () => Promise.reject(new Error("no proposal")) };
    const outcome = await ingestEnvelope(uplink, aDelivery(toBytes(envelope)));
    assert.equal(outcome.kind, "accepted", JSON.stringify(outcome));
  }
  const heard = (atMs: number, ...observations: readonly Observation[]): Promise<void> => {
    const devices = [{ deviceId: "hubitat:21", name: "Kiln A", kind: "probe", room: null, kiln }];
    return ingest({ kind: "observations", devices, observations: [...observations] }, atMs);
  };
  const watch = (atMs: number): Promise<Record<string, number>> => {
    deps.clock.set(at(atMs));
    return watchDevices(deps, "job-1");
  };

  it("logs the temperatures of a kiln that is fired beside its program's curve, and of nothing else", async () => {
    await heard(0, sample(-30_000, 100), sample(0, 101), sample(0, 40, { attribute: "humidity", unit: "%" }));
    assert.deepEqual(log()?.zones["middle"]?.slice(-2), [100, 101]);
    assert.ok((log()?.expected.length ?? 0) > 3);
    await ingest({ kind: "observations", devices: [], observations: [sample(30_000, 500)] }, 30_000);
    await heard(60_000, sample(60_000, 215, { unit: "°F" }), sample(60_001, 99, { quality: "unknown" }));
    assert.equal(log()?.lastSampleAt, NOW);
  });

  it("does not log a kiln whose next firing is only booked", async () => {
    deps = testDeps({ ...deps.transactor.dump(), [in_("firings/f-1")]: toDocument(firing("armed")) });
    await heard(0, sample(0, 100));
    assert.equal(log(), null);
  });

  it("gives samples that come late to the firing that was under way then, and alarms nobody of one that is over", async () => {
    const before = { ...firing("complete"), firingId: "f-0", startAt: at(-900 * MINUTE_MS) };
    const putOff = { ...firing("armed"), firingId: "f-9", startAt: at(-5 * MINUTE_MS) };
    deps = testDeps({
      ...deps.transactor.dump(),
      [in_("firings/f-0")]: toDocument(before),
      [in_("firings/f-9")]: toDocument(putOff),
    });
    await heard(0, sample(-30 * MINUTE_MS, 1_190), sample(-20 * MINUTE_MS - 1, 900), sample(-MINUTE_MS, 40));
    const stored = (id: string) => FiringLog.parse(deps.transactor.dump()[in_(firingLogRef(id))]);
    const heardOf = (id: string) => stored(id).zones["middle"]?.filter((value) => value !== null);
    assert.deepEqual([heardOf("f-0"), heardOf("f-1")], [[1_190, 900], [40]]);
    assert.deepEqual([stored("f-0").alarms, alarms()], [[], []]);
  });

  it("takes a sample from a clock that runs ahead as of now, and leaves out one that lies further ahead", async () => {
    await heard(0, sample(MINUTE_MS, 100), sample(MAX_CLOCK_SKEW_MS + 1, 900));
    assert.deepEqual([log()?.lastSampleAt, log()?.zones["middle"]?.at(-1)], [NOW, 100]);
  });

  it("raises an alarm on record in the commit of the sample that shows it", async () => {
    await heard(0, sample(0, 1_100));
    assert.deepEqual([alarms(), log()?.alarms[0]?.code], [["over_target"], "over_target"]);
    await heard(MINUTE_MS, sample(MINUTE_MS, 1_000));
    assert.equal(log()?.alarms[0]?.clearedAt, at(MINUTE_MS));
  });

  it("raises one alarm for a firing that falls silent, ends its log with it, and thins the log a week later", async () => {
    await heard(0, sample(0, 500));
    assert.equal((await watch(5 * MINUTE_MS))["alarmsRaised"], 0);
    assert.equal((await watch(5 * MINUTE_MS + 1))["alarmsRaised"], 1);
    assert.equal((await watch(9 * MINUTE_MS))["alarmsRaised"], 0);
    assert.deepEqual(alarms(), ["no_reading"]);
    deps = testDeps(
      { ...deps.transactor.dump(), [in_("firings/f-1")]: toDocument(firing("complete")) },
      { drawnBefore: 99 },
    );
    assert.equal((await watch(10 * MINUTE_MS))["logsEnded"], 1);
    assert.deepEqual([log()?.status, log()?.alarms[0]?.clearedAt], ["ended", at(10 * MINUTE_MS)]);
    assert.equal((await watch(11 * MINUTE_MS))["logsEnded"], 0);
    deps.clock.set(at(10 * MINUTE_MS + FIRING_THIN_AFTER_MS - 1));
    assert.equal((await thinFiringLogs(deps))["thinned"], 0);
    deps.clock.set(at(10 * MINUTE_MS + FIRING_THIN_AFTER_MS));
    assert.equal((await thinFiringLogs(deps))["thinned"], 1);
    assert.equal(log()?.stepS, 120);
  });

  it("takes readings whatever somebody wrote into the record of the firing", async () => {
    deps.transactor.put(in_("firings/f-1"), { ...toDocument(firing("firing")), program: 7 });
    await heard(0, sample(0, 100));
    assert.equal(log(), null);
  });

  it("watches every firing of every studio, however many there are, and past one that cannot be read", async () => {
    await heard(0, sample(0, 500));
    for (let n = 0; n < 60; n += 1)
      deps.transactor.put(
        inTenant("a-studio", `firings/a-${n}`),
        toDocument({ ...firing("firing"), firingId: `a-${n}` }),
      );
    deps.transactor.put(inTenant("a-studio", "firings/a-7"), { status: "firing" });
    const { alarmsRaised, failed } = await watch(6 * MINUTE_MS);
    assert.deepEqual([alarmsRaised, failed], [1, 1]);
    assert.deepEqual(alarms(), ["no_reading"]);
  });

  it("has an alarm for a firing of which nothing was ever heard, where the kiln has a sensor, and none where it has none", async () => {
    assert.equal((await watch(0))["alarmsRaised"], 0);
    const earlier = { ...FiringLog.parse({ ...emptyLog(), firingId: "f-0" }), lastSampleAt: at(-9e8), status: "ended" };
    deps = testDeps({ ...deps.transactor.dump(), [in_(firingLogRef("f-0"))]: toDocument(earlier) });
    assert.equal((await watch(0))["alarmsRaised"], 1);
    assert.equal(log()?.alarms[0]?.code, "no_reading");
  });

  it("says once that an agent went offline, eleven minutes after its last report, and not while it reports", async () => {
    const report = { kind: "health", connectors: [] } as const;
    await ingest({ ...report, connectors: [] }, 0);
    const health = (): AgentHealth => AgentHealth.parse(deps.transactor.dump()[in_(agentHealthRef(AGENT_ID))]);
    assert.equal((await watch(AGENT_OFFLINE_AFTER_MS - 1))["agentsOffline"], 0);
    assert.equal((await watch(AGENT_OFFLINE_AFTER_MS))["agentsOffline"], 1);
    assert.equal((await watch(AGENT_OFFLINE_AFTER_MS + MINUTE_MS))["agentsOffline"], 0);
    assert.deepEqual([health().availability, health().availableSince], ["offline", at(AGENT_OFFLINE_AFTER_MS)]);
    const offline = eventsOf(deps.transactor.dump(), TENANT).filter(({ type }) => type === "agent.went_offline");
    assert.deepEqual(
      offline.map(({ data }) => data["lastHeardAt"]),
      [NOW],
    );
  });

  it("leaves no studio out, however many come before it", async () => {
    const studios = Array.from({ length: 120 }, (_, index) => `s-${String(index).padStart(3, "0")}`);
    const health = { agentId: "a", connectors: [], vitals: null, vitalsAt: null, gaps: [], availability: "online" };
    const since = { availableSince: at(-9e8), lastHeardAt: at(-9e8) };
    const ended = { ...FiringLog.parse(emptyLog()), status: "ended" as const, endedAt: at(-FIRING_THIN_AFTER_MS) };
    const running = { ...FiringLog.parse(emptyLog()), firingId: "f-1", lastSampleAt: at(-6 * MINUTE_MS) };
    deps = testDeps(
      Object.fromEntries(
        studios.flatMap((tenantId) => [
          [inTenant(tenantId, agentHealthRef("a")), toDocument({ ...health, ...since })],
          [inTenant(tenantId, "firings/f-1"), toDocument(firing("firing"))],
          [inTenant(tenantId, firingLogRef("f-1")), toDocument(running)],
          [inTenant(tenantId, firingLogRef("f-0")), toDocument(ended)],
        ]),
      ),
    );
    assert.deepEqual(await watch(0), { agentsOffline: 120, alarmsRaised: 120, logsEnded: 0, failed: 0 });
    assert.deepEqual(await thinFiringLogs(deps), { thinned: 120 });
  });

  const emptyLog = (): object => ({
    ...{ firingId: "f-0", kilnId: "kiln-a", kilnName: "A", title: "Earlier", program: "bisque", cone: "04" },
    ...{ startAt: at(-9e8), stepS: 30, expected: [], zones: {}, lastSampleAt: null, alarms: [], status: "running" },
    ...{ endedAt: null, updatedAt: at(-9e8) },
  });
});
