import assert from "node:assert/strict";
import type { QuotaStanding } from "../contracts/index.js";
import { WAITING_IN_STUDIO_MAX, WAITING_OF_AGENT_MAX, whyHeldBack } from "./attention.js";

const hour = (remaining: number): QuotaStanding => ({
  key: "attention.actor.pi-1",
  limit: 10,
  remaining,
  resetAt: null,
  retryAfterMs: 0,
});
const FREE = { waitingOfAgent: 0, waitingInStudio: 0, hour: hour(10) };

describe("policy/attention", () => {
  it("lets an agent ask while each of the three budgets has one left", () => {
    assert.equal(whyHeldBack(FREE), null);
    const last = {
      waitingOfAgent: WAITING_OF_AGENT_MAX - 1,
      waitingInStudio: WAITING_IN_STUDIO_MAX - 1,
      hour: hour(1),
    };
    assert.equal(whyHeldBack(last), null);
  });

  it("holds back at each bound, and says which", () => {
    assert.match(whyHeldBack({ ...FREE, waitingOfAgent: WAITING_OF_AGENT_MAX }) ?? "", /20 requests of this agent/);
    assert.match(whyHeldBack({ ...FREE, waitingInStudio: WAITING_IN_STUDIO_MAX }) ?? "", /60 requests .* this studio/);
    assert.match(whyHeldBack({ ...FREE, hour: hour(0) }) ?? "", /10 times within the hour/);
  });

  it("holds back what it cannot count", () => {
    assert.notEqual(whyHeldBack({ ...FREE, hour: null }), null);
  });
});
