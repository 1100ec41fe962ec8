import { performance } from "node:perf_hooks";
import { toFirestore } from "../../functions/src/platform/firestore-codec.js";
import { executeProposal } from "../../functions/src/proposals/execute.js";
import type { JsonObject, Proposal } from "../../functions/src/contracts/index.js";
import { accepted, approve, REQUEST_ID, submitFlag } from "./bench-studio.js";
import type { BenchStudio } from "./bench-studio.js";

const WARM_UP = 30;
const SAMPLES = 200;

export interface ExecuteLatency {
  readonly execute: readonly number[];
  readonly bare: readonly number[];
}

/**
 * How long does an execution take, and how long a bare transaction that reads and writes documents of the same number and
 * size? Milliseconds; the two take turns, so that whatever else the machine does falls on both.
 */
export async function measureExecute(studio: BenchStudio): Promise<ExecuteLatency> {
  const execute: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < WARM_UP + SAMPLES; i += 1) {
    const proposal = await approve(studio, studio.deps, await submitFlag(studio, studio.deps, `f-${i}`));
    const twin = await approve(studio, studio.deps, await submitFlag(studio, studio.deps, `twin-${i}`));
    const inTurn = i % 2 === 0;
    if (!inTurn) bare.push(await timed(() => bareTransaction(studio, twin, i)));
    execute.push(await timed(() => run(studio, proposal)));
    if (inTurn) bare.push(await timed(() => bareTransaction(studio, twin, i)));
  }
  return { execute: execute.slice(WARM_UP), bare: bare.slice(WARM_UP) };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function run({ deps, tenantId, approver: actor }: BenchStudio, { proposalId, plan }: Proposal): Promise<void> {
  const command = { actor, tenantId, requestId: REQUEST_ID, proposalId, idempotencyKey: `bench-latency-${proposalId}` };
  accepted(await executeProposal(deps, { ...command, body: { planId: plan.planId } }));
}

/** The same documents in one round trip of reads and one of writes, with nothing decided in between. */
async function bareTransaction(studio: BenchStudio, proposal: Proposal, i: number): Promise<void> {
  const { firestore, tenantId } = studio;
  const at = (path: string) => firestore.doc(`tenants/${tenantId}/${path}`);
  const target = proposal.plan.writes[0]?.ref ?? "";
  const filler = { canonical: JSON.stringify(proposal).slice(0, 1_700), type: "bare" };
  await firestore.runTransaction(async (transaction) => {
    await transaction.getAll(
      firestore.doc("control/global"),
      at("control/state"),
      at(`proposals/${proposal.proposalId}`),
      at(`executions/bare-${i}`),
      at(target),
    );
    transaction.set(
      at(`proposals/${proposal.proposalId}`),
      toFirestore(JSON.parse(JSON.stringify(proposal)) as JsonObject),
    );
    transaction.delete(at(`openIntents/${proposal.intentHash}`));
    transaction.update(at(target), { attention: { code: "other", note: "bare", proposalId: "bare" }, auditVersion: 1 });
    transaction.create(at(`executions/bare-${i}`), { planId: proposal.plan.planId, payloadHash: proposal.intentHash });
    transaction.create(at(`auditEvents/bare-${i}`), filler);
  });
}
