import assert from "node:assert/strict";
import { aDecision, aMe, aProposal, instant, NOON_MS } from "../../../test/support/builders.js";
import { decideActions, isQuotaAlone } from "./decide-actions.js";
import type { ActionFacts } from "./decide-actions.js";

describe("views/proposal/decide-actions: the limit alone", () => {
  const facts = (failures: Parameters<typeof aDecision>[0], part: Partial<ActionFacts> = {}): ActionFacts => ({
    proposal: aProposal({ status: "approved", approvedUntil: instant(NOON_MS + 60_000) }),
    me: aMe("bo", ["operator"]),
    checks: { kind: "known", approve: aDecision(), execute: aDecision(failures), rollback: aDecision() },
    connection: "live",
    isSessionLive: true,
    nowMs: NOON_MS,
    ...part,
  });
  const isAlone = (given: ActionFacts) => isQuotaAlone(decideActions(given), given.checks);

  it("is said where the limit is all that the server has against it", () => {
    assert.equal(isAlone(facts({ quota: "QUOTA" })), true);
  });

  it("is not said where something else stands in the way as well, or nothing does", () => {
    assert.equal(isAlone(facts({})), false);
    assert.equal(isAlone(facts({ quota: "QUOTA", control: "KILL_SWITCH" })), false);
    assert.equal(isAlone(facts({ quota: "QUOTA", preconditions: "STALE_PLAN" })), false);
    assert.equal(isAlone(facts({ quota: "QUOTA" }, { connection: "offline" })), false);
    assert.equal(isAlone(facts({ quota: "QUOTA" }, { me: aMe("vi", ["viewer"]) })), false);
    assert.equal(isAlone(facts({ quota: "QUOTA" }, { checks: { kind: "checking" } })), false);
  });
});
