import assert from "node:assert/strict";
import { AGENT_OFFLINE_AFTER_MS } from "@studio-os/functions/contracts";
import { anAgent, anAgentHealth, instant, NOON_MS } from "../../../test/support/builders.js";
import { silentAgents } from "./agent-silence.js";

const names = (...given: Parameters<typeof silentAgents>): string[] => silentAgents(...given).map(({ name }) => name);
const heard = (agoMs: number, overrides: object = {}) =>
  anAgentHealth({ lastHeardAt: instant(NOON_MS - agoMs), ...overrides }, NOON_MS);

describe("views/devices/agent-silence", () => {
  it("calls an agent silent from eleven minutes after its last report on, whether or not the cloud said so yet", () => {
    const agents = [anAgent({}, NOON_MS)];
    assert.deepEqual(names(agents, [heard(AGENT_OFFLINE_AFTER_MS - 1)], NOON_MS), []);
    assert.deepEqual(names(agents, [heard(AGENT_OFFLINE_AFTER_MS)], NOON_MS), ["kiln-room agent"]);
    assert.deepEqual(names(agents, [heard(1_000, { availability: "offline" })], NOON_MS), ["kiln-room agent"]);
  });

  it("expects nothing of a revoked agent, and of one that never reported", () => {
    const revoked = anAgent({ status: "revoked" }, NOON_MS);
    assert.deepEqual(names([revoked], [heard(9e8)], NOON_MS), []);
    assert.deepEqual(names([anAgent({}, NOON_MS)], [], NOON_MS), []);
  });

  it("names the longest silence first, and by its id an agent whose enrolment is not known", () => {
    const list = [heard(2e6), heard(3e6, { agentId: "glaze-room" })];
    assert.deepEqual(names([anAgent({}, NOON_MS)], list, NOON_MS), ["glaze-room", "kiln-room agent"]);
  });
});
