import assert from "node:assert/strict";
import { GLOBAL_CONTROL_PATH, OPERATORS_PATH, PLATFORM_TENANT_ID, SOLO_RELEASE_PHRASE } from "../contracts/index.js";
import type { AuditEvent, HumanActor, JsonObject } from "../contracts/index.js";
import { aPerson } from "../../test/support/builders.js";
import { MINUTE } from "../../test/support/fake-means.js";
import { eventsOf } from "../../test/support/audit-trail.js";
import { REASON, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { bootstrapOperators } from "./bootstrap-control.js";
import { engageGlobalStop, releaseGlobalStop } from "./global-control.js";

const [PAT, PIM, EVE] = ["pat", "pim", "eve"].map((id) => aPerson(id, ["operator"])) as [
  HumanActor,
  HumanActor,
  HumanActor,
];

describe("policy/global-control", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    const people = [PAT, PIM].map(({ id, name }) => ({ uid: id, name }));
    assert.deepEqual(await bootstrapOperators(studio.deps, people), { isNew: true });
  });

  const command = <Body>(actor: HumanActor, body: Body) => ({
    ...{ actor, body, tenantId: PLATFORM_TENANT_ID, requestId: "request-1" },
  });
  const engage = (actor = PAT, mode: "stopped" | "read_only" = "stopped") =>
    engageGlobalStop(studio.deps, command(actor, { mode, reason: REASON }));
  const release = (actor: HumanActor, phrase: string | null = null) =>
    releaseGlobalStop(studio.deps, command(actor, { reason: "All clear again, says Otto", phrase }));
  const stored = (): JsonObject | undefined => studio.deps.transactor.dump()[GLOBAL_CONTROL_PATH];
  const events = (): AuditEvent[] => eventsOf(studio.deps.transactor.dump(), PLATFORM_TENANT_ID);
  const reasonOf = (outcome: { kind: string; reason?: string }): string => outcome.reason ?? outcome.kind;

  it("stops every studio with one operator's word, on the platform's record", async () => {
    const approved = (await studio.accepted(studio.approve(await studio.submitFlag()))).proposal;
    assert.equal((await engage()).kind, "accepted");
    assert.deepEqual([stored()?.["mode"], stored()?.["epoch"], stored()?.["auditVersion"]], ["stopped", 1, 2]);
    await studio.refused(studio.execute(approved), "KILL_SWITCH", ["proposal.blocked"]);
    const last = events().at(-1);
    assert.deepEqual([last?.type, last?.severity, last?.actor.id], ["control.engaged", "alarm", "pat"]);
  });

  it("is released by a second operator, or by one with phrase and delay, and approvals from before do not come back", async () => {
    const approved = (await studio.accepted(studio.approve(await studio.submitFlag()))).proposal;
    await engage();
    assert.equal((await release(PAT)).kind, "accepted");
    assert.equal(reasonOf(await release(PAT)), "RELEASE_NOT_CONFIRMED");
    assert.equal((await release(PIM)).kind, "accepted");
    assert.deepEqual([stored()?.["mode"], stored()?.["epoch"]], ["normal", 2]);
    await studio.refused(studio.execute(approved), "CONTROL_CHANGED", ["proposal.blocked"]);

    await engage();
    await release(PAT);
    studio.deps.clock.advance(5 * MINUTE);
    assert.equal((await release(PAT, SOLO_RELEASE_PHRASE)).kind, "accepted");
    assert.equal(events().at(-1)?.data["soloRelease"], true);
  });

  it("never loosens, and says CONTROL_UNCHANGED of what is so already", async () => {
    await engage();
    assert.equal(reasonOf(await engage(PIM)), "CONTROL_UNCHANGED");
    assert.equal(reasonOf(await engage(PIM, "read_only")), "CONTROL_UNCHANGED");
    assert.equal(events().at(-1)?.reasonCode, "CONTROL_UNCHANGED");
  });

  it("knows only listed operators, whatever a token says", async () => {
    assert.equal(reasonOf(await engage(EVE)), "ROLE_MISSING");
    await engage();
    await release(PAT);
    assert.equal(reasonOf(await release(EVE)), "ROLE_MISSING");
    const list = studio.deps.transactor.dump()[OPERATORS_PATH];
    const operators = [
      { uid: "pat", name: "pat", disabledAt: null },
      { uid: "pim", name: "pim", disabledAt: stored()?.["at"] ?? null },
    ];
    studio.deps.transactor.put(OPERATORS_PATH, { ...list, operators });
    assert.equal(reasonOf(await release(PIM)), "ROLE_MISSING");
    assert.equal(stored()?.["mode"], "stopped");
  });

  it("still stops while the list of operators cannot be read, and does not release", async () => {
    studio.deps.transactor.put(OPERATORS_PATH, { operators: "everybody" });
    assert.equal((await engage()).kind, "accepted");
    assert.equal(reasonOf(await release(PAT)), "ROLE_MISSING");
  });

  it("stops on an unreadable document under an epoch that nobody has seen, and does not release one", async () => {
    studio.deps.transactor.put(GLOBAL_CONTROL_PATH, { mode: "open" });
    assert.equal(reasonOf(await release(PAT)), "CONTROL_UNREADABLE");
    assert.equal((await engage()).kind, "accepted");
    assert.ok(Number(stored()?.["epoch"]) > 1_000_000_000_000);
    assert.equal(stored()?.["auditVersion"], 2);
  });

  it("leaves a list of operators that is there as it is", async () => {
    const before = studio.deps.transactor.dump()[OPERATORS_PATH];
    assert.deepEqual(await bootstrapOperators(studio.deps, [{ uid: "eve", name: "Eve" }]), { isNew: false });
    assert.deepEqual(studio.deps.transactor.dump()[OPERATORS_PATH], before);
  });
});
