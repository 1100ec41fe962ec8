import { readEvent } from "../audit/read-event.js";
import { recordEvent } from "../audit/record-event.js";
import type { EventDraft, RecordedEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import type { DocumentChange } from "../commit/document-change.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  AuditPayload,
  GLOBAL_CONTROL_PATH,
  Proposal,
  auditEventRef,
  auditPayloadRef,
  controlRef,
  inTenant,
  legalHoldsRef,
  proposalRef,
} from "../contracts/index.js";
import type { AuditEvent, JsonObject, ReasonCode, RouteAnswer, RouteBody } from "../contracts/index.js";
import { effectiveControl, readControls } from "../policy/control.js";
import type { ControlReadings } from "../policy/control.js";
import { accountsOf, rolesHeld } from "../policy/staff.js";
import { stepProposal } from "../proposals/on-record.js";
import { eventOf, refuseOnRecord } from "./command.js";
import type { GovernanceCommand } from "./command.js";
import { holdsOn, readHolds } from "./legal-holds.js";

type Answer = RouteAnswer<"eraseWords">;
type Erasing = GovernanceCommand<RouteBody<"eraseWords">> & { readonly eventId: string };

/** What stands in a proposal where words were erased. As long as a rationale has to be. */
export const ERASED_WORDS = "These words were erased by an owner of the studio.";

/**
 * May these words be forgotten, for ever (M07.12)? Deletes the text and its salt, and puts a mark where the proposal shows the same
 * words. The event that they belong to is not touched: it holds a salted hash, so every proof of it still verifies, and
 * nobody can find out from the hash what the words were. The erasure is an event of its own.
 *
 * Refuses with ROLE_MISSING, LEGAL_HOLD, KILL_SWITCH, READ_ONLY, NOT_FOUND (no such event, or no words that are still there)
 * and TARGET_UNREADABLE.
 */
export function eraseWords(deps: Deps, command: Erasing): Promise<Outcome<Answer>> {
  const { tenantId, eventId } = command;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Answer>>> => {
    const found = await look(reads, tenantId, eventId);
    const refusal = refuse(command, found, deps.clock.now());
    if (refusal !== null) return refuseOnRecord(deps, command, "words.refused", refusal, { eventId });
    const { event, words } = found;
    if (event === null || words === null)
      return refuseOnRecord(deps, command, "words.refused", "NOT_FOUND", { eventId });
    const { copies, changes, events } = erase(deps, command, { event, words, proposal: found.proposal });
    return {
      changes: [...changes, { op: "delete", path: inTenant(tenantId, auditPayloadRef(eventId)) }],
      events,
      answer: accept({ eventId, copies }),
    };
  });
}

interface Found {
  readonly controls: ControlReadings;
  readonly holds: ReturnType<typeof readHolds>;
  readonly isUnreadable: boolean;
  readonly event: AuditEvent | null;
  readonly words: AuditPayload | null;
  readonly proposal: Proposal | null;
}

async function look(reads: TransactionReads, tenantId: string, eventId: string): Promise<Found> {
  const [global, tenant, holds, stored, payload] = await reads.get([
    GLOBAL_CONTROL_PATH,
    ...[controlRef(), legalHoldsRef(), auditEventRef(eventId), auditPayloadRef(eventId)].map((ref) =>
      inTenant(tenantId, ref),
    ),
  ]);
  const read = readEvent(stored?.data ?? null);
  const event = typeof read === "string" ? null : read;
  const words = AuditPayload.safeParse(payload?.data ?? null);
  const proposalId = event?.proposalId ?? null;
  const [proposal] = proposalId === null ? [] : await reads.get([inTenant(tenantId, proposalRef(proposalId))]);
  const about = proposal?.data == null ? null : Proposal.safeParse(proposal.data);
  return {
    controls: readControls(global?.data ?? null, tenant?.data ?? null),
    holds: readHolds(holds?.data ?? null),
    isUnreadable:
      read === "unreadable" || (payload?.data != null && !words.success) || (about !== null && !about.success),
    event,
    words: words.data ?? null,
    proposal: about?.data ?? null,
  };
}

function refuse({ actor }: Erasing, found: Found, now: string): ReasonCode | null {
  if (!rolesHeld(found.controls.tenant, actor).includes("owner")) return "ROLE_MISSING";
  const { mode, isUnreadable } = effectiveControl(found.controls, {}, now);
  if (isUnreadable) return "CONTROL_UNREADABLE";
  if (mode !== "normal") return mode === "stopped" ? "KILL_SWITCH" : "READ_ONLY";
  if (found.isUnreadable) return "TARGET_UNREADABLE";
  if (found.event === null || found.words === null) return "NOT_FOUND";
  const staff = found.controls.tenant.kind === "read" ? found.controls.tenant.state.staff : [];
  const people = [found.event.actor.id, ...found.event.actChain.map(({ id }) => id)].flatMap((id) =>
    accountsOf(staff, id),
  );
  const proposals = found.event.proposalId === null ? [] : [found.event.proposalId];
  const holds = holdsOn(found.holds, { collection: "auditPayloads", people, proposals });
  return holds === null || holds.length > 0 ? "LEGAL_HOLD" : null;
}

function erase(
  deps: Deps,
  command: Erasing,
  { event, words, proposal }: { event: AuditEvent; words: AuditPayload; proposal: Proposal | null },
): { readonly copies: number; readonly changes: readonly DocumentChange[]; readonly events: readonly RecordedEvent[] } {
  const { actor, tenantId, requestId, eventId } = command;
  const now = deps.clock.now();
  const marked = proposal === null ? null : markErased(proposal, words.payload);
  const copies = marked?.copies ?? 0;
  const draft = {
    ...eventOf(command, now),
    type: "words.erased",
    outcome: "done",
    severity: "notice",
    resourceRefs: [{ path: auditPayloadRef(eventId), auditVersion: 1 }],
    data: { eventId, eventType: event.type, copies },
  } as const satisfies EventDraft;
  if (proposal === null || marked === null || copies === 0)
    return { copies, changes: [], events: [recordEvent(draft, eventMeans(deps))] };
  const step = stepProposal(deps, { tenantId, actor, requestId, now }, proposal, marked.patch, draft);
  return { copies, changes: step.changes, events: [step.event] };
}

/** Exactly these words, wherever the proposal shows them. */
function markErased(
  { rationale, reviews, problem }: Proposal,
  words: JsonObject,
): { readonly copies: number; readonly patch: Partial<Proposal> } {
  const erased = new Set(Object.values(words).filter((value) => typeof value === "string" && value !== ""));
  let copies = 0;
  const mark = (text: string): string => {
    if (!erased.has(text)) return text;
    copies += 1;
    return ERASED_WORDS;
  };
  const patch: Partial<Proposal> = {
    rationale: mark(rationale),
    reviews: reviews.map((review) => ({ ...review, rationale: mark(review.rationale) })),
    problem: problem === null ? null : { ...problem, detail: mark(problem.detail) },
  };
  return { copies, patch };
}
