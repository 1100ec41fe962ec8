import * as z from "zod";

/** The words for where a record stands, shared by the truth and by the capabilities that move it. */
export const BATCH_STATES = [
  "intake",
  "staged",
  "ready_for_program",
  "ready_for_start",
  "firing",
  "cooling",
  "ready_for_unload",
  "complete",
  "exception",
] as const;
export const BatchState = z.enum(BATCH_STATES);
export type BatchState = z.infer<typeof BatchState>;

export const RESERVATION_STATUSES = ["requested", "confirmed", "waitlisted", "cancelled", "completed"] as const;
export const ReservationStatus = z.enum(RESERVATION_STATUSES);
export type ReservationStatus = z.infer<typeof ReservationStatus>;

/** What holding an order against its payments came to. */
export const RECONCILIATION_FINDINGS = [
  "matches",
  "amount_differs",
  "payment_missing",
  "paid_twice",
  "refund_missing",
  "needs_owner",
] as const;
export const ReconciliationFinding = z.enum(RECONCILIATION_FINDINGS);
export type ReconciliationFinding = z.infer<typeof ReconciliationFinding>;

/** Whom an announcement is meant for. */
export const AnnouncementAudience = z.enum(["members", "staff", "everyone"]);
export type AnnouncementAudience = z.infer<typeof AnnouncementAudience>;
