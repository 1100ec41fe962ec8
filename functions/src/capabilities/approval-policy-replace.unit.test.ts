import assert from "node:assert/strict";
import { aPerson, anApprover, anOwner, anotherApprover, ruleOf } from "../../test/support/builders.js";
import { HOUR, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { toDocument } from "../commit/document-change.js";
import { ControlState } from "../contracts/index.js";
import type { ApprovalPolicy, ApprovalRule, JsonObject, Proposal } from "../contracts/index.js";
import { DEFAULT_APPROVAL_POLICY } from "../policy/approval-policy.js";

const TWO_FOR_FLAGS: ApprovalRule = { ...ruleOf(2), when: { capabilityId: "firing.flag" }, holdMs: 0 };
const asked = (change: Partial<ApprovalPolicy> & { fromVersion?: number } = {}): JsonObject => {
  const { fromVersion = 1, rules = [TWO_FOR_FLAGS, ...DEFAULT_APPROVAL_POLICY.rules], soloMode = null } = change;
  return toDocument({ fromVersion, rules, soloMode });
};

describe("capabilities/approval-policy-replace", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });
  const propose = (input: JsonObject = asked(), actor = anOwner()) =>
    studio.submit(actor, input, "policy.approval.replace");
  const policy = () => ControlState.parse(studio.at("control/state")).approvalPolicy;

  async function replaced(input: JsonObject = asked()): Promise<Proposal> {
    const waiting = (await studio.accepted(propose(input))).proposal;
    const once = (await studio.accepted(studio.approve(waiting), ["proposal.approval_counted"])).proposal;
    const twice = (await studio.accepted(studio.approve(once, anotherApprover()))).proposal;
    return (await studio.accepted(studio.execute(twice, 7))).proposal;
  }

  it("is high risk, needs two people, and puts the next version in force and into the history", async () => {
    await replaced();
    assert.equal(policy().version, 2);
    assert.deepEqual(policy().rules[0], TWO_FOR_FLAGS);
    assert.equal(studio.at("approvalPolicies/2")?.["version"], 2);
    assert.equal(studio.at("approvalPolicies/1")?.["version"], 1);
  });

  it("decides what waits by the rule that it was submitted under, and what comes next by the new one", async () => {
    const waiting = await studio.submitFlag();
    await replaced();
    const approved = await studio.accepted(studio.approve(waiting), ["proposal.approved"]);
    await studio.accepted(studio.withdraw(await later_()), ["proposal.withdrawn"]);
    assert.deepEqual([approved.proposal.policyVersion, approved.proposal.approvalsRequired], [1, 1]);
  });
  const later_ = async (): Promise<Proposal> => {
    studio.change("firings/f-1", { attention: null, title: "Another load" });
    const input = { firingId: "f-1", attention: "door_open", note: "the door stands open" };
    const { proposal } = await studio.accepted(studio.submit(undefined, input, "firing.flag"));
    assert.deepEqual([proposal.policyVersion, proposal.approvalsRequired], [2, 2]);
    return proposal;
  };

  it("keeps who asked for it from deciding under it, until a day after it can have taken effect at the latest", async () => {
    await replaced(asked({ rules: DEFAULT_APPROVAL_POLICY.rules.map((rule) => ({ ...rule, rejectRule: "quorum" })) }));
    assert.deepEqual(policy().editors, [{ uid: "olga", excludedUntil: later(48.5 * HOUR) }]);
    const proposal = await studio.submitFlag();
    const details = await studio.refused(studio.approve(proposal, anOwner()), "SELF_APPROVAL");
    assert.equal(details.via, "policyEditor24h");
    studio.deps.clock.set(later(48.5 * HOUR));
    await studio.accepted(studio.approve(proposal, anOwner()));
  });

  it("cannot be undone, only edited again", async () => {
    const done = await replaced();
    await studio.refused(studio.rollback(done, 8), "IRREVERSIBLE");
    assert.equal(policy().version, 2);
  });

  const refusals: readonly [string, JsonObject, Parameters<MemoryStudio["refused"]>[1]][] = [
    ["another version than the one of now", asked({ fromVersion: 2 }), "TARGET_STATE"],
    ["what it says already", asked({ rules: DEFAULT_APPROVAL_POLICY.rules }), "NO_OP"],
    ["a policy that says nothing about high risk", asked({ rules: [ruleOf(1)] }), "POLICY_UNSOUND"],
    [
      "requesters who decide on their own requests",
      asked({ rules: DEFAULT_APPROVAL_POLICY.rules.map((rule) => ({ ...rule, selfExclusion: [] })) }),
      "POLICY_UNSOUND",
    ],
    [
      "approval by waiting",
      { ...asked(), rules: [{ ...toDocument(ruleOf(1)), onTimeout: "approve" }] },
      "INVALID_INPUT",
    ],
  ];
  for (const [what, input, reason] of refusals)
    it(`refuses ${what} with ${reason}`, () => studio.refused(propose(input), reason));

  it("may be asked for by owners and admins alone", async () => {
    await studio.refused(propose(asked(), anApprover()), "ROLE_MISSING");
    await studio.refused(propose(asked(), aPerson("nobody", ["owner"])), "ROLE_MISSING");
  });

  it("goes stale when the staff list changes under it", async () => {
    const waiting = (await studio.accepted(propose())).proposal;
    const once = (await studio.accepted(studio.approve(waiting))).proposal;
    const twice = (await studio.accepted(studio.approve(once, anotherApprover()))).proposal;
    const staff = ControlState.parse(studio.at("control/state")).staff.filter(({ uid }) => uid !== "vera");
    studio.change("control/state", { staff: staff.map(toDocument) });
    await studio.refused(studio.execute(twice, 7), "STALE_PLAN", ["proposal.went_stale"]);
    assert.equal(policy().version, 1);
  });
});
