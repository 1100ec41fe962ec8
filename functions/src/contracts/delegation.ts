import * as z from "zod";
import { DocId, DocRef, TenantId, UtcInstant } from "./primitives.js";

const HOUR_MS = 3_600_000;
/** How long a grant counts where nobody says how long, and at most, in milliseconds (M05.2). */
export const DELEGATION_DEFAULT_MS = 8 * HOUR_MS;
export const DELEGATION_MAX_MS = 30 * 24 * HOUR_MS;
/** How many grants of one agent may run at the same time. */
export const MAX_LIVE_DELEGATIONS = 10;

/** A capability, named whole: nothing in a grant stands for more than one of them. */
const CapabilityId = z.string().regex(/^[a-z]+(\.[a-z][A-Za-z]*)+$/);

/**
 * What a person lets an agent ask for in their name. Stored at `delegations/{delegationId}`; written by functions only;
 * kept for ever. It counts as far as the delegator's own rights reach at that moment, and no further (RFC 8693 §4.4: what
 * `may_act` allows). Agents cannot pass a grant on, so its depth is always 1.
 */
export const Delegation = z.strictObject({
  delegationId: DocId,
  tenantId: TenantId,
  /** The person whose rights are lent. */
  delegator: DocId,
  /** The agent that may use them. */
  delegate: DocId,
  depth: z.literal(1),
  scopes: z.array(CapabilityId).min(1).max(20),
  /** Records that it is about, with everything below them; empty: whatever the capabilities reach. */
  resourceRefs: z.array(DocRef).max(50),
  constraints: z.strictObject({
    /** Most money that one effect may move, in cents without sign; null: no bound of its own. */
    maxAmountCents: z.int().min(0).nullable(),
    /** Most proposals in any 24 hours; null: no bound of its own. */
    maxPerDay: z.int().min(1).max(1_000).nullable(),
  }),
  issuedAt: UtcInstant,
  /** The first instant at which it no longer counts. */
  expiresAt: UtcInstant,
  revokedAt: UtcInstant.nullable(),
  revokedBy: DocId.nullable(),
  /** The control epoch in which it was revoked. */
  revokeEpoch: z.int().min(0).nullable(),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type Delegation = z.infer<typeof Delegation>;
