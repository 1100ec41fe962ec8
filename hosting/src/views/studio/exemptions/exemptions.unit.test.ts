import assert from "node:assert/strict";
import type { Exemption } from "@studio-os/functions/contracts";
import { listCapabilities } from "../../../../../functions/src/capabilities/list-capabilities.js";
import { aControl, aMe, aNoteProposal, instant, NOON_MS, STAFF } from "../../../../test/support/builders.js";
import { anExemption } from "../../../../test/support/engine-scenarios.js";
import { toLocalInput } from "../../../ui/local-time.js";
import { exemptionInputAt, readExemptionInput } from "./exemption-input.js";
import { epochOf, phaseOf, usableExemptions } from "./exemption-standing.js";
import type { ExemptionUse } from "./exemption-standing.js";

const HOUR_MS = 3_600_000;
const WHY = "Bo is alone in the studio this afternoon.";
const exemption = (overrides: Partial<Exemption> = {}) => anExemption(overrides, NOON_MS);

describe("views/studio/exemptions", () => {
  it("has one phase at every moment, its end excluded", () => {
    const { startsAt, expiresAt } = exemption();
    assert.equal(phaseOf(exemption(), 1, Date.parse(startsAt) - 1), "ahead");
    assert.equal(phaseOf(exemption(), 1, Date.parse(startsAt)), "counts");
    assert.equal(phaseOf(exemption(), 1, Date.parse(expiresAt) - 1), "counts");
    assert.equal(phaseOf(exemption(), 1, Date.parse(expiresAt)), "over");
    assert.equal(phaseOf(exemption({ uses: 2 }), 1, NOON_MS), "spent");
    assert.equal(phaseOf(exemption({ revokedAt: instant(NOON_MS), revokedBy: "dee" }), 1, NOON_MS), "revoked");
  });

  it("is void in every other epoch, and in one that is not known", () => {
    assert.equal(phaseOf(exemption(), 2, NOON_MS), "void");
    assert.equal(phaseOf(exemption(), null, NOON_MS), "void");
  });

  it("knows the epoch only when both switches can be read", () => {
    const live = (studio: "found" | "missing") =>
      epochOf({
        state: "ready",
        value: {
          studio: studio === "found" ? { kind: "found", value: aControl({ epoch: 4 }) } : { kind: "missing" },
          global: { kind: "found", value: { ...aControl(), epoch: 3 } },
        },
        isFromCache: false,
        confirmedAtMs: NOON_MS,
      });
    assert.equal(live("found"), 7);
    assert.equal(live("missing"), null);
    assert.equal(epochOf({ state: "loading" }), null);
  });

  const use = (part: Partial<ExemptionUse> = {}): ExemptionUse => ({
    proposal: aNoteProposal("p-high", NOON_MS),
    waives: "second_approver",
    me: aMe("ana", ["owner"]),
    staff: STAFF,
    epoch: 1,
    nowMs: NOON_MS,
    ...part,
  });
  const fits = (overrides: Partial<Exemption>, part: Partial<ExemptionUse> = {}) =>
    usableExemptions([exemption(overrides)], use(part)).length === 1;

  it("offers what fits in every point, and nothing that misses one", () => {
    assert.equal(fits({}), true);
    assert.equal(fits({ capabilityId: "firing.flag" }), false);
    assert.equal(fits({ ownerUid: "ana" }), false);
    assert.equal(fits({ resourceRef: "batches/b-7" }), true);
    assert.equal(fits({ resourceRef: "batches/b-70" }), false);
    assert.equal(fits({ waives: ["quota"] }), false);
    assert.equal(fits({ waives: ["quota"] }, { waives: "quota" }), true);
    assert.equal(fits({ constraint: { maxAmountCents: 0 } }), true);
    assert.equal(fits({}, { epoch: 2 }), false);
  });

  it("does not offer it to whoever granted it, nor where they stand behind the request", () => {
    assert.equal(fits({ grantedBy: "ana" }), false);
    assert.equal(fits({ grantedBy: "ana", waives: ["quota"] }, { waives: "quota" }), true);
    assert.equal(fits({ grantedBy: "bo" }), false, "bo asked");
  });

  const around = { offers: listCapabilities().capabilities, staff: STAFF, me: aMe("ana", ["owner"]), nowMs: NOON_MS };
  const filled = {
    ...exemptionInputAt(NOON_MS),
    capabilityId: "batch.opsNote.append",
    forUid: "bo",
    waives: ["second_approver" as const],
    ticketRef: "Log book, page 12",
    reason: WHY,
  };

  it("sends what was typed in the contract's language", () => {
    const read = readExemptionInput({ ...filled, record: " batches/b-7 ", maxAmount: "3" }, around);
    assert.ok(read.kind === "ready");
    assert.deepEqual(read.body, {
      capabilityId: "batch.opsNote.append",
      forUid: "bo",
      resourceRef: "batches/b-7",
      constraint: { maxAmountCents: 300 },
      waives: ["second_approver"],
      ticketRef: "Log book, page 12",
      startsAt: null,
      expiresAt: instant(NOON_MS + 2 * HOUR_MS),
      maxUses: 1,
      reason: WHY,
    });
  });

  it("says what is wrong with each field", () => {
    const odd = (part: Partial<typeof filled>) => {
      const read = readExemptionInput({ ...filled, ...part }, around);
      return read.kind === "missing" ? Object.keys(read.problems) : [];
    };
    assert.deepEqual(odd({ capabilityId: "kiln.start" }), ["capabilityId"]);
    assert.deepEqual(odd({ forUid: "" }), ["forUid"], "a capability that writes has a bounded reach");
    assert.deepEqual(odd({ forUid: "", record: "batches/b-7" }), []);
    assert.deepEqual(odd({ forUid: "ana" }), ["forUid"], "not for oneself");
    assert.deepEqual(odd({ record: "a batch" }), ["record"]);
    assert.deepEqual(odd({ ticketRef: " " }), ["ticketRef"]);
    assert.deepEqual(odd({ maxUses: "" }), ["maxUses"]);
    assert.deepEqual(odd({ maxUses: "21" }), ["maxUses"]);
    assert.deepEqual(odd({ startsAt: toLocalInput(NOON_MS - 60_000) }), ["startsAt"]);
    assert.deepEqual(odd({ expiresAt: toLocalInput(NOON_MS) }), ["expiresAt"]);
    assert.deepEqual(odd({ startsAt: toLocalInput(NOON_MS + 2 * HOUR_MS) }), ["expiresAt"]);
    assert.deepEqual(odd({ expiresAt: toLocalInput(NOON_MS + 7 * 24 * HOUR_MS) }), []);
    assert.deepEqual(odd({ expiresAt: toLocalInput(NOON_MS + 7 * 24 * HOUR_MS + 60_000) }), ["expiresAt"]);
    assert.deepEqual(odd({ reason: "short" }), ["reason"]);
  });

  it("lets an exemption for what moves devices count four hours at most", () => {
    const offers = around.offers.map((offer) => ({ ...offer, riskTier: "physical" as const }));
    const end = (ms: number) =>
      readExemptionInput({ ...filled, expiresAt: toLocalInput(NOON_MS + ms) }, { ...around, offers }).kind;
    assert.equal(end(4 * HOUR_MS), "ready");
    assert.equal(end(4 * HOUR_MS + 60_000), "missing");
  });
});
