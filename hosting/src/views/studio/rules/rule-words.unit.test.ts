import assert from "node:assert/strict";
import type { ApprovalRule } from "@studio-os/functions/contracts";
import { aProposal } from "../../../../test/support/builders.js";
import { aboutWords, likelyRule, policyChanges, ruleSentences, soloWords } from "./rule-words.js";

const rule = aProposal().rule;
const text = (rules: readonly ApprovalRule[]) => ({ rules: [...rules], soloMode: null });

describe("views/studio/rules/rule-words", () => {
  it("says what a rule is about", () => {
    assert.equal(aboutWords(rule), "Changes of low risk");
    assert.equal(aboutWords({ when: {} }), "Every change");
    assert.equal(
      aboutWords({ when: { capabilityId: "shop.refund", amountCents: 5_000 } }),
      "Changes by shop.refund, that move 50.00 or more",
    );
  });

  it("says everything that a rule asks", () => {
    assert.deepEqual(ruleSentences(rule), [
      "Needs the approval of one person who is owner, approver admin or approver.",
      "Never whoever asked, the owner of the agent that asked or whoever delegated.",
      "One rejection ends it.",
      "The decision may take 3 d; without one it is refused.",
      "An approval stands for 24 h, and can be taken back for 10 s before anything happens.",
      "Deciders are reminded after 50 % of the time.",
    ]);
    const [first] = rule.thresholds;
    assert.ok(first);
    const two = { count: 2, filter: { roles: ["finance" as const], groups: ["shop"], distinctGroups: true } };
    assert.match(
      ruleSentences({ ...rule, thresholds: [first, two] })[0] ?? "",
      /, or of 2 different people who are finance of the group shop, each from another group\.$/,
    );
  });

  it("says nothing changed of equal policies, and each sentence that came or went of others", () => {
    assert.deepEqual(policyChanges(text([rule]), text([{ ...rule }])), []);
    const slower = { ...rule, holdMs: 0 };
    assert.deepEqual(
      policyChanges(text([rule]), text([slower])).map(({ sign, about, sentence }) => [sign, about, sentence]),
      [
        ["-", "Changes of low risk", ruleSentences(rule)[4]],
        ["+", "Changes of low risk", "An approval stands for 24 h."],
      ],
    );
    const solo = { rules: [rule], soloMode: { coolingMs: 30 * 60_000 } };
    assert.match(soloWords(solo), /after 30 min/);
    assert.equal(policyChanges(text([rule]), solo).length, 2);
  });

  it("tells rules that only changed places", () => {
    const all = { ...rule, when: {} };
    const moved = policyChanges(text([rule, all]), text([all, rule]));
    assert.deepEqual(
      moved.map(({ sentence }) => sentence),
      ["Changes of low risk › Every change", "Every change › Changes of low risk"],
    );
  });

  it("finds the first rule that speaks about a change whose money is not known", () => {
    const [money, low] = [{ ...rule, when: { amountCents: 1 } }, rule];
    const subject = { riskTier: "low", capabilityId: "firing.flag", ownerUid: "ana" } as const;
    assert.equal(likelyRule(text([money, low]), subject), low);
    assert.equal(likelyRule(text([money]), subject), null);
  });
});
