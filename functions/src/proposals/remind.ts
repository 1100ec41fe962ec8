import type { Deps } from "../commit/deps.js";
import { inTenant, controlRef, proposalRef } from "../contracts/index.js";
import type { Actor, Proposal, Role, UtcInstant } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import type { ControlReading } from "../policy/control.js";
import { liveReviews } from "../policy/checks.js";
import { electorateOf } from "../policy/electorate.js";
import { dueReminders } from "../policy/reminders.js";
import { eligibleApprovers, tieOf } from "../policy/tally.js";
import { findDue } from "./expire.js";
import type { Due } from "./expire.js";
import { parseProposal } from "./load.js";
import { stepProposal } from "./on-record.js";

/** How many due reminders one sweep takes; the rest are there a minute later. */
const REMINDER_BATCH = 100;

const SWEEP: Actor = { type: "system", id: "reminder-sweep", name: "Reminder sweep" };

/**
 * Tells those who can decide that something waits for them, and past the rule's escalation those to whom it goes. Each
 * reminder is one transaction of its own, so that one which meets a decision is not sent.
 */
export async function sweepReminders(
  deps: Deps,
  requestId: string,
): Promise<{ readonly due: number; readonly reminded: number }> {
  const due = await findDue(deps, {
    collection: "proposals",
    isGroup: true,
    where: [
      { field: "status", op: "==", value: "pending_approval" },
      { field: "nextReminderAt", op: "<=", value: deps.clock.now() },
    ],
    limit: REMINDER_BATCH,
  });
  let reminded = 0;
  for (const each of due) if (await remindIfDue(deps, { ...each, requestId })) reminded += 1;
  return { due: due.length, reminded };
}

/** Is a reminder still due, as the proposal is now? Two reads. */
function remindIfDue(deps: Deps, { tenantId, proposalId, requestId }: Due & { requestId: string }): Promise<boolean> {
  return deps.transactor.transact(async (reads) => {
    const [stored, control] = await reads.get([
      inTenant(tenantId, proposalRef(proposalId)),
      inTenant(tenantId, controlRef()),
    ]);
    const proposal = stored === undefined || stored.data === null ? null : parseProposal(stored);
    const now = deps.clock.now();
    const due = proposal === null ? null : dueReminders(proposal, now);
    const isOpen = proposal?.status === "pending_approval" && Date.parse(now) < Date.parse(proposal.expiresAt);
    if (proposal === null || due === null || !isOpen) return { changes: [], events: [], answer: false };
    const { escalateTo, ...progress } = due;
    const recipients = whoHears(proposal, readControl(control?.data ?? null), escalateTo, now);
    const step = stepProposal(
      deps,
      { tenantId, actor: SWEEP, requestId, now },
      proposal,
      progress,
      {
        type: escalateTo === null ? "proposal.reminded" : "proposal.escalated",
        data: { told: recipients.length, ...(escalateTo === null ? {} : { escalateTo }) },
      },
      { recipients },
    );
    return { changes: step.changes, events: [step.event], answer: true };
  });
}

/** Everybody who can decide and has not, and with an escalation everybody of that role who is not tied to the request. */
function whoHears(
  proposal: Proposal,
  tenant: ControlReading,
  escalateTo: Role | null,
  now: UtcInstant,
): readonly string[] {
  const electorate = electorateOf(proposal, tenant, now);
  if (electorate === null) return [];
  const { planId } = proposal.plan;
  const decided = new Set(liveReviews({ planId, reviews: proposal.reviews }).map(({ reviewer }) => reviewer.id));
  const above = electorate.people.filter(
    ({ uid, roles, disabledAt }) =>
      escalateTo !== null && disabledAt === null && roles.includes(escalateTo) && tieOf(electorate, uid) === null,
  );
  const people = [...eligibleApprovers(electorate), ...above].map(({ uid }) => uid);
  return [...new Set(people)].filter((uid) => !decided.has(uid));
}
