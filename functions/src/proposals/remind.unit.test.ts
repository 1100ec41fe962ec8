import assert from "node:assert/strict";
import { anApprover } from "../../test/support/builders.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { StudioEvent } from "../contracts/index.js";
import type { Proposal } from "../contracts/index.js";
import { sweepReminders } from "./remind.js";

describe("proposals/remind", () => {
  let studio: MemoryStudio;
  let waiting: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    waiting = await studio.submitFlag();
  });
  const sweep = () => sweepReminders(studio.deps, "job-test");
  const told = (): StudioEvent[] =>
    Object.entries(studio.deps.transactor.dump()).flatMap(([path, data]) =>
      path.includes("/outbox/") ? [StudioEvent.parse(data)] : [],
    );
  const at = (share: number): string =>
    new Date(Date.parse(waiting.expiresAt) - (1 - share) * waiting.rule.decideWithinMs).toISOString();

  it("tells those who can decide, and not who asked, at half of the time and not before", async () => {
    assert.deepEqual(await sweep(), { due: 0, reminded: 0 });
    studio.deps.clock.set(at(0.5));
    assert.deepEqual(await sweep(), { due: 1, reminded: 1 });
    const [event] = told();
    assert.equal(event?.type, "proposal.reminded");
    assert.ok(event.recipients.includes("ana") && !event.recipients.includes("otto"));
    assert.deepEqual(await sweep(), { due: 0, reminded: 0 }, "once");
    assert.deepEqual(
      [studio.stored(waiting.proposalId).rev, studio.stored(waiting.proposalId).status],
      [1, "pending_approval"],
    );
  });

  it("escalates at four fifths, on record", async () => {
    studio.deps.clock.set(at(0.8));
    assert.deepEqual(await sweep(), { due: 1, reminded: 1 });
    const event = studio.events().at(-1);
    assert.deepEqual(
      [event?.type, event?.data["escalateTo"], event?.actor.type],
      ["proposal.escalated", "approver_admin", "system"],
    );
    assert.equal(studio.stored(waiting.proposalId).nextReminderAt, null);
  });

  it("says nothing of what is decided or over", async () => {
    await studio.accepted(studio.reject(waiting, anApprover()));
    studio.deps.clock.set(at(0.5));
    assert.deepEqual(await sweep(), { due: 0, reminded: 0 });
    const other = (await studio.accepted(studio.submit())).proposal;
    studio.deps.clock.set(other.expiresAt);
    assert.deepEqual(await sweep(), { due: 1, reminded: 0 });
  });
});
