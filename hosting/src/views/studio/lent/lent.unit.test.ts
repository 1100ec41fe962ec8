import assert from "node:assert/strict";
import type { CapabilityOffer, Delegation } from "@studio-os/functions/contracts";
import { listCapabilities } from "../../../../../functions/src/capabilities/list-capabilities.js";
import { aMe, instant, NOON_MS, STAFF } from "../../../../test/support/builders.js";
import { aGrant } from "../../../../test/support/engine-scenarios.js";
import { toLocalInput } from "../../../ui/local-time.js";
import { lentInputAt, readLentInput } from "./lent-input.js";
import { lendable, mayTakeBack, standingOf } from "./lent-standing.js";

const OFFERS: readonly CapabilityOffer[] = listCapabilities().capabilities;
const HOUR_MS = 3_600_000;
const WHY = "The agent watches the kiln room over the weekend.";

describe("views/studio/lent", () => {
  const around = { agents: [], staff: STAFF, offers: OFFERS, nowMs: NOON_MS };
  const phase = (overrides: Partial<Delegation>, nowMs = NOON_MS) =>
    standingOf(aGrant(overrides, NOON_MS), { ...around, nowMs }).phase;

  it("counts until, but not at, its end", () => {
    const { expiresAt } = aGrant({}, NOON_MS);
    assert.equal(phase({}, Date.parse(expiresAt) - 1), "running");
    assert.equal(phase({}, Date.parse(expiresAt)), "over");
  });

  it("does not count when it was taken back, whatever its end", () => {
    assert.equal(phase({ revokedAt: instant(NOON_MS), revokedBy: "ana" }), "taken_back");
  });

  it("names the capabilities that its delegator may not ask for now", () => {
    const lost = (delegator: string) => standingOf(aGrant({ delegator }, NOON_MS), around).lostScopes;
    assert.deepEqual(lost("bo"), []);
    assert.deepEqual(lost("fin"), ["firing.flag"]);
    assert.deepEqual(lost("zoe"), ["firing.flag"], "whoever is out holds nothing");
    assert.deepEqual(lost("nobody"), ["firing.flag"]);
  });

  it("lets the delegator, owners and approver admins take it back", () => {
    const grant = aGrant({ delegator: "bo" }, NOON_MS);
    assert.equal(mayTakeBack(grant, STAFF, aMe("bo", ["operator"])), true);
    assert.equal(mayTakeBack(grant, STAFF, aMe("fin", ["finance"])), false);
    assert.equal(mayTakeBack(grant, STAFF, aMe("dee", ["approver_admin"])), true);
  });

  it("offers to lend what agents may ask for and oneself may too", () => {
    const ids = (roles: Parameters<typeof aMe>[1]) => lendable(OFFERS, aMe("x", roles)).map(({ id }) => id);
    assert.deepEqual(ids(["operator"]), ["firing.flag"]);
    assert.deepEqual(ids(["finance"]), []);
  });

  const filled = { ...lentInputAt(NOON_MS), agentId: "kiln-room-agent", scopes: ["firing.flag"], reason: WHY };

  it("sends what was typed in the contract's language", () => {
    const input = {
      ...filled,
      records: "firings/f-70\n\n firings/f-70 \nfirings/f-71",
      maxAmount: "12.50",
      maxPerDay: "4",
    };
    const read = readLentInput(input, NOON_MS);
    assert.ok(read.kind === "ready");
    assert.deepEqual(read.body, {
      agentId: "kiln-room-agent",
      scopes: ["firing.flag"],
      resourceRefs: ["firings/f-70", "firings/f-71"],
      constraints: { maxAmountCents: 1_250, maxPerDay: 4 },
      expiresAt: instant(NOON_MS + 8 * HOUR_MS),
      reason: WHY,
    });
  });

  it("says what is wrong with each field", () => {
    const odd = (part: Partial<typeof filled>) => {
      const read = readLentInput({ ...filled, ...part }, NOON_MS);
      return read.kind === "missing" ? Object.keys(read.problems) : [];
    };
    assert.deepEqual(odd({ agentId: "" }), ["agentId"]);
    assert.deepEqual(odd({ scopes: [] }), ["scopes"]);
    assert.deepEqual(odd({ records: "the kiln" }), ["records"]);
    assert.deepEqual(odd({ maxAmount: "a lot" }), ["maxAmount"]);
    assert.deepEqual(odd({ maxPerDay: "0" }), ["maxPerDay"]);
    assert.deepEqual(odd({ maxPerDay: "1.5" }), ["maxPerDay"]);
    assert.deepEqual(odd({ reason: "short" }), ["reason"]);
    assert.deepEqual(odd({ until: toLocalInput(NOON_MS) }), ["until"]);
    assert.deepEqual(odd({ until: toLocalInput(NOON_MS + 30 * 24 * HOUR_MS) }), []);
    assert.deepEqual(odd({ until: toLocalInput(NOON_MS + 30 * 24 * HOUR_MS + 60_000) }), ["until"]);
  });
});
