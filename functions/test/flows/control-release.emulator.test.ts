import assert from "node:assert/strict";
import { SOLO_RELEASE_DELAY_MS, SOLO_RELEASE_PHRASE } from "../../src/contracts/index.js";
import type { HumanActor, ReasonCode } from "../../src/contracts/index.js";
import type { Outcome } from "../../src/commit/outcome.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { aPerson } from "../support/builders.js";
import { openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { later } from "../support/fake-means.js";

describe("the release of a stop, on Firestore", function () {
  this.timeout(60_000);
  let studio: TestStudio;
  beforeEach(async () => {
    studio = await openTestStudio();
    const body = { mode: "stopped" as const, reason: "Smoke in the kiln room" };
    await engageStop(studio.deps, { ...as(studio.approver), body });
  });
  afterEach(() => studio.close());

  it("is refused with RELEASE_NOT_CONFIRMED to one person who asks twice", async () => {
    assert.deepEqual(await release(studio.owner), { isReleased: false, mode: "stopped" });
    assert.deepEqual(await release(studio.owner), "RELEASE_NOT_CONFIRMED");
    // The phrase alone shortens nothing.
    assert.deepEqual(await release(studio.owner, SOLO_RELEASE_PHRASE), "RELEASE_NOT_CONFIRMED");
    assert.equal((await studio.read("control/state"))?.["mode"], "stopped");
    const types = await studio.eventTypes();
    assert.equal(types.filter((type) => type === "control.refused").length, 2);
  });

  it("is done by the second of two people, and starts a new epoch", async () => {
    const stoppedIn = Number((await studio.read("control/state"))?.["epoch"]);
    assert.deepEqual(await release(studio.owner), { isReleased: false, mode: "stopped" });
    assert.deepEqual(await release(studio.admin), { isReleased: true, mode: "normal" });
    assert.equal(Number((await studio.read("control/state"))?.["epoch"]), stoppedIn + 1);
  });

  it("is done once when two people confirm at the same time", async () => {
    await release(studio.owner);
    const second = aPerson("otis", ["owner"]);
    await studio.list(second);
    const outcomes = await Promise.all([release(studio.admin), release(second)]);
    const released = outcomes.filter((outcome) => typeof outcome === "object" && outcome.isReleased);
    assert.deepEqual([released.length, outcomes.includes("CONTROL_UNCHANGED")], [1, true]);
  });

  it("is done by one person five minutes after asking, with the phrase typed word for word", async () => {
    await release(studio.owner);
    assert.equal(
      await release(studio.owner, SOLO_RELEASE_PHRASE, SOLO_RELEASE_DELAY_MS - 5_000),
      "RELEASE_NOT_CONFIRMED",
    );
    assert.equal(await release(studio.owner, null, SOLO_RELEASE_DELAY_MS), "RELEASE_NOT_CONFIRMED");
    assert.equal(await release(studio.owner, "Release the stop", SOLO_RELEASE_DELAY_MS), "RELEASE_NOT_CONFIRMED");
    const done = await release(studio.owner, SOLO_RELEASE_PHRASE, SOLO_RELEASE_DELAY_MS);
    assert.deepEqual(done, { isReleased: true, mode: "normal" });
  });

  it("is taken back when the stop is engaged anew meanwhile", async () => {
    const body = { mode: "read_only" as const, reason: "Only looking around now" };
    await release(studio.owner);
    await release(studio.admin);
    await engageStop(studio.deps, { ...as(studio.approver), body });
    await release(studio.owner);
    await engageStop(studio.deps, { ...as(studio.approver), body: { ...body, mode: "stopped" } });
    assert.deepEqual(await release(studio.admin), { isReleased: false, mode: "stopped" });
  });

  const as = (actor: HumanActor) => ({ actor, tenantId: studio.tenantId, requestId: "release-test" });

  /** What this person is told when they ask, so many milliseconds from now. */
  async function release(
    actor: HumanActor,
    phrase: string | null = null,
    inMs = 0,
  ): Promise<{ isReleased: boolean; mode: string } | ReasonCode> {
    const deps = { ...studio.deps, clock: { now: () => later(inMs, studio.deps.clock.now()) } };
    const outcome: Outcome<{ isReleased: boolean; control: { mode: string } }> = await releaseStop(deps, {
      ...as(actor),
      body: { reason: "All clear again, says Otto", phrase },
    });
    if (outcome.kind === "refused") return outcome.reason;
    return { isReleased: outcome.answer.isReleased, mode: outcome.answer.control.mode };
  }
});
