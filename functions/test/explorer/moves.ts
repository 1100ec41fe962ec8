import type { Deps } from "../../src/commit/deps.js";
import type { Outcome } from "../../src/commit/outcome.js";
import type { HumanActor, Proposal, UtcInstant } from "../../src/contracts/index.js";
import { grantDelegation, revokeDelegation } from "../../src/policy/delegations.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { grantExemption } from "../../src/policy/exemptions.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { sweepExpired } from "../../src/proposals/expire.js";
import { approveProposal, rejectProposal, revokeProposal, withdrawProposal } from "../../src/proposals/review.js";
import { rollbackProposal } from "../../src/proposals/rollback.js";
import { decideAgentSubmission } from "../../src/proposals/submit-for-agent.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { TENANT_ID, aPerson, anAgent } from "../support/builders.js";
import { HOUR, later } from "../support/fake-means.js";

/** Three of the staff: one whose agent asks and who lends it the right, one who asks, and one who only decides. */
const OLGA = aPerson("olga", ["owner"]);
const OMAR = aPerson("omar", ["owner", "approver_admin"]);
const ANA = aPerson("ana", ["approver"]);
const STAFF = [OLGA, OMAR, ANA] as const;

/** What the world looks like to whoever makes a move. */
export interface View {
  readonly deps: Deps;
  /** The two proposals that there can be: the agent's flag, and what Olga asks for and two people must approve. */
  readonly flag: Proposal | null;
  readonly batch: Proposal | null;
  readonly delegationId: string | null;
  readonly exemptionId: string | null;
}

export interface Move {
  readonly name: string;
  /** One transaction, or null where there is nothing to make the move with. */
  readonly make: (view: View) => Promise<Outcome<unknown>> | null;
}

const WHY = "The sensor in the room agrees with the agent.";
const by = (actor: HumanActor) => ({ actor, tenantId: TENANT_ID, requestId: "request-1" });
const about = (actor: HumanActor, { proposalId }: Proposal) => ({ ...by(actor), proposalId });

const agentAsks = (agentId: string): Move => ({
  name: `${agentId} asks`,
  make: ({ deps, flag }) => {
    if (flag !== null) return null;
    const request = { kilnId: "k-1", attention: "room_overheat", note: "41 degrees", unlessBookedWithinHours: 2 };
    const proposal = { capabilityId: "firing.flag", request, ruleId: "room-hot", rationale: WHY, evidence: [] };
    const now = deps.clock.now();
    const agent = anAgent({ agentId });
    const sent = { tenantId: TENANT_ID, agent, proposal, requestId: "request-1", now, sentAt: now, isLate: false };
    return deps.transactor.transact((reads) => decideAgentSubmission(deps, reads, sent));
  },
});

const personAsks: Move = {
  name: "Olga asks",
  make: ({ deps, batch }) => {
    const input = { batchId: "b-1", to: "ready_for_program" };
    const body = { capabilityId: "batch.state.advance", input, rationale: WHY, evidence: [] };
    return batch === null ? submitProposal(deps, { ...by(OLGA), body }) : null;
  },
};

type Which = "flag" | "batch";

const onProposal = (
  which: Which,
  name: string,
  make: (deps: Deps, proposal: Proposal, view: View) => Promise<Outcome<unknown>> | null,
): Move => ({
  name: `${name} ${which}`,
  make: (view) => {
    const proposal = view[which];
    return proposal === null ? null : make(view.deps, proposal, view);
  },
});

const approves = (which: Which, actor: HumanActor): Move =>
  onProposal(which, `${actor.id} approves`, (deps, proposal) => {
    const body = { ifRev: proposal.rev, planId: proposal.plan.planId, rationale: WHY, reasonCode: null };
    return approveProposal(deps, { ...about(actor, proposal), body });
  });

const approvesExempt = (actor: HumanActor): Move =>
  onProposal("batch", `${actor.id} approves, exempt,`, (deps, proposal, { exemptionId }) => {
    if (exemptionId === null) return null;
    const body = { ifRev: proposal.rev, planId: proposal.plan.planId, rationale: WHY, reasonCode: null, exemptionId };
    return approveProposal(deps, { ...about(actor, proposal), body });
  });

const ofEither = (which: Which): readonly Move[] => [
  ...STAFF.map((actor) => approves(which, actor)),
  onProposal(which, "Omar executes", (deps, proposal) =>
    executeProposal(deps, {
      ...about(OMAR, proposal),
      body: { planId: proposal.plan.planId },
      idempotencyKey: `explorer-executes-${which}`,
    }),
  ),
  onProposal(which, "Omar undoes", (deps, proposal) =>
    rollbackProposal(deps, {
      ...about(OMAR, proposal),
      body: { rationale: WHY },
      idempotencyKey: `explorer-undoes-${which}`,
    }),
  ),
  onProposal(which, "Ana revokes", (deps, proposal) =>
    revokeProposal(deps, { ...about(ANA, proposal), body: { ifRev: proposal.rev, rationale: "" } }),
  ),
  onProposal(which, "Omar rejects", (deps, proposal) =>
    rejectProposal(deps, {
      ...about(OMAR, proposal),
      body: { ifRev: proposal.rev, reasonCode: "not_needed", rationale: WHY },
    }),
  ),
  onProposal(which, "Olga withdraws", (deps, proposal) =>
    withdrawProposal(deps, { ...about(OLGA, proposal), body: { ifRev: proposal.rev, rationale: WHY } }),
  ),
];

const grants: readonly Move[] = [
  {
    name: "Olga lends",
    make: ({ deps, delegationId }) =>
      delegationId !== null
        ? null
        : grantDelegation(deps, {
            ...by(OLGA),
            body: {
              agentId: "pi-1",
              scopes: ["firing.flag"],
              resourceRefs: [],
              constraints: { maxAmountCents: null, maxPerDay: null },
              expiresAt: null,
              reason: WHY,
            },
          }),
  },
  {
    name: "Olga takes back",
    make: ({ deps, delegationId }) =>
      delegationId === null ? null : revokeDelegation(deps, { ...by(OLGA), delegationId, body: { reason: "no more" } }),
  },
  {
    name: "Omar exempts",
    make: ({ deps, exemptionId }) =>
      exemptionId !== null
        ? null
        : grantExemption(deps, {
            ...by(OMAR),
            body: {
              capabilityId: "batch.state.advance",
              forUid: "olga",
              resourceRef: null,
              constraint: { maxAmountCents: null },
              waives: ["second_approver"],
              ticketRef: "log book, page 12",
              startsAt: null,
              expiresAt: later(HOUR, deps.clock.now()),
              maxUses: 1,
              reason: WHY,
            },
          }),
  },
];

const theSwitch: readonly Move[] = [
  {
    name: "Ana stops",
    make: ({ deps }) => engageStop(deps, { ...by(ANA), body: { mode: "stopped", reason: "Smoke in the kiln room" } }),
  },
  ...[OLGA, OMAR].map((actor) => ({
    name: `${actor.id} releases`,
    make: ({ deps }: View) =>
      releaseStop(deps, { ...by(actor), body: { reason: "All clear again, says Otto", phrase: null } }),
  })),
];

/** Everything that anybody can do, one transaction each. */
export const MOVES: readonly Move[] = [
  agentAsks("pi-1"),
  agentAsks("pi-2"),
  personAsks,
  ...ofEither("flag"),
  ...ofEither("batch"),
  approvesExempt(ANA),
  approvesExempt(OMAR),
  ...grants,
  ...theSwitch,
  {
    name: "the sweep",
    make: ({ deps }) => sweepExpired(deps, "request-1").then(() => ({ kind: "accepted", answer: null })),
  },
];

/** How far the clock may jump: past a hold window, past an exemption and an approval, past the time to decide. */
export const WAITS: readonly { readonly name: string; readonly until: (now: UtcInstant) => UtcInstant }[] = [
  { name: "ten seconds pass", until: (now) => later(10_000, now) },
  { name: "five hours pass", until: (now) => later(5 * HOUR, now) },
  { name: "three days pass", until: (now) => later(72 * HOUR, now) },
];
