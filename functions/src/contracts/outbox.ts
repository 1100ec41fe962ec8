import * as z from "zod";
import { DocId, TenantId, UtcInstant } from "./primitives.js";

/** The topic on which the studio tells what happened, ordered for each studio. */
export const STUDIO_EVENTS_TOPIC = "studio-events";

/** As many people as one event is told to. */
export const MAX_RECIPIENTS = 20;

/** What somebody beside the acting person has to hear of (M02.10). */
export const TOLD_EVENT_TYPES = [
  "proposal.approved",
  "proposal.rejected",
  "proposal.executed",
  "proposal.rolled_back",
  "proposal.blocked",
  "proposal.expired",
  "proposal.reminded",
  "proposal.escalated",
] as const;
export const ToldEventType = z.enum(TOLD_EVENT_TYPES);

/**
 * One thing that happened, as it is published: ids and a type, never a person's words and never an address that opens
 * anything. `eventId` is that of the audit event, and what receivers dedupe by.
 */
export const StudioEvent = z.strictObject({
  eventId: DocId,
  tenantId: TenantId,
  type: ToldEventType,
  at: UtcInstant,
  proposalId: DocId,
  actorId: DocId,
  /** The people whom it concerns, without the one who acted: the request's chain, or with a reminder those who can decide. */
  recipients: z.array(DocId).min(1).max(MAX_RECIPIENTS),
});
export type StudioEvent = z.infer<typeof StudioEvent>;

/**
 * A notice on one's own account that something happened to one's request. Stored at `notices/{eventId}`; written by
 * functions only, when the event was delivered, once however often that is.
 */
export const Notice = z.strictObject({ ...StudioEvent.shape, receivedAt: UtcInstant });
export type Notice = z.infer<typeof Notice>;
