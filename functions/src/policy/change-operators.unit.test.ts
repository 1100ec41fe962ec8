import assert from "node:assert/strict";
import type { Outcome } from "../commit/outcome.js";
import { OPERATORS_PATH, OPERATORS_PHRASE, PLATFORM_TENANT_ID, PlatformOperators } from "../contracts/index.js";
import type { HumanActor, RouteBody } from "../contracts/index.js";
import { eventsOf } from "../../test/support/audit-trail.js";
import { aPerson } from "../../test/support/builders.js";
import { MINUTE } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { bootstrapOperators } from "./bootstrap-control.js";
import { changeOperator, getOperators } from "./change-operators.js";
import { engageGlobalStop, releaseGlobalStop } from "./global-control.js";

const [PAT, PIM, PAM] = ["pat", "pim", "pam"].map((id) => aPerson(id, ["operator"])) as [
  HumanActor,
  HumanActor,
  HumanActor,
];
const WHY = "She takes the night shift from May on";

describe("policy/change-operators", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    const people = [PAT, PIM].map(({ id, name }) => ({ uid: id, name }));
    await bootstrapOperators(studio.deps, people);
  });

  const about = (actor: HumanActor) => ({ actor, tenantId: PLATFORM_TENANT_ID, requestId: "request-1" });
  const look = (actor: HumanActor) => ({ ...about(actor), body: null });
  const change = (actor: HumanActor, uid: string, body: Partial<RouteBody<"changeOperator">> = {}) =>
    changeOperator(studio.deps, {
      ...about(actor),
      operatorUid: uid,
      body: { name: uid, isIn: true, reason: WHY, phrase: null, ...body },
    });
  const stop = (actor: HumanActor) =>
    engageGlobalStop(studio.deps, { ...about(actor), body: { mode: "stopped", reason: WHY } });
  const stored = () => PlatformOperators.parse(studio.deps.transactor.dump()[OPERATORS_PATH]);
  const inNow = () =>
    stored()
      .operators.filter(({ disabledAt }) => disabledAt === null)
      .map(({ uid }) => uid);
  const last = () => eventsOf(studio.deps.transactor.dump(), PLATFORM_TENANT_ID).at(-1);
  const codeOf = async (doing: Promise<Outcome<object>>): Promise<string> => {
    const outcome = await doing;
    if (outcome.kind === "refused") return outcome.reason;
    return "isChanged" in outcome.answer && outcome.answer.isChanged === true ? "changed" : "asked";
  };

  it("takes two operators who ask for the very same, each step an alarm on the platform's record", async () => {
    assert.equal(await codeOf(change(PAT, "pam")), "asked");
    assert.deepEqual([last()?.type, last()?.severity], ["operators.change_requested", "alarm"]);
    assert.deepEqual(inNow(), ["pat", "pim"]);
    assert.equal(await codeOf(stop(PAM)), "ROLE_MISSING");
    assert.equal(await codeOf(change(PIM, "pam")), "changed");
    assert.deepEqual(inNow(), ["pat", "pim", "pam"]);
    const { type, severity, data } = last() ?? {};
    assert.deepEqual(
      [type, severity, data?.["askedBy"], data?.["isSolo"]],
      ["operators.changed", "alarm", "pat", false],
    );
    assert.equal(stored().changeRequest, null);
    assert.equal((await stop(PAM)).kind, "accepted");
  });

  it("takes somebody off from the commit on, keeps since when, and does not count what they asked for", async () => {
    await change(PAT, "pam");
    await change(PIM, "pam");
    assert.equal(await codeOf(change(PIM, "eve")), "asked");
    const request = stored().changeRequest;
    const off = { isIn: false, reason: "He has left the company in April" };
    await change(PAT, "pim", off);
    assert.equal(await codeOf(change(PAM, "pim", off)), "changed");
    const entry = stored().operators.find(({ uid }) => uid === "pim");
    assert.equal(entry?.disabledAt, studio.deps.clock.now());
    assert.equal(await codeOf(stop(PIM)), "ROLE_MISSING");
    assert.equal(await codeOf(change(PIM, "eve")), "ROLE_MISSING");
    studio.deps.transactor.put(OPERATORS_PATH, { ...stored(), changeRequest: request });
    assert.equal(await codeOf(change(PAM, "eve")), "asked", "an asker who is off asked nothing");
    assert.equal(await codeOf(change(PAT, "eve")), "changed");
  });

  it("is done by one operator alone with the phrase, five minutes after asking and not before", async () => {
    await change(PAT, "pam");
    assert.equal(await codeOf(change(PAT, "pam")), "CHANGE_NOT_CONFIRMED");
    studio.deps.clock.advance(5 * MINUTE - 1);
    assert.equal(await codeOf(change(PAT, "pam", { phrase: OPERATORS_PHRASE })), "CHANGE_NOT_CONFIRMED");
    assert.deepEqual([last()?.type, last()?.reasonCode], ["operators.refused", "CHANGE_NOT_CONFIRMED"]);
    studio.deps.clock.advance(1);
    assert.equal(await codeOf(change(PAT, "pam", { phrase: "change the operator" })), "CHANGE_NOT_CONFIRMED");
    assert.equal(await codeOf(change(PAT, "pam", { phrase: OPERATORS_PHRASE })), "changed");
    assert.equal(last()?.data["isSolo"], true);
  });

  it("confirms nothing else than what was asked for: another change is asked for in its place", async () => {
    await change(PAT, "pam");
    for (const [uid, body] of [
      ["eve", {}],
      ["pam", { name: "Pamela" }],
    ] as const)
      assert.equal(await codeOf(change(PIM, uid, body)), "asked");
    assert.deepEqual(inNow(), ["pat", "pim"]);
    assert.deepEqual([stored().changeRequest?.by.id, stored().changeRequest?.name], ["pim", "Pamela"]);
  });

  it("refuses one's own entry, what is so already, a full list, and anybody who is not listed", async () => {
    assert.equal(await codeOf(change(PAT, "pat", { isIn: false })), "OWN_ROLES");
    assert.equal(await codeOf(change(PAT, "pim")), "NO_OP");
    assert.equal(await codeOf(change(PAT, "eve", { isIn: false })), "NO_OP");
    assert.equal(await codeOf(change(PAM, "pam")), "ROLE_MISSING");
    assert.deepEqual([last()?.type, last()?.outcome], ["operators.refused", "refused"]);
    const crowd = Array.from({ length: 18 }, (_, n) => ({ uid: `p-${n}`, name: "P", disabledAt: null }));
    studio.deps.transactor.put(OPERATORS_PATH, { ...stored(), operators: [...stored().operators, ...crowd] });
    assert.equal(await codeOf(change(PAT, "pam")), "INVALID_INPUT");
  });

  it("changes and tells nothing while the list cannot be read", async () => {
    studio.deps.transactor.put(OPERATORS_PATH, { operators: "everybody" });
    assert.equal(await codeOf(change(PAT, "pam")), "CONTROL_UNREADABLE");
    assert.equal(await codeOf(getOperators(studio.deps, look(PAT))), "CONTROL_UNREADABLE");
  });

  it("tells the list to operators alone, and reads one from before a change could be asked for", async () => {
    const { operators, auditVersion, lastEventId, updatedAt } = stored();
    studio.deps.transactor.put(OPERATORS_PATH, { operators, auditVersion, lastEventId, updatedAt });
    const told = await getOperators(studio.deps, look(PAT));
    assert.ok(told.kind === "accepted" && told.answer.changeRequest === null);
    assert.equal(told.answer.operators.length, 2);
    assert.equal(await codeOf(getOperators(studio.deps, look(PAM))), "ROLE_MISSING");
  });

  it("does not release all studios on the word of an operator who has been taken off the list since", async () => {
    await stop(PAT);
    const release = (actor: HumanActor) =>
      releaseGlobalStop(studio.deps, { ...about(actor), body: { reason: WHY, phrase: null } });
    await release(PIM);
    const operators = stored().operators.map((each) =>
      each.uid === "pim" ? { ...each, disabledAt: studio.deps.clock.now() } : each,
    );
    studio.deps.transactor.put(OPERATORS_PATH, { ...stored(), operators });
    const outcome = await release(PAT);
    assert.ok(outcome.kind === "accepted" && !outcome.answer.isReleased, "it takes two who are operators now");
  });
});
