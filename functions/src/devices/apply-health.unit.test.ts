import assert from "node:assert/strict";
import { AGENT_ID, NOW, at } from "../../test/support/uplink-fixtures.js";
import { ConnectorHealth } from "../contracts/index.js";
import { applyHealth } from "./apply-health.js";

const arrival = { agentId: AGENT_ID, receivedAt: NOW, isLate: false };
const report = (state: ConnectorHealth["state"], reportedAt: string) =>
  ({
    connectorId: "hubitat",
    state,
    lastSuccessAt: null,
    lastError: null,
    consecutiveFailures: 0,
    reportedAt,
  }) as const;

describe("devices/apply-health", () => {
  it("stores a report with the agent and the time of receipt, which the agent does not say itself", () => {
    const [stored] = applyHealth(new Map(), { kind: "health", connectors: [report("healthy", at(-1_000))] }, arrival);
    assert.deepEqual(ConnectorHealth.parse(stored), {
      ...report("healthy", at(-1_000)),
      agentId: AGENT_ID,
      receivedAt: NOW,
    });
  });

  it("lets the newest report win, also within one envelope, and costs no write for an older one", () => {
    const both = [report("down", at(-1_000)), report("healthy", at(-9_000))];
    const first = applyHealth(new Map(), { kind: "health", connectors: both }, arrival);
    assert.deepEqual(
      first.map(({ state }) => state),
      ["down"],
    );
    const stored = new Map(first.map((health) => [health.connectorId, health]));
    assert.deepEqual(applyHealth(stored, { kind: "health", connectors: [report("healthy", at(-2_000))] }, arrival), []);
  });

  it("does not let a clock that runs ahead block the reports after it", () => {
    const [ahead] = applyHealth(new Map(), { kind: "health", connectors: [report("healthy", at(9e9))] }, arrival);
    assert.equal(ahead?.reportedAt, NOW);
  });
});
