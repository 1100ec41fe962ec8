import { recordEvent } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import { StudioError } from "../commit/studio-error.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, StoredDocument, TransactionReads } from "../commit/transactor.js";
import { Digest, MAX_HELD_A_DAY, digestRef, inTenant, proposalRef } from "../contracts/index.js";
import type { PolicyDecision, Proposal, RouteAnswer } from "../contracts/index.js";
import { standing } from "../policy/quota.js";
import { parseProposal } from "./load.js";
import { proposalEvent, refuseOnRecord, stepProposal } from "./on-record.js";
import type { Occasion } from "./on-record.js";
import type { Attention } from "./weigh-attention.js";

type Answer = RouteAnswer<"submitProposal">;

/** A request as it would have been put before people, had they attention left. */
export interface HeldBack {
  readonly proposal: Proposal;
  readonly policy: PolicyDecision;
  readonly attention: Attention;
}

/**
 * Keeps an agent's request without putting it before people: as a draft, named on the agent's card of the day (M06.3). It
 * claims no intent and takes nothing's place. The same intent again on that day is counted on its draft; a new one
 * beyond `MAX_HELD_A_DAY` is refused with ATTENTION_BUDGET. One read, or two.
 */
export async function holdBack(
  deps: Deps,
  reads: TransactionReads,
  occasion: Occasion,
  { proposal, policy, attention }: HeldBack,
): Promise<Commit<Outcome<Answer>>> {
  const { tenantId, actor, now } = occasion;
  const { proposalId, intentHash, capabilityId } = proposal;
  const ref = digestRef(actor.id, now.slice(0, 10));
  const [stored] = await reads.get([inTenant(tenantId, ref)]);
  const digest = readDigest(stored);
  const held = digest?.held ?? [];

  const earlier = held.find((entry) => entry.intentHash === intentHash);
  if (digest !== null && earlier !== undefined) {
    const draft = await readDraft(reads, tenantId, earlier.proposalId, intentHash);
    if (draft !== null) return countAgain(deps, occasion, { draft, digest, ref, policy });
  }
  if (held.length >= MAX_HELD_A_DAY) {
    const { quota } = attention;
    const details = quota === null ? {} : { quota: standing(quota, now) };
    return refuseOnRecord(deps, occasion, "submit", "ATTENTION_BUDGET", {
      capabilityId,
      input: proposal.input,
      details,
    });
  }

  const eventId = proposal.lastEventId;
  const problem = { code: "ATTENTION_BUDGET", detail: attention.heldBack ?? "" };
  const draft: Proposal = { ...proposal, status: "draft", problem, supersedes: null };
  const entry = { proposalId, intentHash, capabilityId, headline: draft.plan.headline.slice(0, 500), at: now };
  const next = grown(digest, occasion, eventId, [...held, entry]);
  const event = recordEvent(
    {
      ...proposalEvent(occasion, draft),
      type: "proposal.submitted",
      severity: "notice",
      reasonCode: "ATTENTION_BUDGET",
      output: draft.plan,
      resourceRefs: [
        { path: proposalRef(proposalId), auditVersion: 1 },
        { path: ref, auditVersion: next.auditVersion },
      ],
      data: { planId: draft.plan.planId, riskTier: draft.riskTier, heldBack: problem.detail },
      ...(draft.rationale === "" ? {} : { freeText: { rationale: draft.rationale } }),
    },
    eventMeans(deps, eventId),
  );
  return {
    changes: [
      { op: "create", path: inTenant(tenantId, proposalRef(proposalId)), data: toDocument(draft) },
      setDigest(tenantId, ref, next),
    ],
    events: [event],
    answer: accept({ proposal: draft, deduplicated: false, policy }),
  };
}

function countAgain(
  deps: Deps,
  occasion: Occasion,
  about: {
    readonly draft: Proposal;
    readonly digest: Digest;
    readonly ref: string;
    readonly policy: PolicyDecision;
  },
): Commit<Outcome<Answer>> {
  const { draft, digest, ref, policy } = about;
  const eventId = deps.ids.random();
  const next = grown(digest, occasion, eventId, digest.held);
  const step = stepProposal(
    deps,
    occasion,
    draft,
    { duplicates: draft.duplicates + 1 },
    {
      type: "proposal.deduplicated",
      reasonCode: "ATTENTION_BUDGET",
      resourceRefs: [{ path: ref, auditVersion: next.auditVersion }],
    },
    { eventId, changes: [setDigest(occasion.tenantId, ref, next)] },
  );
  return {
    changes: step.changes,
    events: [step.event],
    answer: accept({ proposal: step.proposal, deduplicated: true, policy }),
  };
}

function grown(before: Digest | null, { actor, now }: Occasion, eventId: string, held: Digest["held"]): Digest {
  return Digest.parse({
    agentId: actor.id,
    agentName: actor.name,
    day: now.slice(0, 10),
    held,
    total: (before?.total ?? 0) + 1,
    auditVersion: (before?.auditVersion ?? 0) + 1,
    lastEventId: eventId,
    updatedAt: now,
  });
}

const setDigest = (tenantId: string, ref: string, digest: Digest): DocumentChange => ({
  op: "set",
  path: inTenant(tenantId, ref),
  data: toDocument(digest),
});

/** A digest that breaks its contract is a defect: what it names would be lost with the next one. */
function readDigest(stored: StoredDocument | undefined): Digest | null {
  if (stored === undefined || stored.data === null) return null;
  const parsed = Digest.safeParse(stored.data);
  if (parsed.success) return parsed.data;
  throw new StudioError("INTERNAL", `${stored.path} does not have its shape`, { isRetryable: false });
}

async function readDraft(
  reads: TransactionReads,
  tenantId: string,
  proposalId: string,
  intentHash: string,
): Promise<Proposal | null> {
  const [stored] = await reads.get([inTenant(tenantId, proposalRef(proposalId))]);
  const draft = stored === undefined || stored.data === null ? null : parseProposal(stored);
  return draft?.status === "draft" && draft.intentHash === intentHash ? draft : null;
}
