import assert from "node:assert/strict";
import {
  AGENT_OFFLINE_AFTER_MS,
  AgentHealth,
  AgentStream,
  DeviceBoard,
  FIRING_THIN_AFTER_MS,
  FiringLog,
  LATE_AFTER_MS,
  agentHealthRef,
  firingLogRef,
} from "../../src/contracts/index.js";
import type { AgentPayload, Observation } from "../../src/contracts/index.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { thinFiringLogs, watchDevices } from "../../src/devices/watch-devices.js";
import { aFiringDocument } from "../support/emulator.js";
import { anObservation, at } from "../support/uplink-fixtures.js";
import { openUplinkStudio, streamsPath } from "../support/uplink-studio.js";
import type { UplinkStudio } from "../support/uplink-studio.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe("the watch over agents and firings on Firestore", function () {
  this.timeout(60_000);
  let uplink: UplinkStudio;
  let seq: number;

  beforeEach(async () => {
    uplink = await openUplinkStudio();
    seq = 0;
  });
  // Whatever this studio left running would be watched by the next test too: the watch looks at all studios.
  afterEach(() => uplink.studio.close());

  const kiln = { kilnId: "kiln-a", zone: "middle" };
  const kilnProbe = { deviceId: "hubitat:21", name: "Kiln A", kind: "probe", room: null, kiln };
  const sample = (offsetMs: number, value: number): Observation =>
    anObservation({ deviceId: "hubitat:21", value, observedAt: at(offsetMs) });
  async function send(payload: AgentPayload, atMs: number, sentMs = atMs): Promise<boolean> {
    seq += 1;
    uplink.setClock(at(atMs));
    const outcome = await uplink.ingest(uplink.envelope({ seq, sentAt: at(sentMs), payload }));
    assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
    return outcome.answer.isLate;
  }
  const heard = (atMs: number, observations: readonly Observation[], sentMs = atMs): Promise<boolean> =>
    send({ kind: "observations", devices: [kilnProbe], observations: [...observations] }, atMs, sentMs);
  const firing = (change: object = {}) => ({
    ...aFiringDocument("f-1"),
    kilnId: "kiln-a",
    program: "bisque",
    cone: "04",
    status: "firing",
    ...{ startAt: at(-20 * MINUTE_MS), endAt: at(600 * MINUTE_MS) },
    ...change,
  });
  const log = async (firingId = "f-1"): Promise<FiringLog | null> => {
    const stored = await uplink.studio.read(firingLogRef(firingId));
    return stored === undefined ? null : FiringLog.parse(fromFirestore(stored));
  };
  const watch = async (atMs: number) => {
    uplink.setClock(at(atMs));
    await watchDevices(uplink.deps, "watch");
  };
  const health = async (): Promise<AgentHealth> =>
    AgentHealth.parse(fromFirestore((await uplink.studio.read(agentHealthRef(uplink.agentId))) ?? {}));

  it("calls an agent offline eleven minutes after its last report, once, and online at its next", async () => {
    const report: AgentPayload = { kind: "health", connectors: [] };
    await send(report, 0);
    await watch(AGENT_OFFLINE_AFTER_MS - 1);
    assert.equal((await health()).availability, "online");
    await watch(AGENT_OFFLINE_AFTER_MS);
    await watch(AGENT_OFFLINE_AFTER_MS + MINUTE_MS);
    assert.deepEqual([(await health()).availability, (await health()).lastHeardAt], ["offline", at(0)]);
    assert.equal((await uplink.events("agent.went_offline")).length, 1);
    const vitals = {
      ...{ startedAt: at(0), clock: null, gap: null, rules: { count: 0, hasProblem: false } },
      waiting: { observations: 0, proposals: 0, bytes: 0 },
    };
    await send({ kind: "health", connectors: [], vitals }, 2 * HOUR_MS);
    assert.deepEqual([(await health()).availability, (await health()).availableSince], ["online", at(2 * HOUR_MS)]);
  });

  it("does not call an agent back that only sends what it queued before it fell silent", async () => {
    await send({ kind: "health", connectors: [] }, 0);
    await watch(AGENT_OFFLINE_AFTER_MS);
    const vitals = {
      ...{ startedAt: at(0), clock: null, gap: null, rules: { count: 0, hasProblem: false } },
      waiting: { observations: 900, proposals: 0, bytes: 9_000 },
    };
    const isLate = await send({ kind: "health", connectors: [], vitals }, HOUR_MS, HOUR_MS - LATE_AFTER_MS - 1);
    assert.deepEqual([isLate, (await health()).availability], [true, "offline"]);
  });

  it("alarms a firing that falls silent, ends its log with it, and thins it to two minutes after seven days", async () => {
    await uplink.studio.put("firings/f-1", firing());
    const everyHalfMinute = Array.from({ length: 40 }, (_, i) => sample(-20 * MINUTE_MS + i * 30_000, 20 + i / 2));
    await heard(0, everyHalfMinute);
    await watch(6 * MINUTE_MS);
    assert.deepEqual(
      (await log())?.alarms.map(({ code }) => code),
      ["no_reading"],
    );
    assert.equal((await uplink.events("firing.alarmed")).length, 1);
    await uplink.studio.put("firings/f-1", firing({ status: "complete" }));
    await watch(7 * MINUTE_MS);
    assert.deepEqual([(await log())?.status, (await log())?.alarms[0]?.clearedAt], ["ended", at(7 * MINUTE_MS)]);
    const weekLater = 7 * MINUTE_MS + FIRING_THIN_AFTER_MS;
    uplink.setClock(at(weekLater - 1));
    await thinFiringLogs(uplink.deps);
    assert.deepEqual([(await log())?.stepS, (await log())?.zones["middle"]?.length], [30, 40]);
    uplink.setClock(at(weekLater));
    await thinFiringLogs(uplink.deps);
    assert.deepEqual([(await log())?.stepS, (await log())?.zones["middle"]], [120, fourByFour(40, (i) => 20 + i / 2)]);
  });

  it("takes a day of samples in late, to the firing of their time, with no alarm of what is over and nothing live", async () => {
    await uplink.studio.put("firings/f-0", {
      ...firing({ status: "complete", startAt: at(-30 * HOUR_MS) }),
      firingId: "f-0",
    });
    await uplink.studio.put("firings/f-1", firing({ startAt: at(-2 * HOUR_MS) }));
    const day = Array.from({ length: 300 }, (_, i) => sample(-27 * HOUR_MS + i * 5 * MINUTE_MS, i === 3 ? 1_300 : 400));
    assert.equal(await heard(0, day, -HOUR_MS), true);
    const heardOf = async (id: string) => (await log(id))?.zones["middle"]?.filter((value) => value !== null).length;
    // A log holds 24 hours, and this firing began thirty hours ago.
    const within = day.filter(({ observedAt }) => observedAt < at(-6 * HOUR_MS)).length;
    assert.deepEqual([await heardOf("f-0"), await log("f-1")], [within, null]);
    assert.deepEqual((await log("f-0"))?.alarms, []);
    const stored = (await uplink.studio.read(`devices/${uplink.agentId}`)) ?? {};
    const { devices } = DeviceBoard.parse(fromFirestore(stored));
    assert.equal(devices["hubitat:21"]?.readings["temperature"]?.quality, "stale");
  });

  it("writes two documents for a minute of forty devices, and one more while a kiln of theirs fires", async () => {
    const devices = Array.from({ length: 40 }, (_, i) => ({
      deviceId: `hubitat:${i + 100}`,
      name: `d${i}`,
      kind: "sensor",
      room: null,
    }));
    const minute = (value: number, ms: number): Observation[] =>
      devices.map(({ deviceId }) => anObservation({ deviceId, value, observedAt: at(ms) }));
    const written = async (act: () => Promise<unknown>): Promise<string[]> => {
      const before = await snapshot();
      await act();
      const after = await snapshot();
      return [...after]
        .filter(([path, time]) => before.get(path) !== time)
        .map(([path]) => path.split("/")[2] ?? "")
        .sort();
    };
    await send({ kind: "observations", devices, observations: minute(20, 0) }, 0);
    const plain = await written(() =>
      send({ kind: "observations", devices, observations: minute(21, MINUTE_MS) }, MINUTE_MS),
    );
    assert.deepEqual(plain, ["agents", "devices"]);
    await uplink.studio.put("firings/f-1", firing());
    const fired = await written(() =>
      send(
        {
          kind: "observations",
          devices: [...devices, kilnProbe],
          observations: [...minute(22, 2 * MINUTE_MS), sample(90_000, 300), sample(2 * MINUTE_MS, 301)],
        },
        2 * MINUTE_MS,
      ),
    );
    assert.deepEqual(fired, ["agents", "devices", "firingLogs"]);
    const stored = (
      await uplink.studio.firestore.doc(`${streamsPath(uplink.studio.tenantId, uplink.agentId)}/boot-1`).get()
    ).data();
    assert.equal(AgentStream.parse(fromFirestore(stored ?? {})).acceptedObservations, 122);
  });

  /** Every stored document of this studio that telemetry may touch, with the time of its last write. */
  async function snapshot(): Promise<Map<string, string>> {
    const { firestore, tenantId } = uplink.studio;
    const root = `tenants/${tenantId}`;
    const places = [
      "devices",
      "observations",
      "connectorHealth",
      "firingLogs",
      "deadLetters",
      "auditEvents",
      "outbox",
      "proposals",
    ];
    const found = await Promise.all(
      [...places.map((name) => `${root}/${name}`), streamsPath(tenantId, uplink.agentId)].map((path) =>
        firestore.collection(path).get(),
      ),
    );
    return new Map(
      found.flatMap(({ docs }) =>
        docs.map((it) => [it.ref.path, `${it.updateTime.seconds}.${it.updateTime.nanoseconds}`]),
      ),
    );
  }
});

/** Of each four samples the mean, to a tenth. */
const fourByFour = (many: number, value: (index: number) => number): number[] =>
  Array.from({ length: many / 4 }, (_, step) => {
    const four = [0, 1, 2, 3].map((i) => value(step * 4 + i));
    return Math.round((four.reduce((a, b) => a + b, 0) / 4) * 10) / 10;
  });
