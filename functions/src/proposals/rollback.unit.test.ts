import assert from "node:assert/strict";
import { proposalRef } from "../contracts/index.js";
import type { JsonObject, Proposal } from "../contracts/index.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";

describe("proposals/rollback", () => {
  let studio: MemoryStudio;
  let executed: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    const { proposal } = await studio.accepted(studio.approve(await studio.submitFlag()));
    ({ proposal: executed } = await studio.accepted(studio.execute(proposal)));
  });
  const weWrote = (): unknown => executed.plan.writes[0]?.fields[0]?.after;
  const theirs = { code: "door_open", note: "by hand", proposalId: "p-0" };

  it("stays possible while the studio is stopped, for it leads to the safe side", async () => {
    await studio.accepted(studio.stop());
    await studio.accepted(studio.rollback(executed), ["proposal.rolled_back"]);
    assert.equal(studio.at("firings/f-1")?.["attention"], null);
  });

  it("is refused while the control document cannot be read", async () => {
    studio.change("control/state", { mode: "open" });
    await studio.refused(studio.rollback(executed), "CONTROL_UNREADABLE");
  });

  it("overwrites nothing that somebody changed since, and shows three columns", async () => {
    studio.change("firings/f-1", { attention: theirs });
    const details = await studio.refused(studio.rollback(executed), "ROLLBACK_CONFLICT", [
      "proposal.rollback_conflicted",
    ]);
    assert.deepEqual(details.conflicts, [
      { ref: "firings/f-1", field: "attention", before: null, weWrote: weWrote(), now: theirs },
    ]);
    assert.equal(details.proposal?.status, "rollback_conflict");
    assert.deepEqual(studio.at("firings/f-1")?.["attention"], theirs);
  });

  it("can be tried again once a person put the record right", async () => {
    studio.change("firings/f-1", { attention: theirs });
    await studio.refused(studio.rollback(executed), "ROLLBACK_CONFLICT", ["proposal.rollback_conflicted"]);
    await studio.refused(studio.rollback(executed), "ROLLBACK_CONFLICT", ["proposal.rollback_conflicted"]);
    studio.change("firings/f-1", { attention: weWrote() as JsonObject });
    await studio.accepted(studio.rollback(executed), ["proposal.rolled_back"]);
  });

  it("leaves alone what others changed in other fields", async () => {
    studio.change("firings/f-1", { peakTempC: 1_230 });
    await studio.accepted(studio.rollback(executed));
    assert.equal(studio.at("firings/f-1")?.["peakTempC"], 1_230);
  });

  it("has one effect of ten at once", async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => studio.rollback(executed)));
    const replays = outcomes.map((outcome) => outcome.kind === "accepted" && outcome.answer.replayed);
    assert.equal(replays.filter((replayed) => !replayed).length, 1);
    assert.equal(studio.at("firings/f-1")?.["auditVersion"], 2);
  });

  it("refuses what was not executed, what does not exist, and what has no inverse", async () => {
    const { proposal } = await studio.accepted(studio.submit());
    await studio.refused(studio.rollback(proposal), "INVALID_TRANSITION");
    await studio.refused(studio.rollback({ ...proposal, proposalId: "p-none" }), "NOT_FOUND");
    studio.change(proposalRef(executed.proposalId), {
      plan: { ...executed.plan, inverse: [] } as unknown as JsonObject,
    });
    await studio.refused(studio.rollback(executed), "IRREVERSIBLE");
  });

  it("refuses an inverse that was altered to reach what the capability does not declare, with an alarm", async () => {
    const inverse = executed.plan.inverse.map((write) => ({ ...write, ref: "kilns/k-1" }));
    studio.change(proposalRef(executed.proposalId), { plan: { ...executed.plan, inverse } as unknown as JsonObject });
    await studio.refused(studio.rollback(executed), "UNDECLARED_WRITE");
    assert.equal(studio.events().at(-1)?.severity, "alarm");
    assert.deepEqual(studio.at("firings/f-1")?.["attention"], weWrote());
  });
});
