import assert from "node:assert/strict";
import fc from "fast-check";
import { aPerson, aReview, listed, lowRule, ruleOf, theStaff } from "../../test/support/builders.js";
import { HOUR, MINUTE, NOW, later } from "../../test/support/fake-means.js";
import type { ActLink, ApprovalRule, ApproverCover, Review, StaffEntry } from "../contracts/index.js";
import { canBeReached, coveredBy, eligibleApprovers, soloFrom, standsInFor, tally, tieOf } from "./tally.js";
import type { Electorate } from "./tally.js";

const CHAIN: readonly ActLink[] = [
  { type: "agent", id: "pi-1", as: "requester" },
  { type: "human", id: "olga", as: "agentOwner" },
];
const among = (overrides: Partial<Electorate> = {}): Electorate => ({
  rule: lowRule(),
  soloMode: null,
  actChain: CHAIN,
  people: theStaff(),
  covers: [],
  editors: [],
  capabilityId: "firing.flag",
  submittedAt: NOW,
  now: NOW,
  ...overrides,
});
const by = (id: string, overrides: Partial<Review> = {}): Review =>
  aReview({ reviewer: { id, name: id }, ...overrides });
const changed = (uid: string, change: Partial<StaffEntry>): StaffEntry[] =>
  theStaff().map((entry) => (entry.uid === uid ? { ...entry, ...change } : entry));
const aCover = (overrides: Partial<ApproverCover> = {}): ApproverCover => ({
  coverId: "cover-1",
  from: "ana",
  to: "otto",
  capabilityIds: null,
  startsAt: NOW,
  endsAt: later(24 * HOUR),
  by: { id: "ana", name: "Ana Approver" },
  at: NOW,
  ...overrides,
});

describe("policy/tally", () => {
  const counts: readonly [string, Partial<Electorate>, Review[], readonly string[], boolean][] = [
    ["one approver", {}, [by("ana")], ["ana"], true],
    ["nobody", {}, [], [], false],
    ["a rejection", {}, [by("ana", { decision: "reject" })], [], false],
    ["one person twice", { rule: ruleOf(2) }, [by("ana"), by("ana")], ["ana"], false],
    [
      "one person with two accounts",
      { rule: ruleOf(2), people: changed("ana", { aliases: ["ana-tablet"] }) },
      [by("ana"), by("ana-tablet")],
      ["ana"],
      false,
    ],
    ["two people", { rule: ruleOf(2) }, [by("ana"), by("amir")], ["ana", "amir"], true],
    ["the agent's owner", {}, [by("olga")], [], false],
    ["an alias of the agent's owner", { people: changed("olga", { aliases: ["olga-2"] }) }, [by("olga-2")], [], false],
    ["somebody who is out since", { people: changed("ana", { disabledAt: NOW }) }, [by("ana")], [], false],
    ["somebody without the role since", { people: changed("ana", { roles: ["viewer"] }) }, [by("ana")], [], false],
    ["somebody who was never listed", {}, [by("stranger")], [], false],
    ["a cover in the place of whom they cover for", {}, [by("otto", { for: "ana" })], ["ana"], true],
    [
      "a cover and the covered person as one",
      { rule: ruleOf(2) },
      [by("otto", { for: "ana" }), by("ana")],
      ["ana"],
      false,
    ],
    [
      "one person in two places, by an alias that is known only now",
      { rule: ruleOf(2), people: changed("amir", { aliases: ["amir-2"] }) },
      [by("amir-2", { for: "ana" }), by("amir")],
      ["amir"],
      false,
    ],
    [
      "one person as the cover of two",
      { rule: ruleOf(2) },
      [by("otto", { for: "ana" }), by("otto", { for: "amir" })],
      ["ana"],
      false,
    ],
    [
      "somebody whose cover reviewed too and is out since",
      { people: changed("otto", { disabledAt: NOW }) },
      [by("ana"), by("otto", { for: "ana" })],
      ["ana"],
      true,
    ],
    ["a cover by somebody of the chain", {}, [by("olga", { for: "ana" })], [], false],
    [
      "somebody who edited the policy not long ago",
      { editors: [{ uid: "ana", excludedUntil: later(1) }] },
      [by("ana")],
      [],
      false,
    ],
    [
      "somebody whose time as an editor is over",
      { editors: [{ uid: "ana", excludedUntil: NOW }] },
      [by("ana")],
      ["ana"],
      true,
    ],
    ["a solo review without solo mode", {}, [by("olga", { isSolo: true })], [], false],
    [
      "a solo review under solo mode",
      { soloMode: { coolingMs: 30 * MINUTE } },
      [by("olga", { isSolo: true })],
      ["olga"],
      true,
    ],
  ];
  for (const [who, electorate, reviews, approvers, isReached] of counts)
    it(`counts ${who} as ${approvers.length}, which ${isReached ? "suffices" : "does not suffice"}`, () => {
      const counted = tally(among(electorate), reviews);
      assert.deepEqual([[...counted.approvers].sort(), counted.isReached], [[...approvers].sort(), isReached]);
    });

  it("takes any one of the thresholds: one admin, or two approvers", () => {
    const of = (count: number, roles: StaffEntry["roles"]) => ({
      count,
      filter: { roles, groups: null, distinctGroups: false },
    });
    const rule = lowRule({ thresholds: [of(1, ["approver_admin"]), of(2, ["approver"])] });
    const isReached = (...reviews: Review[]) => tally(among({ rule }), reviews).isReached;
    assert.deepEqual(
      [isReached(by("omar")), isReached(by("ana")), isReached(by("ana"), by("amir"))],
      [true, false, true],
    );
  });

  it("asks for different groups where the rule does, whatever the order of the approvals", () => {
    const rule: ApprovalRule = lowRule({
      thresholds: [{ count: 2, filter: { roles: ["approver"], groups: null, distinctGroups: true } }],
    });
    const people = changed("ana", { groups: ["kilns", "shop"] }).map((entry) =>
      entry.uid === "amir" ? { ...entry, groups: ["kilns"] } : entry,
    );
    const same = people.map((entry) => ({ ...entry, groups: ["kilns"] }));
    for (const order of [
      ["ana", "amir"],
      ["amir", "ana"],
    ] as const) {
      const reviews = order.map((uid) => by(uid));
      assert.equal(tally(among({ rule, people }), reviews).isReached, true);
      assert.equal(tally(among({ rule, people: same }), reviews).isReached, false);
    }
  });

  it("never counts a chain member, never one person twice, and never loses an approval to another one", () => {
    const uid = fc.constantFrom(...theStaff().map((entry) => entry.uid), "stranger");
    fc.assert(
      fc.property(fc.array(uid, { maxLength: 12 }), uid, fc.integer({ min: 1, max: 4 }), (uids, next, count) => {
        const electorate = among({ rule: ruleOf(count) });
        const reviews = uids.map((id) => by(id));
        const counted = tally(electorate, reviews);
        assert.ok(!counted.approvers.includes("olga"));
        assert.equal(new Set(counted.approvers).size, counted.approvers.length);
        assert.ok(counted.approvers.every((approver) => uids.includes(approver)));
        assert.equal(counted.isReached, counted.approvers.length >= count);
        assert.deepEqual(
          [...tally(electorate, [...reviews].reverse()).approvers].sort(),
          [...counted.approvers].sort(),
        );
        const more = tally(electorate, [...reviews, by(next)]).approvers;
        assert.ok(counted.approvers.every((approver) => more.includes(approver)));
      }),
    );
  });

  it("names who may decide: everybody with the role who is in and not tied to the request", () => {
    const names = eligibleApprovers(among({ people: changed("amir", { disabledAt: NOW }) })).map(({ uid }) => uid);
    assert.deepEqual(names.sort(), ["ada", "ana", "fi", "omar", "rolf"]);
    assert.equal(canBeReached(among({ rule: ruleOf(5) }), eligibleApprovers(among())), true);
    assert.equal(canBeReached(among({ rule: ruleOf(5) }), eligibleApprovers(among()).slice(2)), false);
  });

  it("says by which link of the chain a person is tied, and only by links that the rule names", () => {
    assert.equal(tieOf(among(), "olga"), "agentOwner");
    assert.equal(tieOf(among({ rule: lowRule({ selfExclusion: ["requester"] }) }), "olga"), null);
    assert.equal(tieOf(among(), "pi-1"), null);
  });

  describe("covers", () => {
    const may = (cover: Partial<ApproverCover>, who = "otto", overrides: Partial<Electorate> = {}) =>
      coveredBy(among({ covers: [aCover(cover)], ...overrides }), who)?.uid ?? null;

    it("let somebody without the role decide for whoever has it, while they run", () => {
      assert.equal(may({}), "ana");
      assert.equal(may({ startsAt: later(1) }), null);
      assert.equal(may({ endsAt: NOW }), null);
      assert.equal(may({ endsAt: "never" }), null);
      assert.equal(may({ capabilityIds: ["firing.flag"] }), "ana");
      assert.equal(may({ capabilityIds: ["batch.state.advance"] }), null);
    });

    it("are one link deep, and of no use to the chain, to strangers, or for people who may not decide", () => {
      assert.equal(may({ from: "vera" }), null);
      assert.equal(may({ from: "olga" }), null);
      assert.equal(may({ to: "olga" }, "olga"), null);
      assert.equal(may({ to: "stranger" }, "stranger"), null);
      const chained = [aCover({ from: "ana", to: "vera" }), aCover({ from: "vera", to: "otto" })];
      assert.equal(coveredBy(among({ covers: chained }), "otto"), null);
    });

    it("leave somebody who may decide anyway in their own place", () => {
      const covers = [aCover({ to: "amir" }), aCover()];
      assert.equal(standsInFor(among({ covers }), "amir"), null);
      assert.equal(standsInFor(among({ covers }), "otto"), "ana");
    });
  });

  describe("solo mode", () => {
    const alone = [listed(aPerson("olga", ["owner"]))];
    const soloMode = { coolingMs: 45 * MINUTE };

    it("lets the only decider decide after the cooling time, at low and medium risk", () => {
      assert.equal(soloFrom(among({ people: alone, soloMode }), "low", "olga"), later(45 * MINUTE));
      assert.equal(soloFrom(among({ people: alone, soloMode }), "medium", "olga"), later(45 * MINUTE));
    });

    it("is nobody's right at high risk, without the role, undeclared, or where somebody else could decide", () => {
      assert.equal(soloFrom(among({ people: alone, soloMode }), "high", "olga"), null);
      assert.equal(soloFrom(among({ people: alone }), "low", "olga"), null);
      assert.equal(soloFrom(among({ people: [listed(aPerson("olga", ["operator"]))], soloMode }), "low", "olga"), null);
      assert.equal(soloFrom(among({ soloMode }), "low", "olga"), null);
    });
  });
});
