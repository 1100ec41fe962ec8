import assert from "node:assert/strict";
import {
  ControlState,
  GLOBAL_CONTROL_PATH,
  PLATFORM_TENANT_ID,
  Tenant,
  inTenant,
  tenantPath,
} from "../contracts/index.js";
import { TENANT_ID, aPerson, anOwner, anotherOwner } from "../../test/support/builders.js";
import { MINUTE, NOW, testDeps } from "../../test/support/fake-means.js";
import { assertTrailIsSound, eventsOf } from "../../test/support/audit-trail.js";
import { REASON, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { bootstrapGlobalControl, bootstrapTenant } from "./bootstrap-control.js";
import { engageStop } from "./engage-stop.js";
import { getControl } from "./look-at-control.js";

const KILN_HOUSE = { tenantId: TENANT_ID, name: "Kiln House", timeZone: "Europe/Berlin", currency: "EUR" };
const CONTROL = inTenant(TENANT_ID, "control/state");

describe("policy/engage-stop", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });

  it("stops with one person's word, with an alarm, and counts the epoch up", async () => {
    const { control } = await studio.accepted(studio.stop(), ["control.engaged"]);
    assert.deepEqual([control.mode, control.epoch, control.by.id, control.reason], ["stopped", 2, "ana", REASON]);
    assert.equal(studio.events().at(-1)?.severity, "alarm");
  });

  it("names who stopped as the staff list does, whatever name their account gives itself", async () => {
    const body = { mode: "stopped" as const, reason: REASON };
    const actor = { ...aPerson("ana", ["approver"]), name: "Olga Owner" };
    const stop = engageStop(studio.deps, { actor, tenantId: TENANT_ID, requestId: "request-1", body });
    const { control } = await studio.accepted(stop);
    assert.deepEqual([control.by.name, studio.events().at(-1)?.actor.name], ["Ana Approver", "Ana Approver"]);
  });

  it("makes a read-only studio stricter, and a stopped one never looser", async () => {
    await studio.accepted(studio.stop("read_only"));
    await studio.refused(studio.stop("read_only"), "CONTROL_UNCHANGED", ["control.refused"]);
    await studio.accepted(studio.stop("stopped"));
    await studio.refused(studio.stop("read_only"), "CONTROL_UNCHANGED", ["control.refused"]);
    await studio.refused(studio.stop("stopped"), "CONTROL_UNCHANGED", ["control.refused"]);
    assert.equal(studio.at("control/state")?.["mode"], "stopped");
  });

  it("takes a release back that was asked for, when the stop becomes stricter", async () => {
    await studio.accepted(studio.stop("read_only"));
    await studio.accepted(studio.release(anOwner()), ["control.release_requested"]);
    const { control } = await studio.accepted(studio.stop("stopped"));
    assert.equal(control.releaseRequest, null);
  });

  it("is not for somebody whom the staff list does not lead, whatever their token says", async () => {
    const body = { mode: "stopped" as const, reason: REASON };
    const gone = { actor: aPerson("gone", ["owner"]), tenantId: TENANT_ID, requestId: "request-1", body };
    await studio.refused(engageStop(studio.deps, gone), "ROLE_MISSING", ["control.refused"]);
    studio.change("control/state", { mode: "open" });
    await studio.accepted(engageStop(studio.deps, gone), ["control.engaged"]);
  });

  it("works on an unreadable document too, goes on with its versions, and starts an epoch that nobody has seen", async () => {
    studio.change("control/state", { mode: "open" });
    const { control } = await studio.accepted(studio.stop(), ["control.engaged"]);
    assert.ok(control.epoch > 1_000_000_000_000);
    assert.equal(studio.events().at(-1)?.data["wasReadable"], false);
  });

  it("works where the document is gone", async () => {
    const fresh = testDeps();
    const actor = anOwner();
    const body = { mode: "stopped" as const, reason: REASON };
    const outcome = await engageStop(fresh, { actor, tenantId: TENANT_ID, requestId: "request-1", body });
    assert.equal(outcome.kind, "accepted");
    assertTrailIsSound(fresh.transactor.dump(), TENANT_ID);
    assert.equal(fresh.transactor.dump()[CONTROL]?.["auditVersion"], 1);
  });
});

describe("policy/release-stop: the use case", () => {
  it("takes two people, or one with phrase and delay, and counts the epoch up once", async () => {
    const studio = await openMemoryStudio();
    await studio.accepted(studio.stop());
    const asked = await studio.accepted(studio.release(anOwner()), ["control.release_requested"]);
    assert.deepEqual([asked.isReleased, asked.control.mode, asked.control.epoch], [false, "stopped", 2]);
    await studio.refused(studio.release(anOwner()), "RELEASE_NOT_CONFIRMED", ["control.refused"]);
    studio.deps.clock.advance(5 * MINUTE - 1);
    await studio.refused(studio.release(anOwner(), "release the stop"), "RELEASE_NOT_CONFIRMED", ["control.refused"]);
    studio.deps.clock.advance(1);
    const alone = await studio.accepted(studio.release(anOwner(), "release the stop"), ["control.released"]);
    assert.deepEqual([alone.isReleased, alone.control.mode, alone.control.epoch], [true, "normal", 3]);
    assert.deepEqual(studio.events().at(-1)?.data, { soloRelease: true });
    await studio.refused(studio.release(anotherOwner()), "CONTROL_UNCHANGED", ["control.refused"]);
    await studio.accepted(studio.stop());
    await studio.releaseByTwo();
    assert.deepEqual(studio.events().at(-1)?.data, { soloRelease: false });
  });

  it("takes one person under two accounts for one, who waits and types the phrase", async () => {
    const studio = await openMemoryStudio();
    const { staff } = ControlState.parse(studio.at("control/state"));
    const withAlias = staff.map((entry) => (entry.uid === "olga" ? { ...entry, aliases: ["olga-2"] } : entry));
    studio.change("control/state", { staff: withAlias });
    const otherAccount = aPerson("olga-2", ["owner"], "Olga Owner");
    await studio.accepted(studio.stop());
    await studio.accepted(studio.release(anOwner()), ["control.release_requested"]);
    await studio.refused(studio.release(otherAccount), "RELEASE_NOT_CONFIRMED", ["control.refused"]);
    studio.deps.clock.advance(5 * MINUTE);
    await studio.accepted(studio.release(otherAccount, "release the stop"), ["control.released"]);
    assert.deepEqual(studio.events().at(-1)?.data, { soloRelease: true });
  });

  it("does not release on the word of somebody who was taken off the list since they asked", async () => {
    const studio = await openMemoryStudio();
    await studio.accepted(studio.stop());
    await studio.accepted(studio.release(anotherOwner()), ["control.release_requested"]);
    const { staff } = ControlState.parse(studio.at("control/state"));
    const gone = staff.map((entry) => (entry.uid === anotherOwner().id ? { ...entry, disabledAt: NOW } : entry));
    studio.change("control/state", { staff: gone });
    const asked = await studio.accepted(studio.release(anOwner()), ["control.release_requested"]);
    assert.equal(asked.isReleased, false);
  });

  it("releases once when two people confirm at the same time", async () => {
    const studio = await openMemoryStudio();
    await studio.accepted(studio.stop());
    const outcomes = await Promise.all([studio.release(anOwner()), studio.release(anotherOwner())]);
    const released = outcomes.map((outcome) => outcome.kind === "accepted" && outcome.answer.isReleased);
    assert.deepEqual(released.sort(), [false, true]);
    assert.equal(studio.at("control/state")?.["epoch"], 3);
  });

  it("does not release what it cannot read", async () => {
    const studio = await openMemoryStudio();
    studio.change("control/state", { mode: "open" });
    await studio.refused(studio.release(anOwner()), "CONTROL_UNREADABLE", ["control.refused"]);
  });
});

describe("policy/bootstrap-control", () => {
  it("brings a studio into being stopped, on record, and leaves one that exists as it is", async () => {
    const deps = testDeps();
    assert.deepEqual(await bootstrapTenant(deps, KILN_HOUSE, []), { isNew: true });
    const dump = deps.transactor.dump();
    assert.deepEqual([dump[CONTROL]?.["mode"], dump[CONTROL]?.["epoch"]], ["stopped", 0]);
    assert.deepEqual(Tenant.parse(dump[tenantPath(TENANT_ID)]), { ...KILN_HOUSE, createdAt: NOW });
    assertTrailIsSound(dump, TENANT_ID);
    deps.clock.advance(MINUTE);
    assert.deepEqual(await bootstrapTenant(deps, { ...KILN_HOUSE, name: "Other" }, []), { isNew: false });
    assert.deepEqual(deps.transactor.dump(), dump);
  });

  it("brings a lost control document back stopped, under an epoch that no approval has seen", async () => {
    const studio = await openMemoryStudio();
    const { deps } = studio;
    deps.transactor.remove(CONTROL);
    assert.deepEqual(await bootstrapTenant(deps, KILN_HOUSE, []), { isNew: true });
    assert.equal(studio.at("control/state")?.["mode"], "stopped");
    assert.ok(Number(studio.at("control/state")?.["epoch"]) > 1_000_000_000_000);
  });

  it("goes on with the versions of a lost control document, whoever makes it anew", async () => {
    for (const remake of ["bootstrap", "stop"] as const) {
      const studio = await openMemoryStudio();
      const version = () => Number(studio.at("control/state")?.["auditVersion"]);
      await studio.accepted(studio.stop());
      await studio.releaseByTwo();
      const reached = version();
      studio.deps.transactor.remove(CONTROL);
      await (remake === "bootstrap" ? studio.bootstrap() : studio.accepted(studio.stop()));
      assert.equal(version(), reached + 1, remake);
      assertTrailIsSound(studio.deps.transactor.dump(), TENANT_ID);
    }
  });

  it("brings a control document back under an epoch that no approval has seen where the studio's own is gone as well", async () => {
    const studio = await openMemoryStudio();
    studio.deps.transactor.remove(CONTROL);
    studio.deps.transactor.remove(tenantPath(TENANT_ID));
    await studio.bootstrap();
    assert.ok(Number(studio.at("control/state")?.["epoch"]) > 1_000_000_000_000);
  });

  it("brings a lost control of all studios back stopped, under an epoch that no approval has seen", async () => {
    const studio = await openMemoryStudio();
    const { deps } = studio;
    const approved = (await studio.accepted(studio.approve(await studio.submitFlag()))).proposal;
    deps.transactor.remove(GLOBAL_CONTROL_PATH);
    assert.deepEqual(await bootstrapGlobalControl(deps), { isNew: true });
    const remade = deps.transactor.dump()[GLOBAL_CONTROL_PATH];
    assert.deepEqual([remade?.["mode"], remade?.["auditVersion"]], ["stopped", 2]);
    deps.transactor.put(GLOBAL_CONTROL_PATH, { ...remade, mode: "normal" });
    await studio.refused(studio.execute(approved), "CONTROL_CHANGED", ["proposal.blocked"]);
  });

  it("opens the control above all studios once, on the platform's own record", async () => {
    const deps = testDeps();
    assert.deepEqual(await bootstrapGlobalControl(deps), { isNew: true });
    const dump = deps.transactor.dump();
    assert.equal(dump["control/global"]?.["mode"], "normal");
    assert.deepEqual(
      eventsOf(dump, PLATFORM_TENANT_ID).map(({ type }) => type),
      ["control.released"],
    );
    assert.deepEqual(await bootstrapGlobalControl(deps), { isNew: false });
    assert.deepEqual(deps.transactor.dump(), dump);
  });
});

describe("policy/look-at-control", () => {
  const look = async (studio: MemoryStudio) => studio.accepted(getControl(studio.deps, TENANT_ID), []);

  it("tells the mode that counts, by whose word, and the studio's own document", async () => {
    const studio = await openMemoryStudio();
    assert.equal((await look(studio)).effectiveMode, "normal");
    await studio.accepted(studio.stop("read_only"));
    const { effectiveMode, control, detail } = await look(studio);
    assert.deepEqual([effectiveMode, control?.mode], ["read_only", "read_only"]);
    assert.match(detail, /^read-only by Ana Approver at .*: Smoke in the kiln room$/);
  });

  it("says stopped of what it cannot read", async () => {
    const studio = await openMemoryStudio();
    studio.deps.transactor.remove("control/global");
    assert.equal((await look(studio)).effectiveMode, "stopped");
    studio.change("control/state", { mode: "open" });
    const { control, effectiveMode } = await look(studio);
    assert.deepEqual([control, effectiveMode], [null, "stopped"]);
  });
});
