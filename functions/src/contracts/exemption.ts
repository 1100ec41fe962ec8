import * as z from "zod";
import { DocId, DocRef, TenantId, UtcInstant } from "./primitives.js";

const HOUR_MS = 3_600_000;
/** The longest that an exemption may count, in milliseconds (M04.7): a week, or four hours where devices are moved. */
export const EXEMPTION_MAX_MS = 7 * 24 * HOUR_MS;
export const EXEMPTION_PHYSICAL_MAX_MS = 4 * HOUR_MS;

/** The only requirements that can be waived. The kill switch, the record and the exclusion of one's own chain cannot. */
export const WAIVABLE = ["second_approver", "quota", "intake_review"] as const;
export const Waivable = z.enum(WAIVABLE);
export type Waivable = z.infer<typeof Waivable>;

/**
 * A named requirement that does not have to be met, for one capability, for a while and a few times. Stored at
 * `exemptions/{exemptionId}`; written by functions only; kept for ever. Voided by every flip of the kill switch.
 */
export const Exemption = z.strictObject({
  exemptionId: DocId,
  tenantId: TenantId,
  /** One capability, named whole. */
  capabilityId: z.string().regex(/^[a-z]+(\.[a-z][A-Za-z]*)+$/),
  /** Whose requests it is about, and which record with everything below it: at least one of them for what writes. */
  ownerUid: DocId.nullable(),
  resourceRef: DocRef.nullable(),
  constraint: z.strictObject({
    /** Most money that the effect may move, in cents without sign; null: no bound of its own. */
    maxAmountCents: z.int().min(0).nullable(),
  }),
  waives: z.array(Waivable).min(1).max(WAIVABLE.length),
  /** Where the matter is written down outside: a ticket, a letter, a page of the log book. */
  ticketRef: z.string().min(1).max(200),
  grantedBy: DocId,
  startsAt: UtcInstant,
  /** The first instant at which it no longer counts. */
  expiresAt: UtcInstant,
  maxUses: z.int().min(1).max(20),
  uses: z.int().min(0),
  revokedAt: UtcInstant.nullable(),
  revokedBy: DocId.nullable(),
  /** The control epoch that it was granted in: in another one it is void. */
  controlEpoch: z.int().min(0),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type Exemption = z.infer<typeof Exemption>;
