import type { Deps } from "../../functions/src/commit/deps.js";
import type { Outcome } from "../../functions/src/commit/outcome.js";
import { toFirestore } from "../../functions/src/platform/firestore-codec.js";
import { firestoreTransactor } from "../../functions/src/platform/firestore-transactor.js";
import { approveProposal } from "../../functions/src/proposals/review.js";
import { executeProposal } from "../../functions/src/proposals/execute.js";
import { submitProposal } from "../../functions/src/proposals/submit.js";
import type { ApprovalPolicy, HumanActor, JsonObject, Proposal } from "../../functions/src/contracts/index.js";
import { aPerson } from "../../functions/test/support/builders.js";
import { aFiringDocument, openTestStudio } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import { afterHold } from "../../functions/test/support/fake-means.js";
import { countingFirestore } from "./counting-firestore.js";
import type { Cost } from "./counting-firestore.js";

/** A studio on the emulator whose every read and write is counted. */
export interface BenchStudio extends TestStudio {
  readonly counted: Deps;
  readonly take: () => Cost;
}

export const REQUEST_ID = "bench-request";

/** Who asks, by turns: what one person asks for meets in that person's quota, so there are more people than clients. */
const REQUESTERS = Array.from({ length: 190 }, (_, n) => aPerson(`requester-${n}`, ["operator"]));
let asked = 0;

export async function openBenchStudio(policy?: ApprovalPolicy): Promise<BenchStudio> {
  const studio = await openTestStudio(policy);
  for (const requester of REQUESTERS) await studio.list(requester);
  const { firestore, take } = countingFirestore(studio.firestore);
  return { ...studio, counted: { ...studio.deps, transactor: firestoreTransactor(firestore) }, take };
}

/** The answer, or an error that names the refusal: a benchmark measures what works. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "refused") throw new Error(`refused with ${outcome.reason}`);
  return outcome.answer;
}

/** A firing of its own and a proposal to flag it. */
export async function submitFlag(studio: BenchStudio, deps: Deps, name: string): Promise<Proposal> {
  await studio.put(`firings/${name}`, aFiringDocument(name));
  const input = { firingId: name, attention: "room_overheat", note: "41 °C with both kilns off" };
  const body = {
    capabilityId: "firing.flag",
    input,
    rationale: "The room is hot while both kilns are off.",
    evidence: [],
  };
  asked += 1;
  const actor = REQUESTERS[asked % REQUESTERS.length] ?? studio.owner;
  const command = { actor, tenantId: studio.tenantId, requestId: REQUEST_ID, body };
  return accepted(await submitProposal(deps, command)).proposal;
}

export async function approve(
  studio: BenchStudio,
  deps: Deps,
  proposal: Proposal,
  actor: HumanActor = studio.approver,
): Promise<Proposal> {
  const rationale = "Seen it myself: the vent is stuck.";
  const body = { ifRev: proposal.rev, planId: proposal.plan.planId, rationale, reasonCode: null };
  const { tenantId } = studio;
  const { proposalId } = proposal;
  return accepted(await approveProposal(deps, { actor, tenantId, requestId: REQUEST_ID, proposalId, body })).proposal;
}

export async function execute(
  { deps, tenantId, approver: actor }: BenchStudio,
  { proposalId, plan }: Proposal,
): Promise<void> {
  const command = { actor, tenantId, requestId: REQUEST_ID, proposalId, idempotencyKey: `bench-execute-${proposalId}` };
  accepted(await executeProposal(afterHold(deps), { ...command, body: { planId: plan.planId } }));
}

/** The same documents in one round trip of reads and one of writes, with nothing decided in between. */
export async function bareTransaction(studio: BenchStudio, proposal: Proposal, name: string): Promise<void> {
  const { firestore, tenantId } = studio;
  const at = (path: string) => firestore.doc(`tenants/${tenantId}/${path}`);
  const target = proposal.plan.writes[0]?.ref ?? "";
  const filler = { canonical: JSON.stringify(proposal).slice(0, 1_700), type: "bare" };
  await firestore.runTransaction(async (transaction) => {
    await transaction.getAll(
      firestore.doc("control/global"),
      at("control/state"),
      at(`proposals/${proposal.proposalId}`),
      at(`executions/bare-${name}`),
      at(`quotas/bare-${name}`),
      at(target),
    );
    transaction.set(
      at(`proposals/${proposal.proposalId}`),
      toFirestore(JSON.parse(JSON.stringify(proposal)) as JsonObject),
    );
    transaction.update(at(target), { attention: { code: "other", note: "bare", proposalId: "bare" }, auditVersion: 1 });
    transaction.create(at(`executions/bare-${name}`), {
      planId: proposal.plan.planId,
      payloadHash: proposal.intentHash,
    });
    transaction.create(at(`auditEvents/bare-${name}`), filler);
    transaction.set(at(`quotas/bare-${name}`), { hits: [], auditVersion: 1, updatedAt: new Date() });
    transaction.create(at(`outbox/bare-${name}`), { type: "proposal.executed", eventId: name, at: new Date() });
  });
}
