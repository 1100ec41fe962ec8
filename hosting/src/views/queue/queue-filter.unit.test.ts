import assert from "node:assert/strict";
import fc from "fast-check";
import { RISK_TIERS } from "@studio-os/functions/contracts";
import { aProposal } from "../../../test/support/builders.js";
import { formatFilter, matchesFilter, parseFilter } from "./queue-filter.js";
import { SAVED_VIEWS } from "./saved-views.js";

describe("views/queue/queue-filter", () => {
  it("reads back every filter that it writes", () => {
    const filters = fc.record(
      {
        view: fc.constantFrom(...SAVED_VIEWS),
        text: fc.string({ maxLength: 60 }),
        tier: fc.option(fc.constantFrom(...RISK_TIERS)),
      },
      { noNullPrototype: true },
    );
    fc.assert(fc.property(filters, (filter) => assert.deepEqual(parseFilter(formatFilter(filter)), filter)));
  });

  it("takes Needs me without words when the address says nothing that it knows", () => {
    assert.deepEqual(parseFilter("?view=nonsense&tier=mild"), { view: "needs-me", text: "", tier: null });
  });

  it("finds a proposal by all words of its headline, target and requester, and an unreadable row by its id", () => {
    const row = { kind: "proposal", id: "p-1", proposal: aProposal() } as const;
    const byText = (text: string) => ({ view: "all", text, tier: null }) as const;
    assert.equal(matchesFilter(row, byText("GLAZE electric f-70")), true);
    assert.equal(matchesFilter(row, byText("glaze raku")), false);
    assert.equal(matchesFilter({ kind: "unreadable", id: "p-broken", problem: "" }, byText("broken")), true);
    assert.equal(matchesFilter(row, { ...byText(""), tier: "high" }), false);
  });
});
