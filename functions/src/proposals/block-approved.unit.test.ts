import assert from "node:assert/strict";
import { toDocument } from "../commit/document-change.js";
import { GLOBAL_CONTROL_PATH, Proposal, controlRef, inTenant, proposalRef } from "../contracts/index.js";
import { TENANT_ID } from "../../test/support/builders.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { blockApproved } from "./block-approved.js";

const OTHER = "mud-hut";
const FLIP = { requestId: "flip-1" };

describe("proposals/block-approved", () => {
  let studio: MemoryStudio;
  let model: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    model = (await studio.accepted(studio.approve(await studio.submitFlag()))).proposal;
    studio.deps.transactor.put(inTenant(OTHER, controlRef()), studio.at(controlRef()) ?? {});
  });

  /** So many approved proposals like the first, named so that they come in this order. */
  function approved(tenantId: string, name: string, count: number, controlEpochSeen = model.controlEpochSeen): void {
    for (let n = 0; n < count; n += 1) {
      const proposalId = `${name}-${String(n).padStart(4, "0")}`;
      const proposal = { ...model, tenantId, proposalId, controlEpochSeen };
      studio.deps.transactor.put(inTenant(tenantId, proposalRef(proposalId)), toDocument(Proposal.parse(proposal)));
    }
  }
  const statusOf = (tenantId: string, proposalId: string): unknown =>
    studio.deps.transactor.dump()[inTenant(tenantId, proposalRef(proposalId))]?.["status"];
  const flipGlobal = (): void => {
    const control = studio.deps.transactor.dump()[GLOBAL_CONTROL_PATH] ?? {};
    studio.deps.transactor.put(GLOBAL_CONTROL_PATH, { ...control, mode: "stopped", epoch: 1 });
  };

  it("marks 451 proposals of one studio, page after page", async function () {
    this.timeout(60_000);
    approved(TENANT_ID, "p", 450);
    await studio.accepted(studio.stop());
    const counts = await blockApproved(studio.deps, { ...FLIP, tenantId: TENANT_ID });
    assert.deepEqual(counts, { approved: 451, blocked: 451, failed: 0, isDone: true });
  });

  it("marks those of all studios after a flip above them, and one studio's flip only its own", async () => {
    approved(OTHER, "p", 3);
    await studio.accepted(studio.stop());
    const own = await blockApproved(studio.deps, { ...FLIP, tenantId: TENANT_ID });
    assert.deepEqual([own.blocked, statusOf(OTHER, "p-0002")], [1, "approved"]);
    flipGlobal();
    const all = await blockApproved(studio.deps, FLIP);
    assert.deepEqual([all.blocked, statusOf(OTHER, "p-0002")], [3, "blocked"]);
  });

  it("says when one run does not get through, and the next run goes on where marks are missing", async function () {
    this.timeout(60_000);
    approved(TENANT_ID, "p", 250);
    await studio.accepted(studio.stop());
    const bounded = { ...FLIP, tenantId: TENANT_ID, maxPages: 1 };
    assert.deepEqual(await blockApproved(studio.deps, bounded), {
      approved: 200,
      blocked: 200,
      failed: 0,
      isDone: false,
    });
    assert.deepEqual(await blockApproved(studio.deps, bounded), { approved: 51, blocked: 51, failed: 0, isDone: true });
  });

  it("gets behind a whole page of proposals that stand", async function () {
    this.timeout(60_000);
    await studio.accepted(studio.stop("read_only"));
    await studio.releaseByTwo();
    approved(TENANT_ID, "a", 210, Number(studio.at(controlRef())?.["epoch"]));
    approved(TENANT_ID, "z", 1);
    await blockApproved(studio.deps, { ...FLIP, tenantId: TENANT_ID });
    assert.deepEqual([statusOf(TENANT_ID, "a-0209"), statusOf(TENANT_ID, "z-0000")], ["approved", "blocked"]);
  });

  it("counts one that breaks its contract, and marks the others", async () => {
    approved(TENANT_ID, "p", 2);
    studio.change(proposalRef("p-0000"), { rev: "first" });
    await studio.accepted(studio.stop());
    const counts = await blockApproved(studio.deps, { ...FLIP, tenantId: TENANT_ID });
    assert.deepEqual(counts, { approved: 3, blocked: 2, failed: 1, isDone: true });
  });
});
