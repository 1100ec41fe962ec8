import assert from "node:assert/strict";
import { TENANT_ID, anExemption, theStaff } from "../../test/support/builders.js";
import { NOW, later } from "../../test/support/fake-means.js";
import type { Exemption } from "../contracts/index.js";
import { judgeExemption } from "./exemption.js";

const use = {
  tenantId: TENANT_ID,
  capabilityId: "firing.flag",
  ownerUid: "olga",
  actChain: [{ type: "human", id: "otto", as: "requester" }],
  targets: ["firings/f-1"],
  cents: 0,
  waivable: ["second_approver"],
  controlEpoch: 2,
  people: theStaff(),
  now: NOW,
} as const;

function codeOf(exemption: Exemption | null, changed: Partial<Parameters<typeof judgeExemption>[1]> = {}): string {
  const verdict = judgeExemption({ exemptionId: "waived-1", exemption }, { ...use, ...changed });
  return verdict.kind === "waives" ? "waives" : verdict.reasonCode;
}

describe("policy/exemption", () => {
  it("waives what it names, for whom and what it names, while it runs", () => {
    assert.equal(codeOf(anExemption()), "waives");
  });

  it("is missing where there is none, and where another one was read", () => {
    assert.equal(codeOf(null), "EXEMPTION_MISSING");
    assert.equal(codeOf(anExemption({ exemptionId: "waived-2" })), "EXEMPTION_MISSING");
    assert.equal(codeOf(anExemption({ tenantId: "juniper-pottery" })), "EXEMPTION_MISSING");
  });

  for (const [title, overrides, code] of [
    ["ends at this very instant", { expiresAt: NOW }, "EXEMPTION_EXPIRED"],
    ["has not begun", { startsAt: later(1) }, "EXEMPTION_EXPIRED"],
    ["was used up", { uses: 1 }, "EXEMPTION_SPENT"],
    ["was taken back", { revokedAt: later(-1), revokedBy: "omar" }, "EXEMPTION_REVOKED"],
    ["was granted before the kill switch was used", { controlEpoch: 1 }, "EXEMPTION_REVOKED"],
    ["is about another capability", { capabilityId: "batch.opsNote.append" }, "EXEMPTION_SCOPE"],
    ["is about another person's requests", { ownerUid: "ana" }, "EXEMPTION_SCOPE"],
    ["is about another record", { resourceRef: "firings/f-10" }, "EXEMPTION_SCOPE"],
    ["waives something else", { waives: ["quota"] }, "EXEMPTION_SCOPE"],
    ["was granted by somebody in the chain", { grantedBy: "otto" }, "SELF_APPROVAL"],
  ] as const)
    it(`refuses with ${code} where it ${title}`, () => {
      assert.equal(codeOf(anExemption(overrides as Partial<Exemption>)), code);
    });

  it("bounds the money that is moved, of either sign", () => {
    const bounded = anExemption({ constraint: { maxAmountCents: 100 } });
    assert.deepEqual(
      [100, -100, 101, -101].map((cents) => codeOf(bounded, { cents })),
      ["waives", "waives", "EXEMPTION_SCOPE", "EXEMPTION_SCOPE"],
    );
  });

  it("covers every record of the effect or none", () => {
    const one = anExemption({ ownerUid: null, resourceRef: "firings/f-1" });
    assert.equal(codeOf(one), "waives");
    assert.equal(codeOf(one, { targets: ["firings/f-1", "firings/f-2"] }), "EXEMPTION_SCOPE");
  });
});
