import assert from "node:assert/strict";
import { TENANT_ID, aPerson, anApprover, anOperator, anOwner, anotherOwner } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { ControlState, SOLO_RELEASE_DELAY_MS, SOLO_RELEASE_PHRASE } from "../contracts/index.js";
import type { ControlScope, HumanActor, Proposal } from "../contracts/index.js";
import { blockApproved } from "../proposals/block-approved.js";
import { engageScope, releaseScope } from "./scopes.js";

const FLAGS = { kind: "capability", id: "firing.flag" } as const;
const REASON = "Flags are set on the wrong kiln";

describe("policy/scopes", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });
  const about = (actor: HumanActor) => ({ actor, tenantId: TENANT_ID, requestId: "request-1" });
  const engage = (body: object = {}, actor: HumanActor = anOperator()) =>
    engageScope(studio.deps, {
      ...about(actor),
      body: { ...FLAGS, mode: "stopped", reason: REASON, until: null, ...body },
    });
  const release = (actor: HumanActor, body: object = {}) =>
    releaseScope(studio.deps, {
      ...about(actor),
      body: { ...FLAGS, reason: "All clear again", phrase: null, ...body },
    });
  const state = () => ControlState.parse(studio.at("control/state"));
  const approved = async (): Promise<Proposal> =>
    (await studio.accepted(studio.approve(await studio.submitFlag()))).proposal;
  const noted = async (): Promise<Proposal> => {
    const { proposal } = await studio.accepted(studio.submit());
    return (await studio.accepted(studio.approve(proposal))).proposal;
  };

  it("stops one capability and lets the others go on", async () => {
    await studio.accepted(engage(), ["control.scope_engaged"]);
    const flag = await studio.submitFlag();
    await studio.refused(studio.approve(flag), "KILL_SWITCH");
    await studio.accepted(studio.execute(await noted()));
  });

  const subjects: readonly [string, Pick<ControlScope, "kind" | "id">, boolean][] = [
    ["its requester", { kind: "actor", id: "otto" }, true],
    ["who executes it", { kind: "actor", id: "ana" }, true],
    ["somebody else", { kind: "actor", id: "amir" }, false],
    ["another capability", { kind: "capability", id: "firing.flag" }, false],
    ["a connector that it does not rest on", { kind: "connector", id: "hubitat" }, false],
  ];
  for (const [what, scope, isStopped] of subjects)
    it(`${isStopped ? "stops" : "does not stop"} an effect by a stop of ${what}`, async () => {
      await studio.accepted(engage(scope));
      const { proposal } = await studio.accepted(studio.submit());
      const outcome = await studio.approve(proposal);
      assert.equal(outcome.kind === "refused" ? outcome.reason : outcome.kind, isStopped ? "KILL_SWITCH" : "accepted");
    });

  it("stops what rests on the readings of a stopped connector", async () => {
    const waiting = await studio.submitFlag();
    const evidence = [{ kind: "reading", ref: "hubitat:12/temperature", summary: "41 °C", sha256: null }];
    studio.change(`proposals/${waiting.proposalId}`, { evidence });
    await studio.accepted(engage({ kind: "connector", id: "hubitat" }));
    await studio.refused(studio.approve(waiting), "KILL_SWITCH");
  });

  it("does not run on after the stop what was approved before it", async () => {
    const before = await approved();
    await studio.accepted(engage());
    await studio.accepted(release(anOwner()), ["control.scope_release_requested"]);
    assert.equal((await studio.accepted(release(anotherOwner()), ["control.scope_released"])).isReleased, true);
    assert.deepEqual(state().scopes, []);
    await studio.refused(studio.execute(before), "CONTROL_CHANGED", ["proposal.blocked"]);
  });

  it("ends by itself where it was given an end, and counts until the instant before", async () => {
    await studio.accepted(engage({ until: later(HOUR) }));
    const waiting = await studio.submitFlag();
    studio.deps.clock.set(later(HOUR - 1));
    await studio.refused(studio.approve(waiting), "KILL_SWITCH");
    studio.deps.clock.set(later(HOUR));
    await studio.accepted(studio.approve(waiting));
  });

  it("is never loosened, but can be tightened", async () => {
    await studio.accepted(engage({ mode: "read_only" }));
    await studio.refused(engage({ mode: "read_only" }), "CONTROL_UNCHANGED", ["control.refused"]);
    await studio.accepted(engage({ mode: "stopped" }));
    await studio.refused(engage({ mode: "read_only" }), "CONTROL_UNCHANGED", ["control.refused"]);
    assert.deepEqual(
      state().scopes.map(({ mode }) => mode),
      ["stopped"],
    );
  });

  it("ends no sooner because somebody made it stricter for a while, and later where somebody asks for longer", async () => {
    await studio.accepted(engage({ mode: "read_only" }));
    await studio.accepted(engage({ mode: "stopped", until: later(HOUR) }));
    assert.deepEqual(
      state().scopes.map(({ mode, until }) => [mode, until]),
      [["stopped", null]],
    );
    const other = { kind: "actor", id: "pi-1" };
    await studio.accepted(engage({ ...other, until: later(HOUR) }));
    await studio.refused(engage({ ...other, until: later(HOUR / 2) }), "CONTROL_UNCHANGED", ["control.refused"]);
    await studio.accepted(engage({ ...other, mode: "read_only", until: later(2 * HOUR) }));
    assert.deepEqual(
      state().scopes.map(({ mode, until }) => [mode, until]),
      [
        ["stopped", null],
        ["stopped", later(2 * HOUR)],
      ],
    );
  });

  it("is not engaged by somebody whom the staff list does not lead, whatever their token says", async () => {
    await studio.refused(engage({}, aPerson("gone", ["owner"])), "ROLE_MISSING", ["control.refused"]);
  });

  it("is not released by one person under two accounts", async () => {
    const people = state().staff.map((entry) => (entry.uid === "olga" ? { ...entry, aliases: ["olga-2"] } : entry));
    studio.change("control/state", { staff: people });
    await studio.accepted(engage());
    await studio.accepted(release(anOwner()));
    const otherAccount = aPerson("olga-2", ["owner"], "Olga Owner");
    await studio.refused(release(otherAccount), "RELEASE_NOT_CONFIRMED", ["control.refused"]);
  });

  it("is released by two people, or by one with the phrase after five minutes", async () => {
    await studio.accepted(engage());
    await studio.refused(release(anApprover()), "ROLE_MISSING", ["control.refused"]);
    await studio.accepted(release(anOwner()));
    await studio.refused(release(anOwner()), "RELEASE_NOT_CONFIRMED", ["control.refused"]);
    studio.deps.clock.advance(SOLO_RELEASE_DELAY_MS);
    const done = await studio.accepted(release(anOwner(), { phrase: SOLO_RELEASE_PHRASE }));
    assert.equal(done.isReleased, true);
    await studio.refused(release(anOwner()), "CONTROL_UNCHANGED", ["control.refused"]);
  });

  it("refuses an end that lies behind, and the hundred and first stop", async () => {
    await studio.refused(engage({ until: NOW }), "INVALID_INPUT", ["control.refused"]);
    for (let n = 0; n < 100; n += 1) await engage({ kind: "actor", id: `actor-${n}` });
    await studio.refused(engage({ kind: "actor", id: "one-more" }), "INVALID_INPUT", ["control.refused"]);
    assert.equal(state().scopes.length, 100);
  });

  describe("after a flip", () => {
    const sweep = () => blockApproved(studio.deps, { tenantId: TENANT_ID, requestId: "flip-1" });

    it("marks what was approved before as blocked, and what it does not concern by its older epoch", async () => {
      const [flag, note] = [await approved(), await noted()];
      await studio.accepted(engage());
      assert.deepEqual(await sweep(), { approved: 2, blocked: 2, failed: 0, isDone: true });
      assert.equal(studio.stored(flag.proposalId).problem?.code, "KILL_SWITCH");
      assert.equal(studio.stored(note.proposalId).problem?.code, "CONTROL_CHANGED");
      assert.deepEqual(await sweep(), { approved: 0, blocked: 0, failed: 0, isDone: true });
    });

    it("leaves what stands under the epoch of now, and everything while the switch cannot be read", async () => {
      const flag = await approved();
      assert.deepEqual(await sweep(), { approved: 1, blocked: 0, failed: 0, isDone: true });
      studio.deps.transactor.remove(`tenants/${TENANT_ID}/control/state`);
      assert.deepEqual(await sweep(), { approved: 1, blocked: 0, failed: 0, isDone: true });
      assert.equal(studio.stored(flag.proposalId).status, "approved");
    });

    it("lets somebody who is not stopped plan a blocked proposal again and carry it through", async () => {
      const note = await noted();
      await studio.accepted(engage());
      await sweep();
      const planned = await studio.accepted(studio.replan(studio.stored(note.proposalId)), ["proposal.replanned"]);
      const again = await studio.accepted(studio.approve(planned.proposal));
      await studio.accepted(studio.execute(again.proposal, 5, aPerson("omar", ["owner"])));
    });
  });
});
