import assert from "node:assert/strict";
import {
  TENANT_ID,
  aPerson,
  anAdmin,
  anApprover,
  anOperator,
  anOwner,
  anotherApprover,
} from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { toDocument } from "../commit/document-change.js";
import { ControlState, MAX_COVERS_EACH } from "../contracts/index.js";
import type { HumanActor, StaffEntry } from "../contracts/index.js";
import { changeStaff } from "./change-staff.js";
import { claimsToSync } from "./claims-to-sync.js";
import { endCover, startCover } from "./covers.js";

const REASON = "Starts at the kilns on Monday.";

describe("policy: the staff list and the covers", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });
  const state = () => ControlState.parse(studio.at("control/state"));
  const change = (memberUid: string, body: object = {}, actor: HumanActor = anOwner()) =>
    changeStaff(studio.deps, {
      actor,
      tenantId: TENANT_ID,
      requestId: "request-1",
      memberUid,
      body: { name: "Nina New", holds: ["operator"], groups: [], aliases: [], isIn: true, reason: REASON, ...body },
    });
  const cover = (body: object = {}, actor: HumanActor = anApprover()) =>
    startCover(studio.deps, {
      actor,
      tenantId: TENANT_ID,
      requestId: "request-1",
      body: {
        ...{ from: "ana", to: "otto", capabilityIds: null, startsAt: NOW, endsAt: later(24 * HOUR), reason: "away" },
        ...body,
      },
    });

  it("lists somebody new, and lets them do what the list says from then on", async () => {
    const nina = aPerson("nina", ["operator"], "Nina New");
    await studio.refused(studio.submit(nina), "ROLE_MISSING");
    const { entry } = await studio.accepted(change("nina"), ["staff.changed"]);
    assert.deepEqual(entry.roles, ["operator"]);
    await studio.accepted(studio.submit(nina));
  });

  it("takes effect at once for a token that was issued before", async () => {
    const proposal = await studio.submitFlag();
    await studio.accepted(change("ana", { name: "Ana", holds: ["viewer"] }));
    await studio.refused(studio.approve(proposal), "ROLE_MISSING");
  });

  it("loses the quorum of somebody who goes between approval and execution", async () => {
    const approved = (await studio.accepted(studio.approve(await studio.submitFlag()))).proposal;
    await studio.accepted(change("ana", { name: "Ana", holds: ["approver"], isIn: false }));
    await studio.refused(studio.execute(approved), "QUORUM_LOST");
    assert.equal(studio.at("firings/f-1")?.["attention"], null);
  });

  it("keeps since when somebody is out, and lets them in again", async () => {
    await studio.accepted(change("ana", { isIn: false }));
    studio.deps.clock.advance(HOUR);
    const { entry } = await studio.accepted(change("ana", { isIn: false }));
    assert.equal(entry.disabledAt, NOW);
    assert.equal((await studio.accepted(change("ana"))).entry.disabledAt, null);
  });

  const refusals: readonly [string, string, object, HumanActor, Parameters<MemoryStudio["refused"]>[1]][] = [
    ["an admin who is no owner", "nina", {}, anAdmin(), "ROLE_MISSING"],
    ["an owner whose own entry it is", "olga", { holds: ["owner"] }, anOwner(), "OWN_ROLES"],
    ["an account that somebody else has", "nina", { aliases: ["ana"] }, anOwner(), "INVALID_INPUT"],
  ];
  for (const [who, uid, body, actor, reason] of refusals)
    it(`refuses ${who} with ${reason}`, () => studio.refused(change(uid, body, actor), reason, ["staff.refused"]));

  it("refuses an alias of the actor as their own entry", async () => {
    const staff = state().staff.map((entry) => (entry.uid === "olga" ? { ...entry, aliases: ["olga-2"] } : entry));
    studio.change("control/state", { staff: staff.map(toDocument) });
    await studio.refused(change("olga", {}, aPerson("olga-2", ["owner"])), "OWN_ROLES", ["staff.refused"]);
  });

  it("keeps the last owner who is in", async () => {
    const owners = state().staff.filter(({ roles }) => roles.includes("owner"));
    const others = owners.filter(({ uid }) => uid !== "olga" && uid !== "omar");
    for (const { uid } of others) await studio.accepted(change(uid, { holds: [] }));
    await studio.accepted(change("olga", { holds: [] }, aPerson("omar", ["owner"])));
    const listed = state().staff.map((entry): StaffEntry => (entry.uid === "omar" ? { ...entry, uid: "omar" } : entry));
    assert.equal(listed.filter(({ roles }) => roles.includes("owner")).length, 1);
    // Nobody but omar could ask, and omar may not change his own entry: the last owner stays.
    await studio.refused(change("omar", { holds: [] }, aPerson("omar", ["owner"])), "OWN_ROLES", ["staff.refused"]);
  });

  it("lets a cover decide for whoever gave it, and says so on the review", async () => {
    const proposal = await studio.submitFlag(anOwner());
    await studio.refused(studio.approve(proposal, anOperator()), "ROLE_MISSING");
    await studio.accepted(cover(), ["cover.started"]);
    const approved = (await studio.accepted(studio.approve(proposal, anOperator()), ["proposal.approved"])).proposal;
    assert.deepEqual([approved.reviews[0]?.reviewer.id, approved.reviews[0]?.for], ["otto", "ana"]);
    await studio.accepted(studio.execute(approved));
  });

  it("does not let a cover decide on the covering person's own request", async () => {
    const proposal = await studio.submitFlag(anOperator());
    await studio.accepted(cover());
    await studio.refused(studio.approve(proposal, anOperator()), "ROLE_MISSING");
  });

  it("leaves room for the covers of others: ten of one person's place, those that are over not counted", async () => {
    for (let n = 0; n < MAX_COVERS_EACH; n += 1) await studio.accepted(cover());
    await studio.refused(cover(), "INVALID_INPUT", ["cover.refused"]);
    await studio.accepted(cover({ from: "amir" }, anotherApprover()));
    studio.deps.clock.advance(14 * 24 * HOUR);
    await studio.accepted(cover({ startsAt: studio.deps.clock.now(), endsAt: later(HOUR, studio.deps.clock.now()) }));
  });

  it("ends a cover at once, by either of the two", async () => {
    const started = (await studio.accepted(cover())).cover;
    const about = { tenantId: TENANT_ID, requestId: "request-1", coverId: started.coverId, body: { reason: "back" } };
    await studio.refused(endCover(studio.deps, { ...about, actor: aPerson("amir", ["approver"]) }), "ROLE_MISSING", [
      "cover.refused",
    ]);
    await studio.accepted(endCover(studio.deps, { ...about, actor: anOperator() }), ["cover.ended"]);
    await studio.refused(studio.approve(await studio.submitFlag(anOwner()), anOperator()), "ROLE_MISSING");
    await studio.refused(endCover(studio.deps, { ...about, coverId: "none", actor: anOwner() }), "NOT_FOUND", [
      "cover.refused",
    ]);
  });

  const bad: readonly [string, object, HumanActor, Parameters<MemoryStudio["refused"]>[1]][] = [
    ["for somebody else's place, by a colleague", {}, aPerson("amir", ["approver"]), "ROLE_MISSING"],
    ["of 14 days and a millisecond", { endsAt: later(14 * 24 * HOUR + 1) }, anApprover(), "INVALID_INPUT"],
    ["that is over before it begins", { endsAt: NOW }, anApprover(), "INVALID_INPUT"],
    ["of oneself", { to: "ana" }, anApprover(), "INVALID_INPUT"],
    ["by somebody who is not listed", { to: "nobody" }, anApprover(), "INVALID_INPUT"],
  ];
  for (const [what, body, actor, reason] of bad)
    it(`refuses a cover ${what} with ${reason}`, () => studio.refused(cover(body, actor), reason, ["cover.refused"]));

  it("tells which accounts' claims changed, aliases and people who left included", () => {
    const entry = (uid: string, change: Partial<StaffEntry> = {}): StaffEntry => ({
      ...{ uid, name: uid, roles: ["approver"], groups: [], aliases: [], disabledAt: null },
      ...change,
    });
    const at = (...staff: StaffEntry[]) => toDocument({ staff });
    const before = at(entry("ana", { aliases: ["ana-2"] }), entry("amir"), entry("gone"), entry("same"));
    const after = at(
      entry("ana", { aliases: ["ana-2"], roles: ["owner", "approver"] }),
      entry("amir", { disabledAt: NOW }),
      entry("same"),
      entry("new"),
    );
    assert.deepEqual(claimsToSync(before, after, after), [
      { uid: "ana", roles: ["approver", "owner"] },
      { uid: "ana-2", roles: ["approver", "owner"] },
      { uid: "amir", roles: null },
      { uid: "gone", roles: null },
      { uid: "new", roles: ["approver"] },
    ]);
    assert.deepEqual(claimsToSync(after, after, after), []);
    assert.deepEqual(claimsToSync(before, { staff: "none" }, after), []);
    assert.deepEqual(claimsToSync(before, after, { staff: "none" }), []);
    assert.deepEqual(claimsToSync(before, after, before)[0], { uid: "ana", roles: ["approver"] }, "a late event");
    assert.equal(claimsToSync(null, after, after).length, 5);
  });
});
