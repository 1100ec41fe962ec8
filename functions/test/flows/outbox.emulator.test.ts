import assert from "node:assert/strict";
import { PubSub } from "@google-cloud/pubsub";
import { STUDIO_EVENTS_TOPIC } from "../../src/contracts/index.js";
import type { Proposal } from "../../src/contracts/index.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { createUplinkTopology } from "../../../scripts/dev/pubsub-topology.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { requireEnv } from "../support/require-env.js";

const WAIT_MS = 40_000;

describe("outbox over Pub/Sub", function () {
  this.timeout(90_000);
  let studio: TestStudio;
  let pubsub: PubSub;
  before(async () => {
    const projectId = requireEnv("GCLOUD_PROJECT");
    await createUplinkTopology({ projectId, functionsOrigin: requireEnv("STUDIO_FUNCTIONS_ORIGIN") });
    process.env["METADATA_SERVER_DETECTION"] ??= "none";
    pubsub = new PubSub({ projectId, emulatorMode: true });
    studio = await openTestStudio();
  });
  after(async () => {
    await pubsub.close();
    await studio.close();
  });

  it("brings an approval to its requester as one notice, and empties the outbox", async () => {
    const { lastEventId, proposalId } = await approved("f-1");
    const notice = await until(() => studio.read(`notices/${lastEventId}`));
    assert.deepEqual(
      [notice["type"], notice["proposalId"], notice["recipients"]],
      ["proposal.approved", proposalId, [studio.owner.id]],
    );
    await until(async () => ((await studio.read(`outbox/${lastEventId}`)) === undefined ? {} : undefined));
  });

  it("takes the same event again, and an older one later, without a second notice and without a complaint", async () => {
    const { lastEventId } = await approved("f-2");
    const first = await until(() => studio.read(`notices/${lastEventId}`));
    const { receivedAt, ...event } = first;
    assert.ok(receivedAt !== undefined);
    const topic = pubsub.topic(STUDIO_EVENTS_TOPIC);
    await Promise.all([1, 2, 3].map(() => topic.publishMessage({ json: event })));
    const older = { ...event, eventId: "older-event", at: "2020-01-01T00:00:00.000Z" };
    await topic.publishMessage({ json: { not: "an event" } });
    await topic.publishMessage({ json: older });
    await until(() => studio.read("notices/older-event"));
    assert.deepEqual(await studio.read(`notices/${lastEventId}`), first);
  });

  async function approved(firingId: string): Promise<Proposal> {
    await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
    const input = { firingId, attention: "room_overheat", note: "41 °C with both kilns off" };
    const as = (actor: TestStudio["owner"]) => ({ actor, tenantId: studio.tenantId, requestId: "outbox-test" });
    const body = { capabilityId: "firing.flag", input, rationale: "", evidence: [] };
    const submitted = await submitProposal(studio.deps, { ...as(studio.owner), body });
    assert.ok(submitted.kind === "accepted");
    const { proposalId, rev, plan } = submitted.answer.proposal;
    const decision = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    const decided = await approveProposal(studio.deps, { ...as(studio.approver), proposalId, body: decision });
    assert.ok(decided.kind === "accepted");
    return decided.answer.proposal;
  }

  async function until(look: () => Promise<Record<string, unknown> | undefined>): Promise<Record<string, unknown>> {
    for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.fail("nothing came in time");
  }
});
