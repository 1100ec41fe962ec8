import type { Proposal } from "../../functions/src/contracts/index.js";
import { executeProposal } from "../../functions/src/proposals/execute.js";
import { planProposal } from "../../functions/src/proposals/replan.js";
import { rejectProposal } from "../../functions/src/proposals/review.js";
import { rollbackProposal } from "../../functions/src/proposals/rollback.js";
import { submitProposal } from "../../functions/src/proposals/submit.js";
import { afterHold } from "../../functions/test/support/fake-means.js";
import { DEFAULT_APPROVAL_POLICY } from "../../functions/src/policy/approval-policy.js";
import { ruleOf } from "../../functions/test/support/builders.js";
import { accepted, approve, openBenchStudio, REQUEST_ID, submitFlag } from "./bench-studio.js";
import type { BenchStudio } from "./bench-studio.js";
import type { Cost } from "./counting-firestore.js";

export interface OperationCost extends Cost {
  readonly operation: string;
}

/** What does each step of a proposal's life cost, in documents read and written? */
export async function measureLifecycle(studio: BenchStudio): Promise<readonly OperationCost[]> {
  const costs: OperationCost[] = [];
  const { counted, tenantId, approver: actor } = studio;
  const about = (proposalId: string) => ({ actor, tenantId, requestId: REQUEST_ID, proposalId });
  const note = async <T>(operation: string, run: () => Promise<T>): Promise<T> => {
    studio.take();
    const result = await run();
    costs.push({ operation, ...studio.take() });
    return result;
  };
  const walk = async (name: string, submitted: Proposal): Promise<void> => {
    const { proposalId, plan } = await note(`${name}: approve`, () => approve(studio, counted, submitted));
    const body = { planId: plan.planId };
    const key = { idempotencyKey: `bench-execute-${proposalId}` };
    await note(`${name}: execute`, async () =>
      accepted(await executeProposal(afterHold(counted), { ...about(proposalId), ...key, body })),
    );
    await note(`${name}: execute, replayed`, async () =>
      accepted(await executeProposal(afterHold(counted), { ...about(proposalId), ...key, body })),
    );
    const rollback = { idempotencyKey: `bench-rollback-${proposalId}`, body: { rationale: "not needed after all" } };
    await note(`${name}: rollback`, async () =>
      accepted(await rollbackProposal(counted, { ...about(proposalId), ...rollback })),
    );
  };

  await walk("firing.flag", await note("firing.flag: submit", () => submitFlag(studio, counted, "f-cost")));
  await studio.put("batches/b-cost", { isClosed: false, ownerName: "Ana", title: "Mugs" });
  const input = { batchId: "b-cost", text: "Keep away from the vent." };
  const submission = { capabilityId: "batch.opsNote.append", input, rationale: "The glaze is soft.", evidence: [] };
  const submitted = await note("batch.opsNote.append: submit", async () =>
    accepted(await submitProposal(counted, { actor: studio.owner, tenantId, requestId: REQUEST_ID, body: submission })),
  );
  await walk("batch.opsNote.append", submitted.proposal);

  const other = await submitFlag(studio, counted, "f-other");
  await note("plan again, unchanged", async () =>
    accepted(await planProposal(counted, { ...about(other.proposalId), body: { ifRev: other.rev } })),
  );
  await note("reject", async () => {
    const body = { ifRev: other.rev, reasonCode: "not_needed" as const, rationale: "Somebody is in the room already." };
    return accepted(await rejectProposal(counted, { ...about(other.proposalId), body }));
  });
  return costs;
}

/** Submission, one approval, execution: what one change costs, all in all. */
export function lifecycleOf(costs: readonly OperationCost[], capabilityId: string): Cost {
  const steps = ["submit", "approve", "execute"].map((step) => `${capabilityId}: ${step}`);
  const taken = costs.filter(({ operation }) => steps.includes(operation));
  const sum = (key: keyof Cost): number => taken.reduce((total, cost) => total + cost[key], 0);
  return { reads: sum("reads"), writes: sum("writes") };
}

/** Submission, two approvals, execution: what a change costs on which two people have to agree. */
export async function measureQuorumOfTwo(): Promise<Cost> {
  const [low, ...others] = DEFAULT_APPROVAL_POLICY.rules;
  const studio = await openBenchStudio({ ...DEFAULT_APPROVAL_POLICY, rules: [{ ...low, ...ruleOf(2) }, ...others] });
  try {
    const { counted, tenantId, approver, owner } = studio;
    studio.take();
    const submitted = await submitFlag(studio, counted, "f-two");
    const once = await approve(studio, counted, submitted, approver);
    const { proposalId, plan } = await approve(studio, counted, once, owner);
    const key = { idempotencyKey: `bench-execute-${proposalId}`, body: { planId: plan.planId } };
    const about = { actor: approver, tenantId, requestId: REQUEST_ID, proposalId };
    accepted(await executeProposal(afterHold(counted), { ...about, ...key }));
    return studio.take();
  } finally {
    await studio.close();
  }
}
