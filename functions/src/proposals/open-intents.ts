import { canonicalJson } from "../audit/canonical-json.js";
import type { AnyCapability } from "../capabilities/registry.js";
import { toDocument } from "../commit/document-change.js";
import type { DocumentChange } from "../commit/document-change.js";
import type { StoredDocument, TransactionReads } from "../commit/transactor.js";
import { MAX_OPEN_INTENTS, OpenIntents, inTenant, openIntentsRef, proposalRef } from "../contracts/index.js";
import type { JsonObject, Proposal, UtcInstant } from "../contracts/index.js";
import { OPEN_STATUSES } from "./lifecycle.js";
import { parseProposal } from "./load.js";

type Entry = OpenIntents["entries"][number];

/** How long a request stands in for a nearly identical newer one to supersede it, in milliseconds (M06.3). */
const SUPERSEDE_WITHIN_MS = 24 * 3_600_000;

/** Under which name are requests of one owner for one capability and the same records remembered? */
export function targetKeyOf(
  sha256: (text: string) => string,
  about: { readonly ownerUid: string; readonly capability: AnyCapability; readonly input: JsonObject },
): string {
  const { ownerUid, capability, input } = about;
  const targetRefs = [...capability.targets(input)].sort();
  return sha256(canonicalJson({ capabilityId: capability.metadata.id, targetRefs, ownerUid }));
}

/** What was asked lately about the same records, the newest first. Unreadable counts as nothing: it is a memory only. */
export function readOpenIntents(document: StoredDocument | undefined): readonly Entry[] {
  const parsed = OpenIntents.safeParse(document?.data ?? null);
  return parsed.success ? parsed.data.entries : [];
}

/** The memory with this proposal as its newest entry. */
export function rememberIntent(
  tenantId: string,
  targetKey: string,
  known: readonly Entry[],
  entry: Entry,
): DocumentChange {
  const others = known.filter(
    ({ proposalId, intentHash }) => proposalId !== entry.proposalId && intentHash !== entry.intentHash,
  );
  const entries = [entry, ...others].slice(0, MAX_OPEN_INTENTS);
  return {
    op: "set",
    path: inTenant(tenantId, openIntentsRef(targetKey)),
    data: toDocument(OpenIntents.parse({ entries })),
  };
}

/** Open, and with time left: for a decision or a new plan until `expiresAt`, once approved until the approval lapses. */
export function isStillOpen(proposal: Proposal, now: UtcInstant): boolean {
  if (!OPEN_STATUSES.has(proposal.status)) return false;
  const until = proposal.status === "approved" ? proposal.approvedUntil : proposal.expiresAt;
  return until !== null && Date.parse(now) < Date.parse(until);
}

export interface EarlierRequests {
  /** The last proposal of exactly this intent, open or not. */
  readonly same: Proposal | null;
  /** A waiting request of the same actor that this one takes the place of. */
  readonly superseded: Proposal | null;
}

/**
 * What did this owner ask before about the same records? At most two reads, and none where nothing was asked. A request is
 * superseded when it waits, is at most a day old, came from the same actor, and the capability corrects a record where
 * another one would add to it.
 */
export async function loadEarlier(
  reads: TransactionReads,
  about: {
    readonly tenantId: string;
    readonly now: UtcInstant;
    readonly intentHash: string;
    readonly actorId: string;
    readonly isAdditive: boolean;
  },
  known: readonly Entry[],
): Promise<EarlierRequests> {
  const { tenantId, now, intentHash, actorId } = about;
  const sameEntry = known.find((entry) => entry.intentHash === intentHash);
  const newest = known.find((entry) => entry.intentHash !== intentHash);
  const isNear =
    !about.isAdditive && newest !== undefined && Date.parse(now) - Date.parse(newest.openedAt) < SUPERSEDE_WITHIN_MS;
  const ids = [...new Set([...(sameEntry ? [sameEntry.proposalId] : []), ...(isNear ? [newest.proposalId] : [])])];
  const stored = await reads.get(ids.map((id) => inTenant(tenantId, proposalRef(id))));
  const found = stored.flatMap((document) => (document.data === null ? [] : [parseProposal(document)]));
  const same = found.find((it) => it.proposalId === sameEntry?.proposalId && it.intentHash === intentHash) ?? null;
  const near = found.find((it) => it.proposalId === newest?.proposalId && it.intentHash !== intentHash) ?? null;
  const gives =
    near !== null && near.status === "pending_approval" && near.actor.id === actorId && isStillOpen(near, now);
  return { same, superseded: gives ? near : null };
}

export type IntentClaim =
  | { readonly kind: "claimed"; readonly change: DocumentChange }
  /** Another open proposal asks for exactly this. */
  | { readonly kind: "taken"; readonly proposalId: string };

/** May this proposal, whose intent is new to it or was given up, be the open one of its intent? One read, or two. */
export async function claimIntent(
  reads: TransactionReads,
  about: { readonly tenantId: string; readonly now: UtcInstant; readonly targetKey: string },
  { proposalId, intentHash }: Pick<Proposal, "proposalId" | "intentHash">,
): Promise<IntentClaim> {
  const { tenantId, now, targetKey } = about;
  const [stored] = await reads.get([inTenant(tenantId, openIntentsRef(targetKey))]);
  const known = readOpenIntents(stored);
  const other = known.find((entry) => entry.intentHash === intentHash && entry.proposalId !== proposalId);
  if (other !== undefined) {
    const [document] = await reads.get([inTenant(tenantId, proposalRef(other.proposalId))]);
    const holder = document === undefined || document.data === null ? null : parseProposal(document);
    if (holder !== null && holder.intentHash === intentHash && isStillOpen(holder, now))
      return { kind: "taken", proposalId: holder.proposalId };
  }
  const entry: Entry = { intentHash, proposalId, openedAt: now };
  return { kind: "claimed", change: rememberIntent(tenantId, targetKey, known, entry) };
}
