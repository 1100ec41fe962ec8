import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deps } from "../commit/deps.js";
import type { Transactor } from "../commit/transactor.js";
import type { JsonObject, Proposal } from "../contracts/index.js";
import { engageStop } from "../policy/engage-stop.js";
import { assertTrailIsSound } from "../../test/support/audit-trail.js";
import { TENANT_ID, anApprover, anOperator } from "../../test/support/builders.js";
import { REASON, key, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { executeProposal } from "./execute.js";
import { sweepExpired } from "./expire.js";
import { planProposal } from "./replan.js";
import { revokeProposal } from "./review.js";
import { rollbackProposal } from "./rollback.js";

/** Random interleavings of one run; M03.3 asks for 500. */
const RUNS = 500;
/** Most steps that one command awaits, and so the places where its process may die. */
const STEPS = 6;

type Command = (deps: Deps, proposal: Proposal) => Promise<unknown>;

const as = (actor: ReturnType<typeof anOperator>) => ({ actor, tenantId: TENANT_ID, requestId: "request-1" });
const COMMANDS: Readonly<Record<string, Command>> = {
  execute: (deps, { proposalId, plan }) =>
    executeProposal(deps, {
      ...as(anOperator()),
      proposalId,
      body: { planId: plan.planId },
      idempotencyKey: key(1),
    }),
  executeAgain: (deps, { proposalId, plan }) =>
    executeProposal(deps, {
      ...as(anApprover()),
      proposalId,
      body: { planId: plan.planId },
      idempotencyKey: key(2),
    }),
  rollback: (deps, { proposalId }) =>
    rollbackProposal(deps, {
      ...as(anOperator()),
      proposalId,
      body: { rationale: "it was the wrong firing" },
      idempotencyKey: key(3),
    }),
  revoke: (deps, { proposalId, rev }) =>
    revokeProposal(deps, { ...as(anApprover()), proposalId, body: { ifRev: rev, rationale: "" } }),
  replan: (deps, { proposalId, rev }) => planProposal(deps, { ...as(anApprover()), proposalId, body: { ifRev: rev } }),
  stop: (deps) => engageStop(deps, { ...as(anApprover()), body: { mode: "stopped", reason: REASON } }),
  sweep: (deps) => sweepExpired(deps, "request-1"),
};

describe("proposals: random interleavings", () => {
  it(`have no effect without its event, and no event without its effect, in ${RUNS} runs with crashes`, async function () {
    this.timeout(120_000);
    const attempt = fc.record({
      command: fc.constantFrom(...Object.keys(COMMANDS)),
      crashAt: fc.option(fc.nat(STEPS), { freq: 3 }),
    });
    const seen = { executed: 0, crashed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(attempt, { minLength: 2, maxLength: 6 }),
        async (scheduler, attempts) => {
          const studio = await openMemoryStudio();
          const { proposal } = await studio.accepted(studio.approve(await studio.submitFlag()));
          studio.deps.clock.advance(10_000);
          const before = studio.at("firings/f-1") ?? {};
          const running = attempts.map(async ({ command, crashAt }) => {
            try {
              await COMMANDS[command]?.(unreliable(studio, scheduler, crashAt), proposal);
            } catch (error) {
              assert.match(String(error), /the process died|did not get through|another call/);
              seen.crashed += 1;
            }
          });
          await scheduler.waitFor(Promise.all(running));
          assertEffectsAreOnRecord(studio, proposal, before);
          if (studio.events().some(({ type }) => type === "proposal.executed")) seen.executed += 1;
        },
      ),
      { numRuns: RUNS },
    );
    assert.ok(seen.executed > RUNS / 10 && seen.crashed > RUNS / 10, "runs that execute and runs that crash are met");
  });
});

/** The store as the scheduler pleases: each step waits for its turn, and at one of them the process may die. */
function unreliable({ deps }: MemoryStudio, scheduler: fc.Scheduler, crashAt: number | null): Deps {
  let step = 0;
  const turn = async (): Promise<void> => {
    await scheduler.schedule(Promise.resolve());
    if (step === crashAt) throw new Error("the process died");
    step += 1;
  };
  const transact: Transactor["transact"] = async (body) => {
    const answer = await deps.transactor.transact(async (reads) => {
      const commit = await body({
        get: async (paths) => (await turn(), reads.get(paths)),
        query: async (query) => (await turn(), reads.query(query)),
        count: async (query) => (await turn(), reads.count(query)),
      });
      await turn();
      return commit;
    });
    await turn();
    return answer;
  };
  return { ...deps, transactor: { transact } };
}

function assertEffectsAreOnRecord(studio: MemoryStudio, { proposalId, plan }: Proposal, before: JsonObject): void {
  assertTrailIsSound(studio.deps.transactor.dump(), TENANT_ID);
  const ours = studio.events().filter((event) => event.proposalId === proposalId);
  const count = (type: string): number => ours.filter((event) => event.type === type).length;
  const [executed, rolledBack] = [count("proposal.executed"), count("proposal.rolled_back")];
  assert.ok(executed <= 1 && rolledBack <= executed);
  const firing = studio.at("firings/f-1") ?? {};
  const written = plan.writes[0]?.fields[0]?.after ?? null;
  assert.deepEqual(firing["attention"], executed > rolledBack ? written : before["attention"]);
  assert.equal(firing["auditVersion"] ?? 0, executed + rolledBack);
  const { status, execution, rollback } = studio.stored(proposalId);
  assert.equal(execution !== null, executed === 1);
  assert.equal(rollback !== null, rolledBack === 1);
  if (executed === 1) assert.equal(status, rolledBack === 1 ? "rolled_back" : "executed");
}
