import type { Deps } from "../commit/deps.js";
import { inTenant } from "../contracts/index.js";
import type { Actor, Proposal, ReasonCode, UtcInstant } from "../contracts/index.js";
import { subjectOf } from "../policy/checks.js";
import { effectiveControl } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import { connectorsOf } from "../policy/quota.js";
import { loadProposal } from "./load.js";
import type { LoadedProposal } from "./load.js";
import { stepProposal } from "./on-record.js";

/** Approved proposals on a page, pages in one run, and how many proposals are marked at once. */
const PAGE = 200;
const MAX_PAGES = 25;
const AT_ONCE = 10;

const SWEEP: Actor = { type: "system", id: "control-sweep", name: "Control sweep" };

export interface BlockCounts {
  readonly approved: number;
  readonly blocked: number;
  /** Could not be marked: the store was busy, or the proposal breaks its contract. */
  readonly failed: number;
  /** False: there are more than one run marks. A further run goes on, for what is marked is not found again. */
  readonly isDone: boolean;
}

/**
 * Marks what was approved before a flip of the switch as `blocked`, with the reason (M04.5), in one studio or, after a flip of
 * the switch above all studios, in all of them. It only says aloud what is so anyway: an execution is judged against the
 * switch and its epoch in its own transaction, whether or not this has run. Each proposal is a transaction of its own, so an
 * execution that was there first stands, and one that cannot be marked keeps no other from it.
 */
export async function blockApproved(
  deps: Deps,
  { tenantId, requestId, maxPages = MAX_PAGES }: { tenantId?: string; requestId: string; maxPages?: number },
): Promise<BlockCounts> {
  const counts = { approved: 0, blocked: 0, failed: 0 };
  let after: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const found = await approvedOnes(deps, tenantId, after);
    counts.approved += found.length;
    for (let from = 0; from < found.length; from += AT_ONCE) {
      const batch = found.slice(from, from + AT_ONCE);
      const done = await Promise.allSettled(batch.map((path) => blockIfStopped(deps, path, requestId)));
      counts.failed += done.filter(({ status }) => status === "rejected").length;
      counts.blocked += done.filter((each) => each.status === "fulfilled" && each.value).length;
    }
    if (found.length < PAGE) return { ...counts, isDone: true };
    after = found.at(-1);
  }
  return { ...counts, isDone: false };
}

/** The paths of approved proposals, in their order, behind the one where the page before ended. */
function approvedOnes(deps: Deps, tenantId: string | undefined, after: string | undefined): Promise<string[]> {
  return deps.transactor.transact(async (reads) => {
    const found = await reads.query({
      ...(tenantId === undefined
        ? { collection: "proposals", isGroup: true }
        : { collection: inTenant(tenantId, "proposals") }),
      where: [{ field: "status", op: "==", value: "approved" }],
      ...(after === undefined ? {} : { after }),
      limit: PAGE,
    });
    return { changes: [], events: [], answer: found.map(({ path }) => path) };
  });
}

function blockIfStopped(deps: Deps, path: string, requestId: string): Promise<boolean> {
  const [root, tenantId = "", , proposalId = "", ...rest] = path.split("/");
  if (root !== "tenants" || rest.length > 0) return Promise.resolve(false);
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
