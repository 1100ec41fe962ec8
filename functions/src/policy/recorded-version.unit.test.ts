import assert from "node:assert/strict";
import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import { TENANT_ID, anOwner } from "../../test/support/builders.js";
import { MINUTE, later, testDeps } from "../../test/support/fake-means.js";
import { recordedControlVersion } from "./recorded-version.js";

const draft = (minute: number, about: Partial<EventDraft>): EventDraft => ({
  tenantId: TENANT_ID,
  type: "staff.changed",
  at: later(minute * MINUTE),
  actor: anOwner(),
  outcome: "done",
  requestId: "request-1",
  ...about,
});
const control = (auditVersion: number) => [{ path: "control/state", auditVersion }];

async function versionAfter(...drafts: EventDraft[]): Promise<number> {
  const deps = testDeps();
  const events = drafts.map((each) => recordEvent(each, eventMeans(deps)));
  await deps.transactor.transact(() => Promise.resolve({ changes: [], events, answer: null }));
  return deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: await recordedControlVersion(reads, TENANT_ID),
  }));
}

describe("policy/recorded-version", () => {
  it("tells 0 of a studio that nothing is on record about", async () => {
    assert.equal(await versionAfter(), 0);
    assert.equal(await versionAfter(draft(1, { type: "control.refused", outcome: "refused" })), 0);
  });

  it("tells the highest version, though two servers' clocks put it before an earlier one", async () => {
    const events = [draft(2, { resourceRefs: control(7) }), draft(1, { resourceRefs: control(8) })];
    assert.equal(await versionAfter(...events), 8);
  });

  it("counts an executed edit of the approval policy, and no other effect", async () => {
    const edit = draft(2, {
      type: "proposal.executed",
      capabilityId: "policy.approval.replace",
      resourceRefs: control(9),
    });
    const flag = draft(3, {
      type: "proposal.executed",
      capabilityId: "firing.flag",
      resourceRefs: [{ path: "firings/f-1", auditVersion: 40 }],
    });
    assert.equal(await versionAfter(draft(1, { resourceRefs: control(8) }), edit, flag), 9);
  });
});
