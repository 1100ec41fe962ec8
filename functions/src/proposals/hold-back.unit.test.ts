import assert from "node:assert/strict";
import { aFiring, anOwner } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { toDocument } from "../commit/document-change.js";
import { Digest, MAX_HELD_A_DAY, digestRef } from "../contracts/index.js";
import type { Proposal } from "../contracts/index.js";

const DIGEST = digestRef("pi-1", NOW.slice(0, 10));
const QUOTA = "quotas/attention.actor.pi-1";
/** As many as one agent may put before people within an hour. */
const AN_HOUR = 10;

describe("proposals/hold-back", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });

  /** The agent asks about a kiln of its own, and so about a firing that nobody asked about before. */
  async function ask(n: number, note = "41 degrees"): Promise<Proposal> {
    const [firingId, kilnId] = [`f-k${n}`, `k-${n + 100}`];
    if (studio.at(`firings/${firingId}`) === undefined)
      studio.change(`firings/${firingId}`, toDocument(aFiring({ firingId, kilnId })));
    const request = { kilnId, attention: "room_overheat", note, unlessBookedWithinHours: 2 };
    return (await studio.accepted(studio.submitForAgent(request))).proposal;
  }
  const askAll = async (from: number, until: number): Promise<Proposal[]> => {
    const asked: Proposal[] = [];
    for (let n = from; n < until; n += 1) asked.push(await ask(n));
    return asked;
  };
  const digest = (): Digest => Digest.parse(studio.at(DIGEST));
  const states = (proposals: readonly Proposal[]) => proposals.map(({ status }) => status);

  it("puts ten requests of an hour before people, and keeps the others as drafts on one card", async () => {
    const burst = await askAll(0, 25);
    assert.deepEqual(new Set(states(burst.slice(0, AN_HOUR))), new Set(["pending_approval"]));
    assert.deepEqual(new Set(states(burst.slice(AN_HOUR))), new Set(["draft"]));
    assert.deepEqual([...new Set(burst.map(({ problem }) => problem?.code))], [undefined, "ATTENTION_BUDGET"]);
    const { held, total } = digest();
    assert.deepEqual(
      held.map(({ proposalId }) => proposalId),
      burst.slice(AN_HOUR).map(({ proposalId }) => proposalId),
    );
    assert.equal(total, 15);
    assert.equal((studio.at(QUOTA)?.["hits"] as unknown[]).length, AN_HOUR);
  });

  it("puts what is held back on record with its reason, and tells nobody", async () => {
    const [held] = (await askAll(0, AN_HOUR + 1)).slice(-1);
    const event = studio.events().find(({ proposalId }) => proposalId === held?.proposalId);
    assert.deepEqual(
      [event?.type, event?.reasonCode, event?.outcome, event?.data["heldBack"]],
      ["proposal.submitted", "ATTENTION_BUDGET", "done", "this agent asked 10 times within the hour"],
    );
  });

  it("lets the agent ask again when the oldest of the ten is an hour old", async () => {
    await askAll(0, AN_HOUR);
    studio.deps.clock.set(later(HOUR - 1));
    assert.equal((await ask(20)).status, "draft");
    studio.deps.clock.set(later(HOUR));
    assert.equal((await ask(21)).status, "pending_approval");
  });

  it("holds back beyond twenty that wait, and goes on as soon as one is decided", async () => {
    const waiting = await askAll(0, AN_HOUR);
    studio.deps.clock.set(later(HOUR));
    waiting.push(...(await askAll(10, 20)));
    studio.deps.clock.set(later(2 * HOUR));
    const over = await ask(20);
    assert.match(over.problem?.detail ?? "", /20 requests of this agent wait/);
    assert.ok(waiting[0] !== undefined);
    await studio.accepted(studio.reject(waiting[0]));
    assert.equal((await ask(21)).status, "pending_approval");
  });

  it("holds an agent back at sixty that wait in the studio, and never a person", async () => {
    const note = (n: number) => studio.submit(anOwner(), { batchId: "b-1", text: `Handle ${n} is cracked.` });
    for (let n = 0; n < 60; n += 1) await studio.accepted(note(n));
    assert.match((await ask(0)).problem?.detail ?? "", /60 requests wait for a decision in this studio/);
    const { proposal } = await studio.accepted(note(60));
    assert.equal(proposal.status, "pending_approval");
  });

  it("counts the same request again on its draft, and keeps no second one", async () => {
    await askAll(0, AN_HOUR);
    const [first, again] = [await ask(10), await ask(10)];
    assert.deepEqual([again.proposalId, again.duplicates], [first.proposalId, 1]);
    assert.deepEqual([digest().held.length, digest().total], [1, 2]);
  });

  it("does not let a request that is held back take the place of one that waits", async () => {
    const [waiting] = await askAll(0, AN_HOUR);
    assert.ok(waiting !== undefined);
    const newer = await ask(0, "43 degrees");
    assert.deepEqual([newer.status, newer.supersedes], ["draft", null]);
    assert.equal(studio.stored(waiting.proposalId).status, "pending_approval");
  });

  it("counts a request that takes the place of a waiting one against the hour, and not twice as waiting", async () => {
    await askAll(0, AN_HOUR);
    studio.deps.clock.set(later(HOUR));
    await askAll(10, 20);
    studio.deps.clock.set(later(2 * HOUR));
    const newer = await ask(19, "43 degrees");
    assert.deepEqual([newer.status, newer.supersedes === null], ["pending_approval", false]);
  });

  it("becomes a proposal like any other when a person plans it again", async () => {
    const [held] = (await askAll(0, AN_HOUR + 1)).slice(-1);
    assert.ok(held !== undefined);
    const { proposal } = await studio.accepted(studio.replan(held), ["proposal.replanned"]);
    assert.deepEqual([proposal.status, proposal.problem], ["pending_approval", null]);
    const approved = await studio.accepted(studio.approve(proposal));
    await studio.accepted(studio.execute(approved.proposal));
    assert.equal(studio.stored(held.proposalId).status, "executed");
  });

  it("refuses with ATTENTION_BUDGET beyond what is held back in a day, and says when to ask again", async () => {
    await askAll(0, AN_HOUR + MAX_HELD_A_DAY);
    const [firingId, kilnId] = ["f-last", "k-last"];
    studio.change(`firings/${firingId}`, toDocument(aFiring({ firingId, kilnId })));
    const request = { kilnId, attention: "room_overheat", note: "41 degrees", unlessBookedWithinHours: 2 };
    const { quota } = await studio.refused(studio.submitForAgent(request), "ATTENTION_BUDGET");
    assert.deepEqual([quota?.remaining, quota?.resetAt], [0, later(HOUR)]);
    assert.equal(digest().held.length, MAX_HELD_A_DAY);
  });

  it("begins a new card with a new day", async () => {
    await askAll(0, AN_HOUR + 1);
    studio.deps.clock.set("2026-11-20T23:59:59.999Z");
    await askAll(20, 30);
    studio.deps.clock.set("2026-11-21T00:00:00.000Z");
    await ask(30);
    assert.equal(digest().held.length, 1);
    assert.equal(Digest.parse(studio.at(digestRef("pi-1", "2026-11-21"))).held.length, 1);
  });

  it("holds back while the count of the hour cannot be read", async () => {
    studio.change(QUOTA, { hits: "none" });
    assert.equal((await ask(0)).status, "draft");
  });
});
