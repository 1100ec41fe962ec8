import assert from "node:assert/strict";
import type { Role } from "@studio-os/functions/contracts";
import { aDecision, aMe, aProposal, NOON_MS } from "../../../test/support/builders.js";
import type { Me } from "../queue/me.js";
import { decideActions, holdLeftSeconds } from "./decide-actions.js";
import type { ActionFacts, Checks } from "./decide-actions.js";

const allowed: Checks = { kind: "known", approve: aDecision(), execute: aDecision(), rollback: aDecision() };
const facts = (overrides: Partial<ActionFacts> = {}): ActionFacts => ({
  proposal: aProposal(),
  me: aMe("ana", ["approver"]),
  checks: allowed,
  connection: "live",
  isSessionLive: true,
  nowMs: NOON_MS,
  ...overrides,
});
const obstacle = (name: string, of: ActionFacts) =>
  decideActions(of).find((action) => action.name === name)?.obstacle?.code ?? null;

describe("views/proposal/decide-actions", () => {
  it("offers approve, reject and re-plan on a pending proposal, and withdraw to its own chain only", () => {
    assert.deepEqual(
      decideActions(facts()).map(({ name }) => name),
      ["approve", "reject", "replan"],
    );
    const own = aProposal({ actChain: [{ type: "human", id: "ana", as: "requester" }] });
    assert.deepEqual(
      decideActions(facts({ proposal: own })).map(({ name }) => name),
      ["approve", "reject", "replan", "revise", "withdraw"],
    );
  });

  it("lets a missing rationale pass, because the composer asks for it", () => {
    const checks: Checks = { ...allowed, approve: aDecision({ rationale: "RATIONALE_REQUIRED" }) };
    assert.equal(obstacle("approve", facts({ checks })), null);
    const both: Checks = {
      ...allowed,
      approve: aDecision({ self_approval: "SELF_APPROVAL", rationale: "RATIONALE_REQUIRED" }),
    };
    assert.equal(obstacle("approve", facts({ checks: both })), "SELF_APPROVAL");
  });

  it("turns everything off offline and after the session, before anything else is asked", () => {
    assert.equal(obstacle("reject", facts({ connection: "offline" })), "OFFLINE");
    assert.equal(obstacle("approve", facts({ isSessionLive: false })), "SESSION_EXPIRED");
  });

  it("counts checks that are not known as no", () => {
    assert.equal(obstacle("approve", facts({ checks: { kind: "checking" } })), "CHECKING");
    assert.equal(obstacle("approve", facts({ checks: { kind: "unreadable", code: "INTERNAL" } })), "CHECKS_UNREADABLE");
  });

  it("says which role is missing", () => {
    const sentence = (roles: readonly Role[], rule = aProposal().rule) =>
      decideActions(facts({ me: aMe("vic", roles), proposal: aProposal({ rule }) })).find(
        ({ name }) => name === "reject",
      )?.obstacle?.sentence ?? "";
    assert.match(sentence(["viewer"]), /needs one of: owner, approver_admin, approver\./);
    const rule = aProposal().rule;
    const [first] = rule.thresholds;
    assert.ok(first);
    const money = { ...rule, thresholds: [{ ...first, filter: { ...first.filter, roles: ["finance" as const] } }] };
    assert.match(sentence(["approver"], money), /needs one of: finance\./);
    assert.equal(sentence(["finance"], money), "");
  });

  it("lets whoever may decide take an approval back, and the request's own chain", () => {
    const approved = (me: Me) => facts({ me, proposal: aProposal({ status: "approved" }) });
    assert.equal(obstacle("revoke", approved(aMe("pia", ["approver"]))), null);
    assert.equal(obstacle("revoke", approved(aMe("omar", ["operator"]))), null);
    assert.equal(obstacle("revoke", approved(aMe("otto", ["operator"]))), "ROLE_MISSING");
  });

  it("allows a decision until, but not at, the expiry", () => {
    const endMs = Date.parse(aProposal().expiresAt);
    assert.equal(obstacle("approve", facts({ nowMs: endMs - 1 })), null);
    assert.equal(obstacle("approve", facts({ nowMs: endMs })), "PROPOSAL_EXPIRED");
  });

  it("holds execute for as long as the server does, and offers to take the approval back meanwhile", () => {
    const checks: Checks = { ...allowed, execute: aDecision({ hold_window: "HOLD_WINDOW" }) };
    const notBefore = NOON_MS + 10_000;
    const proposal = aProposal({ status: "approved", executeNotBefore: new Date(notBefore).toISOString() });
    const at = (nowMs: number) => facts({ proposal, checks, nowMs });
    assert.deepEqual([holdLeftSeconds(at(NOON_MS)), holdLeftSeconds(at(notBefore - 1))], [10, 1]);
    assert.equal(obstacle("execute", at(notBefore - 1)), "HOLD_WINDOW");
    assert.equal(obstacle("revoke", at(notBefore - 1)), null);
    assert.equal(obstacle("execute", at(notBefore)), null, "what the checks said of the hold is over by now");
    assert.equal(holdLeftSeconds(at(notBefore)), 0);
  });

  it("offers execute after approval, roll back after execution, and nothing after the end", () => {
    const names = (status: "approved" | "executed" | "rejected") =>
      decideActions(facts({ proposal: aProposal({ status }) })).map(({ name }) => name);
    assert.deepEqual(names("approved"), ["execute", "revoke", "replan"]);
    assert.deepEqual(names("executed"), ["rollback"]);
    assert.deepEqual(names("rejected"), []);
  });

  it("lets an approver admin reopen what was rejected, and its own chain revise a draft and a stale plan", () => {
    const rejected = facts({ me: aMe("dee", ["approver_admin"]), proposal: aProposal({ status: "rejected" }) });
    assert.deepEqual(decideActions(rejected), [{ name: "reopen", obstacle: null }]);
    const of = (status: "draft" | "stale", uid: string) =>
      decideActions(facts({ me: aMe(uid, ["operator"]), proposal: aProposal({ status }) })).map(({ name }) => name);
    assert.deepEqual(
      [of("draft", "omar"), of("stale", "omar")],
      [
        ["replan", "revise"],
        ["replan", "revise"],
      ],
    );
    assert.deepEqual(of("draft", "otto"), ["replan"]);
  });
});
