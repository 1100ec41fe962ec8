import assert from "node:assert/strict";
import { TENANT_ID, aControl, aPerson, anOperator } from "../../test/support/builders.js";
import { testDeps } from "../../test/support/fake-means.js";
import { eventsOf } from "../../test/support/audit-trail.js";
import { toDocument } from "../commit/document-change.js";
import { controlRef, inTenant } from "../contracts/index.js";
import { redriveDeadLetter } from "./redrive-dead-letter.js";

describe("devices/redrive-dead-letter", () => {
  const deps = testDeps({ [inTenant(TENANT_ID, controlRef())]: toDocument(aControl()) });
  const submitAgentProposal = (): Promise<never> => Promise.reject(new Error("not asked for"));

  it("refuses on record whom the staff list does not lead, and a dead letter that is not there", async () => {
    const command = { tenantId: TENANT_ID, deadLetterId: "none", requestId: "request-1" };
    for (const actor of [aPerson("gone", ["owner"]), anOperator()])
      await redriveDeadLetter({ ...deps, submitAgentProposal }, { ...command, actor });
    const told = eventsOf(deps.transactor.dump(), TENANT_ID).map(({ type, reasonCode }) => [type, reasonCode]);
    assert.deepEqual(told, [
      ["access.refused", "ROLE_MISSING"],
      ["access.refused", "NOT_FOUND"],
    ]);
  });
});
