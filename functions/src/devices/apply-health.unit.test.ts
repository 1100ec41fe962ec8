import assert from "node:assert/strict";
import { AGENT_ID, NOW, at } from "../../test/support/uplink-fixtures.js";
import { AgentHealth, MAX_GAPS } from "../contracts/index.js";
import type { AgentVitals, ConnectorHealth } from "../contracts/index.js";
import { applyHealth } from "./apply-health.js";

const arrival = { agentId: AGENT_ID, receivedAt: NOW, isLate: false, sentAt: at(-500) };
const report = (state: ConnectorHealth["state"], reportedAt: string) =>
  ({
    connectorId: "hubitat",
    state,
    lastSuccessAt: null,
    lastError: null,
    consecutiveFailures: 0,
    reportedAt,
  }) as const;

const vitals = (change: Partial<AgentVitals> = {}): AgentVitals => ({
  startedAt: at(-3_600_000),
  clock: { skewMs: 120, uncertaintyMs: 40, measuredAt: at(-9_000) },
  waiting: { observations: 3, proposals: 0, bytes: 700 },
  gap: null,
  rules: { count: 4, hasProblem: false },
  ...change,
});
const gap = (minute: number) => ({
  fromAt: at(-minute * 60_000),
  toAt: at(-minute * 60_000 + 1_000),
  observations: 7,
});

describe("devices/apply-health", () => {
  it("stores a report with the agent and the time of receipt, which the agent does not say itself", () => {
    const stored = applyHealth(null, { connectors: [report("healthy", at(-1_000))], vitals: vitals() }, arrival);
    const parsed = AgentHealth.parse(stored);
    assert.deepEqual(parsed.connectors, [{ ...report("healthy", at(-1_000)), agentId: AGENT_ID, receivedAt: NOW }]);
    assert.deepEqual([parsed.availability, parsed.availableSince, parsed.vitalsAt], ["online", NOW, at(-500)]);
  });

  it("lets the newest report win, also within one envelope, and costs no write for an older one", () => {
    const both = [report("down", at(-1_000)), report("healthy", at(-9_000))];
    const first = applyHealth(null, { connectors: both }, arrival);
    assert.deepEqual(
      first?.connectors.map(({ state }) => state),
      ["down"],
    );
    assert.equal(applyHealth(first, { connectors: [report("healthy", at(-2_000))] }, arrival), null);
  });

  it("does not let a clock that runs ahead block the reports after it", () => {
    const ahead = applyHealth(
      null,
      { connectors: [report("healthy", at(9e9))], vitals: vitals() },
      { ...arrival, sentAt: at(9e9) },
    );
    assert.deepEqual([ahead?.connectors[0]?.reportedAt, ahead?.vitalsAt], [NOW, NOW]);
  });

  it("remembers each gap once, however late it is told, and at most twenty of them", () => {
    let health = applyHealth(null, { connectors: [], vitals: vitals({ gap: gap(1) }) }, arrival);
    assert.equal(applyHealth(health, { connectors: [], vitals: vitals({ gap: gap(1) }) }, arrival), null);
    const late = { ...arrival, isLate: true, sentAt: at(-9e6) };
    const told = applyHealth(health, { connectors: [], vitals: vitals({ gap: gap(200), startedAt: at(-9e6) }) }, late);
    assert.deepEqual([told?.gaps.length, told?.vitals?.startedAt], [2, at(-3_600_000)]);
    for (let minute = 2; minute < 40; minute += 1)
      health = applyHealth(health, { connectors: [], vitals: vitals({ gap: gap(minute) }) }, late);
    assert.equal(health?.gaps.length, MAX_GAPS);
  });

  it("calls an agent that was offline online again when it reports, and not when an old report comes late", () => {
    const offline = AgentHealth.parse({
      ...applyHealth(null, { connectors: [], vitals: vitals() }, arrival),
      availability: "offline",
      availableSince: at(60_000),
    });
    const later = { ...arrival, receivedAt: at(120_000), sentAt: at(119_000) };
    const back = applyHealth(offline, { connectors: [], vitals: vitals() }, later);
    assert.deepEqual([back?.availability, back?.availableSince], ["online", at(120_000)]);
    const stale = applyHealth(offline, { connectors: [report("healthy", at(1))] }, { ...later, isLate: true });
    assert.deepEqual([stale?.availability, stale?.lastHeardAt], ["offline", NOW]);
  });
});
