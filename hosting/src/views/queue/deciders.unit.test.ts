import assert from "node:assert/strict";
import type { ApproverCover, Proposal } from "@studio-os/functions/contracts";
import { aControl, aMe, aProposal, instant, MINUTE_MS, NOON_MS, STAFF } from "../../../test/support/builders.js";
import { decidingRoles, holdsSeat, isKeptOut } from "./deciders.js";
import { meFrom } from "./me.js";

const aRule = (filter: Partial<Proposal["rule"]["thresholds"][number]["filter"]>): Proposal["rule"] => ({
  ...aProposal().rule,
  thresholds: [{ count: 1, filter: { roles: ["approver"], groups: null, distinctGroups: false, ...filter } }],
});
const aCover = (overrides: Partial<ApproverCover> = {}): ApproverCover => ({
  ...{ coverId: "c-1", from: "ana", to: "fin", capabilityIds: null },
  startsAt: instant(NOON_MS),
  endsAt: instant(NOON_MS + 60 * MINUTE_MS),
  by: { id: "ana", name: "Ana Reyes" },
  at: instant(NOON_MS),
  ...overrides,
});
const fin = (cover: ApproverCover) =>
  meFrom({ uid: "fin", name: "Fin" }, ["finance"], aControl({ covers: [cover], staff: [...STAFF] }));

describe("views/queue/deciders", () => {
  it("reads the deciding roles and groups from the proposal's own rule", () => {
    const money = aProposal({ rule: aRule({ roles: ["finance"] }) });
    assert.deepEqual(decidingRoles(money), ["finance"]);
    assert.equal(holdsSeat(money, aMe("fin", ["finance"]), NOON_MS), true);
    assert.equal(holdsSeat(money, aMe("pia", ["approver"]), NOON_MS), false);
    const kilns = aProposal({ rule: aRule({ groups: ["kilns"] }) });
    assert.equal(holdsSeat(kilns, aMe("pia", ["approver"], { groups: ["kilns"] }), NOON_MS), true);
    assert.equal(holdsSeat(kilns, aMe("pia", ["approver"], { groups: ["office"] }), NOON_MS), false);
  });

  it("gives a seat to whoever covers for somebody that the rule names, from the start until, but not at, the end", () => {
    const at = (nowMs: number, cover = aCover()) => holdsSeat(aProposal(), fin(cover), nowMs);
    const end = NOON_MS + 60 * MINUTE_MS;
    assert.deepEqual([at(NOON_MS - 1), at(NOON_MS), at(end - 1), at(end)], [false, true, true, false]);
    assert.equal(at(NOON_MS, aCover({ capabilityIds: ["batch.opsNote.append"] })), false);
    assert.equal(at(NOON_MS, aCover({ from: "zoe" })), false, "who is out lends nothing");
    assert.equal(at(NOON_MS, aCover({ from: "fin", to: "ana" })), false);
  });

  it("gives no covering seat for a giver, or a coverer, who stands in the request's own chain", () => {
    const asked = (id: string) => aProposal({ actChain: [{ type: "human", id, as: "requester" }] });
    assert.equal(holdsSeat(asked("ana"), fin(aCover()), NOON_MS), false);
    assert.equal(holdsSeat(asked("fin"), fin(aCover()), NOON_MS), false);
    assert.equal(holdsSeat(asked("bo"), fin(aCover()), NOON_MS), true);
  });

  it("keeps out the chain as far as the rule says so, under every account, and fresh editors of the policy", () => {
    const own = aProposal({ actChain: [{ type: "human", id: "ana-phone", as: "requester" }] });
    const ana = aMe("ana", ["approver"], { accounts: ["ana", "ana-phone"] });
    assert.equal(isKeptOut(own, ana, NOON_MS), true);
    assert.equal(isKeptOut({ ...own, rule: { ...own.rule, selfExclusion: [] } }, ana, NOON_MS), false);
    const until = instant(NOON_MS + MINUTE_MS);
    const editor = aMe("ana", ["approver"], { editorUntil: until });
    const strict = aProposal({ rule: { ...aProposal().rule, selfExclusion: ["policyEditor24h"] } });
    assert.equal(isKeptOut(strict, editor, NOON_MS), true);
    assert.equal(isKeptOut(strict, editor, NOON_MS + MINUTE_MS), false);
  });

  it("lets one person in alone where the policy says so, nobody else could, and the cooling time is over", () => {
    const alone = aProposal({
      actChain: [{ type: "human", id: "ana", as: "requester" }],
      soloMode: { coolingMs: 30 * MINUTE_MS },
      eligibleApprovers: { count: 0, names: [] },
      submittedAt: instant(NOON_MS),
    });
    const ana = aMe("ana", ["approver"]);
    assert.equal(isKeptOut(alone, ana, NOON_MS + 30 * MINUTE_MS - 1), true);
    assert.equal(isKeptOut(alone, ana, NOON_MS + 30 * MINUTE_MS), false);
    assert.equal(isKeptOut({ ...alone, riskTier: "high" }, ana, NOON_MS + 30 * MINUTE_MS), true);
    assert.equal(
      isKeptOut({ ...alone, eligibleApprovers: { count: 1, names: ["Bo"] } }, ana, NOON_MS + 30 * MINUTE_MS),
      true,
    );
  });

  it("shows nothing as held that the sign-in and the staff list do not both name", () => {
    const control = aControl({ staff: [...STAFF] });
    assert.deepEqual(meFrom({ uid: "ana", name: "Ana" }, ["owner", "finance"], control).roles, ["owner"]);
    assert.deepEqual(meFrom({ uid: "zoe", name: "Zoe" }, ["operator"], control).roles, [], "out");
    assert.deepEqual(meFrom({ uid: "new", name: "New" }, ["owner"], control).roles, [], "not listed");
    assert.deepEqual(
      meFrom({ uid: "new", name: "New" }, ["owner"], null).roles,
      ["owner"],
      "the list is not known yet",
    );
  });
});
