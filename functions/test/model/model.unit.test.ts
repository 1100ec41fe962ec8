import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deps } from "../../src/commit/deps.js";
import type { Transactor } from "../../src/commit/transactor.js";
import { toDocument } from "../../src/commit/document-change.js";
import { Proposal, REASON_CODES, controlRef, inTenant } from "../../src/contracts/index.js";
import type { JsonObject } from "../../src/contracts/index.js";
import { assertTrailIsSound } from "../support/audit-trail.js";
import { DEFAULT_APPROVAL_POLICY } from "../../src/policy/approval-policy.js";
import { TENANT_ID, ruleOf } from "../support/builders.js";
import { testDeps } from "../support/fake-means.js";
import type { TestDeps } from "../support/fake-means.js";
import { openMemoryStudio } from "../support/memory-studio.js";
import { COMMANDS, aRun } from "./commands.js";
import type { Interlude, Scene, Step } from "./commands.js";
import { Oracle } from "./oracle.js";

/** Runs of the model: ten thousand, ten times that with STUDIO_TEST_FULL=1, or as many as STUDIO_MODEL_RUNS says. */
const RUNS = process.env["STUDIO_TEST_FULL"] === "1" ? 100_000 : Number(process.env["STUDIO_MODEL_RUNS"] ?? "10000");
/** Ids that the prepared studio has used up. */
const DRAWN = 1_000;

describe("the approval engine against its model", () => {
  let prepared: Record<string, JsonObject>;
  before(async () => {
    const studio = await openMemoryStudio();
    // One capability needs two people, so that an exemption from the second has something to ease.
    const [low, ...others] = DEFAULT_APPROVAL_POLICY.rules;
    const two = { ...low, ...ruleOf(2), when: { capabilityId: "batch.state.advance" } };
    const approvalPolicy = { ...DEFAULT_APPROVAL_POLICY, rules: [two, low, ...others] };
    studio.change(controlRef(), toDocument({ approvalPolicy }));
    prepared = studio.deps.transactor.dump();
  });

  it(`keeps every rule in ${RUNS} random runs of commands that meet, and die, anywhere`, async function () {
    this.timeout(7_200_000);
    const total = { commits: 0, executed: 0, rolledBack: 0, refused: 0, approved: 0, eased: 0, lent: 0, died: 0 };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), aRun, async (scheduler, steps) => {
        const run = new Run(prepared, scheduler);
        await run.play(steps);
        for (const key of ["commits", "executed", "rolledBack", "refused", "approved", "eased", "lent"] as const)
          total[key] += run.oracle.seen[key];
        total.died += run.died;
      }),
      { numRuns: RUNS },
    );
    // A model that never gets anywhere proves nothing.
    for (const [what, count] of Object.entries(total))
      assert.ok(count > RUNS / 200, `${what}: ${count} in ${RUNS} runs`);
  });
});

class Run {
  readonly oracle: Oracle;
  readonly #deps: TestDeps;
  readonly #scheduler: fc.Scheduler;
  died = 0;

  constructor(prepared: Record<string, JsonObject>, scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
    this.#deps = testDeps(prepared, { drawnBefore: DRAWN, onCommit: (commit) => this.oracle.watch(commit) });
    this.oracle = new Oracle(TENANT_ID, () => this.#deps.clock.now());
  }

  async play(steps: readonly (Step & Interlude)[]): Promise<void> {
    let running: Promise<void>[] = [];
    for (const [index, step] of steps.entries()) {
      running.push(this.#command(step, `request-${index}`));
      if (step.isConcurrent && index < steps.length - 1) continue;
      await this.#scheduler.waitFor(Promise.all(running));
      running = [];
      this.#interlude(step);
    }
    assertTrailIsSound(this.#deps.transactor.dump(), TENANT_ID);
  }

  /** Runs one command to its end or its death, and holds its answer against the record. */
  async #command(step: Step, requestId: string): Promise<void> {
    const scene = { ...this.#look(), deps: this.#unreliable(step.crashAt), step, requestId };
    try {
      const outcome = await COMMANDS[step.name](scene);
      if (outcome?.kind !== "refused") return;
      assert.ok(outcome.reason in REASON_CODES);
      const onRecord = this.oracle.refusals.some(
        (event) => event.requestId === requestId && event.reasonCode === outcome.reason,
      );
      assert.ok(onRecord, `${step.name} was refused with ${outcome.reason}, and nothing says so`);
    } catch (error) {
      if (!/the process died|did not get through|another call/.test(String(error))) throw error;
      this.died += 1;
    }
  }

  #look(): Pick<Scene, "proposals" | "delegations" | "exemptions"> {
    const stored = Object.entries(this.#deps.transactor.dump());
    const below = (collection: string): [string, JsonObject][] => {
      const prefix = inTenant(TENANT_ID, `${collection}/`);
      return stored.flatMap(([path, data]) => (path.startsWith(prefix) ? [[path.slice(prefix.length), data]] : []));
    };
    return {
      proposals: below("proposals").map(([, data]) => Proposal.parse(data)),
      delegations: below("delegations").map(([id]) => id),
      exemptions: below("exemptions").map(([id]) => id),
    };
  }

  #interlude({ waitMs, edit }: Interlude): void {
    this.#deps.clock.advance(waitMs);
    if (edit === "none") return;
    const path = inTenant(TENANT_ID, "firings/f-1");
    const stored = this.#deps.transactor.dump()[path] ?? {};
    const fields = { flag: { attention: null }, title: { title: "Another load" }, peak: { peakTempC: 1_230 } }[edit];
    this.#deps.transactor.put(path, { ...stored, ...fields });
  }

  /** The store as the scheduler pleases: each step waits for its turn, and at one of them the process may die. */
  #unreliable(crashAt: number | null): Deps {
    let step = 0;
    const turn = async (): Promise<void> => {
      await this.#scheduler.schedule(Promise.resolve());
      if (step === crashAt) throw new Error("the process died");
      step += 1;
    };
    const transact: Transactor["transact"] = async (body) => {
      const answer = await this.#deps.transactor.transact(async (reads) => {
        const commit = await body({
          ...reads,
          get: async (paths) => (await turn(), reads.get(paths)),
          query: async (query) => (await turn(), reads.query(query)),
        });
        await turn();
        return commit;
      });
      await turn();
      return answer;
    };
    return { ...this.#deps, transactor: { transact } };
  }
}
