import type { Deps } from "../commit/deps.js";
import { inTenant } from "../contracts/index.js";
import type { Actor, Proposal, ReasonCode, UtcInstant } from "../contracts/index.js";
import { subjectOf } from "../policy/checks.js";
import { effectiveControl } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import { connectorsOf } from "./judge.js";
import { loadProposal } from "./load.js";
import type { LoadedProposal } from "./load.js";
import { stepProposal } from "./on-record.js";

/** How many approved proposals one flip marks at most, and how many of them at once. */
const PAGE = 200;
const AT_ONCE = 10;

const SWEEP: Actor = { type: "system", id: "control-sweep", name: "Control sweep" };

/**
 * Marks what was approved before a flip of the switch as `blocked`, with the reason (M04.5). It only says aloud what is so
 * anyway: an execution is judged against the switch and its epoch in its own transaction, whether or not this has run.
 * Each proposal is a transaction of its own, so an execution that was there first stands.
 */
export async function blockApproved(
  deps: Deps,
  tenantId: string,
  requestId: string,
): Promise<{ readonly approved: number; readonly blocked: number }> {
  const ids = await approvedIn(deps, tenantId);
  let blocked = 0;
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const batch = ids.slice(from, from + AT_ONCE);
    const done = await Promise.all(batch.map((proposalId) => blockIfStopped(deps, tenantId, proposalId, requestId)));
    blocked += done.filter((isBlocked) => isBlocked).length;
  }
  return { approved: ids.length, blocked };
}

function approvedIn(deps: Deps, tenantId: string): Promise<string[]> {
  return deps.transactor.transact(async (reads) => {
    const found = await reads.query({
      collection: inTenant(tenantId, "proposals"),
      where: [{ field: "status", op: "==", value: "approved" }],
      limit: PAGE,
    });
    return { changes: [], events: [], answer: found.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)) };
  });
}

function blockIfStopped(deps: Deps, tenantId: string, proposalId: string, requestId: string): Promise<boolean> {
  return deps.transactor.transact(async (reads) => {
    const loaded = await loadProposal(reads, tenantId, proposalId);
    const now = deps.clock.now();
    const { proposal, control } = loaded;
    const code = proposal?.status === "approved" ? standsInTheWay(loaded, proposal, control, now) : null;
    if (proposal === null || code === null) return { changes: [], events: [], answer: false };
    const step = stepProposal(
      deps,
      { tenantId, actor: SWEEP, requestId, now },
      proposal,
      { status: "blocked", problem: { code, detail: "the switch was flipped after the approval; plan it again" } },
      { type: "proposal.blocked", reasonCode: code, data: { operation: "flip" } },
    );
    return { changes: step.changes, events: [step.event], answer: true };
  });
}

function standsInTheWay(
  { capability }: LoadedProposal,
  proposal: Proposal,
  control: ControlReadings,
  now: UtcInstant,
): ReasonCode | null {
  const subject = subjectOf(
    { actChain: proposal.actChain, connectorIds: connectorsOf(proposal) },
    capability?.metadata ?? null,
    null,
  );
  const { mode, epoch, isUnreadable } = effectiveControl(control, subject, now);
  // An unreadable switch may read again in a moment: nothing is marked on a guess.
  if (isUnreadable) return null;
  if (mode === "stopped") return "KILL_SWITCH";
  if (mode === "read_only") return "READ_ONLY";
  return epoch === proposal.controlEpochSeen ? null : "CONTROL_CHANGED";
}
