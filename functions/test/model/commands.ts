import fc from "fast-check";
import type { Deps } from "../../src/commit/deps.js";
import type { Outcome } from "../../src/commit/outcome.js";
import type { HumanActor, JsonObject, Proposal, Role } from "../../src/contracts/index.js";
import { changeStaff } from "../../src/policy/change-staff.js";
import { startCover } from "../../src/policy/covers.js";
import { grantDelegation, revokeDelegation } from "../../src/policy/delegations.js";
import { grantExemption, revokeExemption } from "../../src/policy/exemptions.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { engageScope, releaseScope } from "../../src/policy/scopes.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { sweepExpired } from "../../src/proposals/expire.js";
import { planProposal } from "../../src/proposals/replan.js";
import {
  approveProposal,
  rejectProposal,
  reopenProposal,
  revokeProposal,
  withdrawProposal,
} from "../../src/proposals/review.js";
import { reviseProposal } from "../../src/proposals/revise.js";
import { rollbackProposal } from "../../src/proposals/rollback.js";
import { decideAgentSubmission } from "../../src/proposals/submit-for-agent.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { TENANT_ID, aPerson, anAgent } from "../support/builders.js";
import { later } from "../support/fake-means.js";
import { SOLO_RELEASE_PHRASE } from "../../src/contracts/index.js";

/** The cast: everybody of the staff list, somebody who claims to belong to it, and somebody from next door. */
const PEOPLE: readonly HumanActor[] = [
  aPerson("olga", ["owner"]),
  aPerson("omar", ["owner", "approver_admin"]),
  aPerson("ana", ["approver"]),
  aPerson("amir", ["approver"]),
  aPerson("otto", ["operator"]),
  aPerson("vera", ["viewer", "owner", "approver"]),
  aPerson("stranger", ["owner"]),
];

/** What a command is made of; each one takes of it what it needs. */
export interface Step {
  readonly name: keyof typeof COMMANDS;
  /** Who, which proposal (the newest is 0), which variant: taken modulo what there is. */
  readonly who: number;
  readonly which: number;
  readonly variant: number;
  /** The awaited step at which the process dies; null: it lives. */
  readonly crashAt: number | null;
  /** True: the next command does not wait for this one. */
  readonly isConcurrent: boolean;
}

/** What a command sees: the means, and the proposals that this run has made so far, as they were when it looked. */
export interface Scene {
  readonly deps: Deps;
  readonly proposals: readonly Proposal[];
  /** Ids of the grants that this run has seen so far, oldest first. */
  readonly delegations: readonly string[];
  readonly exemptions: readonly string[];
  readonly step: Step;
  readonly requestId: string;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

type Command = (scene: Scene) => Promise<Outcome<unknown> | null>;

const actorOf = ({ step }: Scene): HumanActor => PEOPLE[step.who % PEOPLE.length] ?? aPerson("nobody", []);
const common = (scene: Scene) => ({ actor: actorOf(scene), tenantId: TENANT_ID, requestId: scene.requestId });
const WHY = "The sensor in the room agrees with the agent.";

/** A command about one proposal; there is nothing to do while there is none. */
const about =
  (
    run: (
      scene: Scene,
      proposal: Proposal,
      at: ReturnType<typeof common> & { proposalId: string },
    ) => ReturnType<Command>,
  ) =>
  (scene: Scene): ReturnType<Command> => {
    const proposal = scene.proposals.at(-1 - (scene.step.which % Math.max(1, scene.proposals.length)));
    return proposal === undefined
      ? Promise.resolve(null)
      : run(scene, proposal, { ...common(scene), proposalId: proposal.proposalId });
  };

const inputOf = (variant: number): { readonly capabilityId: string; readonly input: JsonObject } =>
  [
    { capabilityId: "firing.flag", input: { firingId: "f-1", attention: "room_overheat", note: "41 degrees" } },
    { capabilityId: "firing.flag", input: { firingId: "f-1", attention: "door_open", note: "it stands open" } },
    { capabilityId: "batch.opsNote.append", input: { batchId: "b-1", text: `Two handles cracked (${variant % 3}).` } },
    { capabilityId: "batch.state.advance", input: { batchId: "b-1", to: "ready_for_program" } },
  ][variant % 4] ?? { capabilityId: "none", input: {} };

/** Mostly the revision and the plan that were looked at, now and then others. */
const revOf = ({ step }: Scene, { rev }: Proposal): number => (step.variant % 7 === 6 ? rev + 1 : rev);
const keyOf = ({ step }: Scene, what: string): string => `${what}-key-of-the-model-${step.variant % 3}`;

/** Now and then a call names the newest exemption. */
const exemptionOf = ({ step, exemptions }: Scene): { readonly exemptionId?: string } => {
  const exemptionId = exemptions.at(-1);
  return step.variant % 4 !== 3 || exemptionId === undefined ? {} : { exemptionId };
};

const scopeOf = ({ step }: Scene): { readonly kind: "capability" | "actor"; readonly id: string } =>
  step.variant % 3 === 0
    ? { kind: "capability", id: "firing.flag" }
    : { kind: "actor", id: step.variant % 3 === 1 ? "otto" : "pi-1" };

export const COMMANDS = {
  submit: (scene) =>
    submitProposal(scene.deps, {
      ...common(scene),
      body: { ...inputOf(scene.step.variant), rationale: WHY, evidence: [] },
    }),
  submitByAgent: ({ deps, step, requestId }) => {
    const now = deps.clock.now();
    const attention = step.variant % 2 === 0 ? "room_overheat" : "water_leak";
    const request = { kilnId: "k-1", attention, note: "41 degrees", unlessBookedWithinHours: 2 };
    const proposal = { capabilityId: "firing.flag", request, ruleId: "room-hot", rationale: WHY, evidence: [] };
    const sent = { tenantId: TENANT_ID, agent: anAgent(), requestId, now, sentAt: now, isLate: false };
    return deps.transactor.transact((reads) => decideAgentSubmission(deps, reads, { ...sent, proposal }));
  },
  approve: about((scene, proposal, at) =>
    approveProposal(scene.deps, {
      ...at,
      body: {
        ...{ ifRev: revOf(scene, proposal), planId: proposal.plan.planId, rationale: WHY, reasonCode: null },
        ...exemptionOf(scene),
      },
    }),
  ),
  reject: about((scene, proposal, at) =>
    rejectProposal(scene.deps, {
      ...at,
      body: { ifRev: revOf(scene, proposal), reasonCode: "not_needed", rationale: WHY },
    }),
  ),
  withdraw: about((scene, proposal, at) =>
    withdrawProposal(scene.deps, { ...at, body: { ifRev: revOf(scene, proposal), rationale: "changed my mind" } }),
  ),
  reopen: about((scene, proposal, at) =>
    reopenProposal(scene.deps, { ...at, body: { ifRev: revOf(scene, proposal), rationale: WHY } }),
  ),
  revoke: about((scene, proposal, at) =>
    revokeProposal(scene.deps, { ...at, body: { ifRev: revOf(scene, proposal), rationale: "" } }),
  ),
  revise: about((scene, proposal, at) =>
    reviseProposal(scene.deps, {
      ...at,
      body: { ifRev: revOf(scene, proposal), input: inputOf(scene.step.variant).input, rationale: WHY },
    }),
  ),
  replan: about((scene, proposal, at) => planProposal(scene.deps, { ...at, body: { ifRev: revOf(scene, proposal) } })),
  execute: about((scene, { plan }, at) =>
    executeProposal(scene.deps, {
      ...at,
      body: { planId: plan.planId, ...exemptionOf(scene) },
      idempotencyKey: keyOf(scene, "execute"),
    }),
  ),
  rollback: about((scene, _proposal, at) =>
    rollbackProposal(scene.deps, { ...at, body: { rationale: WHY }, idempotencyKey: keyOf(scene, "rollback") }),
  ),
  stop: (scene) =>
    engageStop(scene.deps, {
      ...common(scene),
      body: { mode: scene.step.variant % 2 === 0 ? "stopped" : "read_only", reason: "Smoke in the kiln room" },
    }),
  stopOne: (scene) =>
    engageScope(scene.deps, {
      ...common(scene),
      body: { ...scopeOf(scene), mode: "stopped", reason: "Smoke in the kiln room", until: null },
    }),
  releaseOne: (scene) =>
    releaseScope(scene.deps, {
      ...common(scene),
      body: { ...scopeOf(scene), reason: "All clear again, says Otto", phrase: SOLO_RELEASE_PHRASE },
    }),
  release: (scene) =>
    releaseStop(scene.deps, {
      ...common(scene),
      body: {
        reason: "All clear again, says Otto",
        phrase: scene.step.variant % 2 === 0 ? SOLO_RELEASE_PHRASE : null,
      },
    }),
  changeStaff: (scene) => {
    const member = PEOPLE[scene.step.which % PEOPLE.length] ?? aPerson("nobody", []);
    const holds: Role[] =
      [["approver" as const], ["operator" as const], ["owner" as const]][scene.step.variant % 3] ?? [];
    return changeStaff(scene.deps, {
      ...common(scene),
      memberUid: member.id,
      body: { name: member.id, holds, groups: [], aliases: [], isIn: scene.step.variant % 4 !== 3, reason: WHY },
    });
  },
  cover: (scene) => {
    const from = PEOPLE[scene.step.who % PEOPLE.length]?.id ?? "";
    const to = PEOPLE[scene.step.which % PEOPLE.length]?.id ?? "";
    const now = scene.deps.clock.now();
    const body = { from, to, capabilityIds: null, startsAt: now, endsAt: later(3_600_000, now), reason: "away" };
    return startCover(scene.deps, { ...common(scene), body });
  },
  lend: (scene) =>
    grantDelegation(scene.deps, {
      ...common(scene),
      body: {
        agentId: "pi-1",
        scopes: ["firing.flag"],
        resourceRefs: scene.step.variant % 5 === 4 ? ["firings/f-9"] : [],
        constraints: { maxAmountCents: null, maxPerDay: scene.step.variant % 3 === 0 ? 1 : null },
        expiresAt: later((1 + scene.step.variant) * HOUR, scene.deps.clock.now()),
        reason: WHY,
      },
    }),
  takeBack: (scene) => {
    const { delegations, step } = scene;
    const delegationId = delegations.at(-1 - (step.which % Math.max(1, delegations.length)));
    if (delegationId === undefined) return Promise.resolve(null);
    return revokeDelegation(scene.deps, { ...common(scene), delegationId, body: { reason: "no more" } });
  },
  exempt: (scene) =>
    grantExemption(scene.deps, {
      ...common(scene),
      body: {
        capabilityId: inputOf(scene.step.variant).capabilityId,
        forUid: PEOPLE[scene.step.which % PEOPLE.length]?.id ?? null,
        resourceRef: null,
        constraint: { maxAmountCents: null },
        waives: scene.step.variant % 2 === 0 ? ["quota"] : ["second_approver"],
        ticketRef: "log book, page 12",
        startsAt: null,
        expiresAt: later(4 * HOUR, scene.deps.clock.now()),
        maxUses: 1,
        reason: WHY,
      },
    }),
  takeExemptionBack: (scene) => {
    const exemptionId = scene.exemptions.at(-1);
    if (exemptionId === undefined) return Promise.resolve(null);
    return revokeExemption(scene.deps, { ...common(scene), exemptionId, body: { reason: "no more" } });
  },
  sweep: async ({ deps, requestId }) => {
    await sweepExpired(deps, requestId);
    return null;
  },
} as const satisfies Record<string, Command>;

/** What happens around the commands: time passes, and the studio's own systems change records. */
export interface Interlude {
  readonly waitMs: number;
  readonly edit: "none" | "flag" | "title" | "peak";
}

/** More of what leads somewhere: most runs get to executions, and few get stuck in refusals. */
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("submit" as const, "submitByAgent" as const) },
  { weight: 6, arbitrary: fc.constant("approve" as const) },
  { weight: 6, arbitrary: fc.constant("execute" as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("rollback" as const, "replan" as const, "stop" as const, "release" as const),
  },
  { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])) },
);

const aStep: fc.Arbitrary<Step & Interlude> = fc.record({
  name,
  who: fc.nat(PEOPLE.length - 1),
  which: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
  variant: fc.nat(11),
  crashAt: fc.option(fc.nat(5), { freq: 6 }),
  isConcurrent: fc.boolean(),
  waitMs: fc.constantFrom(0, 0, SECOND, 10 * SECOND, 10 * SECOND, 30 * SECOND, 5 * HOUR, 24 * HOUR, 72 * HOUR),
  edit: fc.constantFrom(...(["none", "none", "none", "none", "flag", "title", "peak"] as const)),
});

/** How things are meant to go, with one step of it replaced by any other, or none. */
const aStory: fc.Arbitrary<readonly (Step & Interlude)[]> = fc
  .record({
    variant: fc.nat(11),
    isConcurrent: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    spoiled: fc.option(fc.tuple(fc.nat(4), aStep), { freq: 2 }),
  })
  .map(({ variant, isConcurrent, spoiled }) => {
    const calm = { which: 0, variant, crashAt: null, isConcurrent: false, waitMs: 0, edit: "none" } as const;
    const steps: (Step & Interlude)[] = [
      ...(variant % 4 === 3 ? [{ ...calm, name: "exempt" as const, who: 1, which: 4 }] : []),
      { ...calm, name: variant % 3 === 1 ? "submitByAgent" : "submit", who: 4 },
      { ...calm, name: "approve", who: 2, isConcurrent: isConcurrent[0], waitMs: 10 * SECOND },
      { ...calm, name: "execute", who: 4, isConcurrent: isConcurrent[1] },
      { ...calm, name: "rollback", who: 3, isConcurrent: isConcurrent[2] },
    ];
    return spoiled === null ? steps : steps.map((step, i) => (i === spoiled[0] ? spoiled[1] : step));
  });

/** A run: single steps and stories, as they come. */
export const aRun: fc.Arbitrary<readonly (Step & Interlude)[]> = fc
  .array(
    fc.oneof(
      aStep.map((step) => [step]),
      aStory,
    ),
    { minLength: 2, maxLength: 6 },
  )
  .map((parts) => parts.flat());
