import assert from "node:assert/strict";
import { TENANT_ID, aPerson, anAdmin, anApprover, anOwner } from "../../test/support/builders.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { MAX_LEGAL_HOLDS } from "../contracts/index.js";
import type { HumanActor, JsonObject } from "../contracts/index.js";
import { liftHold, placeHold } from "./change-holds.js";

describe("governance/change-holds", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });
  const common = (actor: HumanActor) => ({ actor, tenantId: TENANT_ID, requestId: "request-1" });
  const body = { about: { kind: "everything" }, reason: "the insurer asks" } as const;
  const place = (actor: HumanActor = anAdmin()) => placeHold(studio.deps, { ...common(actor), body });
  const lift = (holdId: string, actor: HumanActor = anOwner()) =>
    liftHold(studio.deps, { ...common(actor), holdId, body: { reason: "the insurer has answered" } });
  const holds = (): JsonObject[] => (studio.at("retention/holds")?.["holds"] ?? []) as JsonObject[];
  const refused = ["hold.refused"];

  it("places and lifts holds on record, and keeps the lifted ones", async () => {
    const first = (await studio.accepted(place(), ["hold.placed"])).hold;
    await studio.accepted(place(anOwner()), ["hold.placed"]);
    const lifted = (await studio.accepted(lift(first.holdId), ["hold.lifted"])).hold;
    assert.deepEqual([lifted.placedBy, lifted.liftedBy], [anAdmin().id, anOwner().id]);
    assert.deepEqual(
      holds().map(({ liftedBy }) => liftedBy),
      [anOwner().id, null],
    );
    assert.equal(studio.at("retention/holds")?.["auditVersion"], 3);
  });

  it("lets owners and admins place, and owners alone lift, as the staff list has it", async () => {
    await studio.refused(place(anApprover()), "ROLE_MISSING", refused);
    await studio.refused(place(aPerson("nobody", ["owner"])), "ROLE_MISSING", refused);
    const { hold } = await studio.accepted(place());
    await studio.refused(lift(hold.holdId, anAdmin()), "ROLE_MISSING", refused);
  });

  it("lifts what is in force, once", async () => {
    await studio.refused(lift("no-such-hold"), "NOT_FOUND", refused);
    const { hold } = await studio.accepted(place());
    await studio.accepted(lift(hold.holdId));
    await studio.refused(lift(hold.holdId), "NOT_FOUND", refused);
  });

  it("can be placed while the studio is stopped: it only keeps", async () => {
    await studio.accepted(studio.stop());
    await studio.accepted(place(), ["hold.placed"]);
  });

  it(`places ${MAX_LEGAL_HOLDS} at most, and none where those that are there cannot be read`, async () => {
    const { hold } = await studio.accepted(place());
    studio.change("retention/holds", { holds: Array.from({ length: MAX_LEGAL_HOLDS }, () => ({ ...hold })) });
    await studio.refused(place(), "TOO_MANY_HOLDS", refused);
    studio.change("retention/holds", { holds: 7 });
    await studio.refused(place(), "TARGET_UNREADABLE", refused);
  });
});
