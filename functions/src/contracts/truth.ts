import * as z from "zod";
import { FiringAttention } from "./capabilities/firing-flag.js";
import { DocId, Role, TenantId, UtcInstant, plainText } from "./primitives.js";
import { AnnouncementAudience, BatchState, ReconciliationFinding, ReservationStatus } from "./truth-states.js";

/**
 * The studio's business truth, below `tenants/{tenantId}`: written by the studio's own systems, by the seed, and by
 * approved effects. Money is integer cents, sizes name their unit. `auditVersion` and `lastEventId` appear once an
 * effect has touched a document: they tie it to its audit events, 1…n without holes.
 */
const Audited = { auditVersion: z.int().min(1).optional(), lastEventId: DocId.optional() };

export const Tenant = z.strictObject({
  tenantId: TenantId,
  name: z.string().min(1).max(120),
  /** IANA name: every date a person reads is in the studio's own time. */
  timeZone: z.string().min(1).max(60),
  currency: z.string().regex(/^[A-Z]{3}$/),
  createdAt: UtcInstant,
});
export type Tenant = z.infer<typeof Tenant>;

/** Stored at `staff/{uid}`: a mirror of the token claims for display. Authority is the verified claim, never this. */
export const StaffMember = z.strictObject({
  uid: DocId,
  displayName: z.string().min(1).max(120),
  email: z.email(),
  roles: z.array(Role),
  isActive: z.boolean(),
});
export type StaffMember = z.infer<typeof StaffMember>;

export const MEMBERSHIP_TIERS = ["a_la_carte", "apprentice", "journeyman", "master", "studio"] as const;
export const Member = z.strictObject({
  memberId: DocId,
  displayName: z.string().min(1).max(120),
  email: z.email(),
  phone: z.string().max(30).nullable(),
  tier: z.enum(MEMBERSHIP_TIERS),
  memberSince: UtcInstant,
  isActive: z.boolean(),
  /** Training: a person without a valid certificate may not book a kiln. */
  kilnCertifiedUntil: UtcInstant.nullable(),
});
export type Member = z.infer<typeof Member>;

export const KILN_STATUSES = ["idle", "loading", "firing", "cooling", "unloading", "maintenance", "offline"] as const;
export const Kiln = z.strictObject({
  kilnId: DocId,
  name: z.string().max(80),
  type: z.enum(["electric", "gas", "raku"]),
  capacityHalfShelves: z.int().min(1).max(64),
  maxCone: z.string().max(8),
  maxTempC: z.int(),
  zones: z.int().min(1).max(6),
  status: z.enum(KILN_STATUSES),
  room: z.string().max(80),
});
export type Kiln = z.infer<typeof Kiln>;

/** A firing run: `queued` and `armed` are booked, `firing` and `cooling` under way, the rest is over. */
export const FIRING_STATUSES = ["queued", "armed", "firing", "cooling", "complete", "error", "aborted"] as const;
export const Firing = z.strictObject({
  firingId: DocId,
  kilnId: DocId,
  kilnName: z.string().max(80),
  title: z.string().max(120),
  program: z.enum(["bisque", "glaze", "reduction", "raku", "custom"]),
  cone: z.string().max(8),
  status: z.enum(FIRING_STATUSES),
  startAt: UtcInstant,
  endAt: UtcInstant,
  peakTempC: z.number().nullable(),
  batchIds: z.array(DocId).max(64),
  faultNote: z.string().max(300).nullable(),
  /** Set by `firing.flag`: a person should look at this run. */
  attention: z.strictObject({ code: FiringAttention, note: plainText(1, 500), proposalId: DocId }).nullable(),
  ...Audited,
});
export type Firing = z.infer<typeof Firing>;

export const Batch = z.strictObject({
  batchId: DocId,
  title: z.string().max(120),
  ownerMemberId: DocId,
  ownerName: z.string().max(120),
  state: BatchState,
  isClosed: z.boolean(),
  kilnId: DocId.nullable(),
  firingId: DocId.nullable(),
  halfShelves: z.number().min(0.25).max(64),
  pieceCount: z.int().min(0).max(500),
  clayBody: z.string().max(60),
  cone: z.string().max(8),
  estimatedCostCents: z.int().min(0),
  createdAt: UtcInstant,
  updatedAt: UtcInstant,
  closedAt: UtcInstant.nullable(),
  ...Audited,
});
export type Batch = z.infer<typeof Batch>;

/** Stored at `batches/{batchId}/opsNotes/{noteId}`: for staff only. Created by `batch.opsNote.append`. */
export const OpsNote = z.strictObject({
  noteId: DocId,
  text: plainText(1, 1_000),
  proposalId: DocId,
  proposedBy: z.string().max(120),
  ...Audited,
});
export type OpsNote = z.infer<typeof OpsNote>;

export const PIECE_STAGES = ["greenware", "bisque", "glazed", "finished", "hold"] as const;
export const Piece = z.strictObject({
  pieceId: DocId,
  batchId: DocId,
  ownerMemberId: DocId,
  code: z.string().max(24),
  description: z.string().max(160),
  stage: z.enum(PIECE_STAGES),
  ware: z.enum(["stoneware", "earthenware", "porcelain", "raku", "other"]),
  glaze: z.string().max(60).nullable(),
  heightMm: z.int().min(1).max(2_000),
  createdAt: UtcInstant,
});
export type Piece = z.infer<typeof Piece>;

export const Reservation = z.strictObject({
  reservationId: DocId,
  ownerMemberId: DocId,
  ownerName: z.string().max(120),
  kilnId: DocId,
  firingType: z.enum(["bisque", "glaze", "other"]),
  status: ReservationStatus,
  shelfEquivalent: z.number().min(0.25).max(32),
  windowStartAt: UtcInstant,
  windowEndAt: UtcInstant,
  linkedBatchId: DocId.nullable(),
  estimatedCostCents: z.int().min(0),
  createdAt: UtcInstant,
  updatedAt: UtcInstant,
  ...Audited,
});
export type Reservation = z.infer<typeof Reservation>;

export const ORDER_STATUSES = [
  "checkout_pending",
  "paid",
  "picked_up",
  "payment_failed",
  "disputed",
  "refunded",
] as const;
export const Order = z.strictObject({
  orderId: DocId,
  memberId: DocId,
  memberName: z.string().max(120),
  items: z
    .array(
      z.strictObject({
        sku: z.string().max(40),
        name: z.string().max(120),
        quantity: z.int().min(1).max(100),
        unitPriceCents: z.int().min(0),
      }),
    )
    .min(1)
    .max(20),
  totalCents: z.int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
  status: z.enum(ORDER_STATUSES),
  createdAt: UtcInstant,
  paidAt: UtcInstant.nullable(),
  /** Set by `order.reconciliation.annotate`; absent on orders that nobody has looked at. */
  reconciliation: z
    .strictObject({ finding: ReconciliationFinding, note: plainText(3, 500), proposalId: DocId })
    .nullable()
    .optional(),
  ...Audited,
});
export type Order = z.infer<typeof Order>;

/** Stored at `drafts/{draftId}`: words that nobody has sent. Created and changed by `announcement.draft.store`. */
export const AnnouncementDraft = z.strictObject({
  draftId: DocId,
  kind: z.literal("announcement"),
  title: plainText(3, 120),
  body: plainText(3, 4_000),
  audience: AnnouncementAudience,
  proposalId: DocId,
  proposedBy: z.string().max(120),
  ...Audited,
});
export type AnnouncementDraft = z.infer<typeof AnnouncementDraft>;
