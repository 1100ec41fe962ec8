import assert from "node:assert/strict";
import fc from "fast-check";
import { TENANT_ID, aDelegation, aPerson, capabilityOf, listed, theStaff } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import type { Delegation } from "../contracts/index.js";
import { chooseDelegation } from "./delegation.js";
import type { DelegationFacts } from "./delegation.js";

const capability = capabilityOf("firing.flag").metadata;
const people = theStaff();
const around = { tenantId: TENANT_ID, capability, people, now: NOW };

function factsOf(candidates: Delegation[], overrides: Partial<DelegationFacts> = {}): DelegationFacts {
  return { candidates, agentId: "pi-1", targets: ["firings/f-1"], cents: 0, usedLastDay: new Map(), ...overrides };
}

const codeOf = (facts: DelegationFacts, circumstances = around): string => {
  const verdict = chooseDelegation(facts, circumstances);
  return verdict.kind === "lent" ? "lent" : verdict.reasonCode;
};

describe("policy/delegation", () => {
  it("lets an agent ask on a running grant that names the capability", () => {
    assert.equal(codeOf(factsOf([aDelegation()])), "lent");
  });

  for (const [title, overrides, code] of [
    ["was taken back", { revokedAt: later(-1), revokedBy: "olga", revokeEpoch: 2 }, "DELEGATION_REVOKED"],
    ["ends at this very instant", { expiresAt: NOW }, "DELEGATION_EXPIRED"],
    ["has not begun", { issuedAt: later(1) }, "DELEGATION_EXPIRED"],
    ["names another capability", { scopes: ["batch.opsNote.append"] }, "DELEGATION_SCOPE"],
    ["names another record", { resourceRefs: ["firings/f-10"] }, "DELEGATION_SCOPE"],
    ["is another agent's", { delegate: "pi-2" }, "DELEGATION_MISSING"],
    ["is another studio's", { tenantId: "juniper-pottery" }, "DELEGATION_MISSING"],
    ["is of somebody who only looks", { delegator: "vi" }, "DELEGATION_RIGHTS"],
    ["is of somebody who is not on the list", { delegator: "stranger" }, "DELEGATION_RIGHTS"],
  ] as const)
    it(`refuses with ${code} on a grant that ${title}`, () => {
      assert.equal(codeOf(factsOf([aDelegation(overrides as Partial<Delegation>)])), code);
    });

  it("refuses with DELEGATION_MISSING where there is no grant", () => {
    assert.equal(codeOf(factsOf([])), "DELEGATION_MISSING");
  });

  it("reaches what lies below the record that it names", () => {
    const grant = aDelegation({ resourceRefs: ["firings/f-1"] });
    assert.equal(codeOf(factsOf([grant], { targets: ["firings/f-1/notes/n-1", "firings/f-1"] })), "lent");
    assert.equal(codeOf(factsOf([grant], { targets: ["firings/f-1", "firings/f-2"] })), "DELEGATION_SCOPE");
  });

  it("ends at once when the delegator is out or loses the role", () => {
    const without = (olga: Partial<ReturnType<typeof listed>>) =>
      people.map((person) => (person.uid === "olga" ? { ...person, ...olga } : person));
    assert.equal(
      codeOf(factsOf([aDelegation()]), { ...around, people: without({ disabledAt: NOW }) }),
      "DELEGATION_RIGHTS",
    );
    assert.equal(
      codeOf(factsOf([aDelegation()]), { ...around, people: without({ roles: ["viewer"] }) }),
      "DELEGATION_RIGHTS",
    );
    const capabilityForPeople = { ...capability, proposableBy: { ...capability.proposableBy, agent: false } };
    assert.equal(codeOf(factsOf([aDelegation()]), { ...around, capability: capabilityForPeople }), "DELEGATION_SCOPE");
  });

  it("bounds the money of either sign, the amount itself included", () => {
    const grant = aDelegation({ constraints: { maxAmountCents: 500, maxPerDay: null } });
    const at = (cents: number | null) => codeOf(factsOf([grant], { cents }));
    assert.deepEqual([500, -500, 501, -501, Number.NaN].map(at), [
      "lent",
      "lent",
      "DELEGATION_LIMIT",
      "DELEGATION_LIMIT",
      "DELEGATION_LIMIT",
    ]);
  });

  it("bounds the proposals of a day, and refuses when nobody counted them", () => {
    const grant = aDelegation({ constraints: { maxAmountCents: null, maxPerDay: 3 } });
    const used = (count: number) => codeOf(factsOf([grant], { usedLastDay: new Map([["lent-1", count]]) }));
    assert.deepEqual([2, 3, 4].map(used), ["lent", "DELEGATION_LIMIT", "DELEGATION_LIMIT"]);
    assert.equal(codeOf(factsOf([grant], { usedLastDay: new Map() })), "DELEGATION_LIMIT");
    assert.equal(codeOf(factsOf([grant], { usedLastDay: null })), "lent", "at execution it was counted before");
  });

  it("names what the nearest grant lacks", () => {
    const ended = aDelegation({ delegationId: "lent-2", expiresAt: later(-HOUR) });
    const elsewhere = aDelegation({ delegationId: "lent-3", resourceRefs: ["firings/f-9"] });
    assert.equal(codeOf(factsOf([ended, elsewhere])), "DELEGATION_SCOPE");
    assert.equal(codeOf(factsOf([elsewhere, ended])), "DELEGATION_SCOPE");
  });

  it("never lends more than the delegator has, the grant names and the capability lets agents ask for", () => {
    const anyGrant = fc.record({
      delegator: fc.constantFrom("olga", "otto", "vi", "stranger", "fi"),
      scopes: fc.subarray(["firing.flag", "batch.opsNote.append", "reservation.status.set"], { minLength: 1 }),
      resourceRefs: fc.subarray(["firings/f-1", "firings/f-2", "batches/b-1"]),
      expiresAt: fc.integer({ min: -5, max: 5 }).map((hours) => later(hours * HOUR)),
      revokedAt: fc.option(fc.constant(NOW), { nil: null }),
      delegate: fc.constantFrom("pi-1", "pi-2"),
    });
    fc.assert(
      fc.property(fc.array(anyGrant, { maxLength: 4 }), fc.boolean(), (grants, isOut) => {
        const candidates = grants.map((grant, i) => aDelegation({ ...grant, delegationId: `lent-${i}` }));
        const staff = isOut ? people.filter(({ uid }) => uid !== "otto") : people;
        const verdict = chooseDelegation(factsOf(candidates), { ...around, people: staff });
        if (verdict.kind === "refused") return;
        const { delegation } = verdict;
        const giver = staff.find(({ uid }) => uid === delegation.delegator);
        assert.ok(giver?.roles.some((role) => capability.proposableBy.roles.includes(role)));
        assert.ok(delegation.scopes.includes("firing.flag") && delegation.delegate === "pi-1");
        assert.ok(delegation.revokedAt === null && delegation.expiresAt > NOW);
        assert.ok(delegation.resourceRefs.length === 0 || delegation.resourceRefs.includes("firings/f-1"));
      }),
    );
  });

  it("knows a person by any of their accounts", () => {
    const staff = [{ ...listed(aPerson("otto", ["operator"])), aliases: ["otto-phone"] }];
    assert.equal(codeOf(factsOf([aDelegation({ delegator: "otto-phone" })]), { ...around, people: staff }), "lent");
  });
});
