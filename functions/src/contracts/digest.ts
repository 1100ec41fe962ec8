import * as z from "zod";
import { DocId, Sha256Hex, UtcInstant } from "./primitives.js";

/** How many requests of one agent are held back in a day; more than that are refused. */
export const MAX_HELD_A_DAY = 50;

/**
 * What one agent asked for in one day (UTC) beyond the attention that people have for it, on one card (M06.3), the oldest
 * first. Stored at `digests/{agentId}.{day}`; written by functions only, in the commit that holds the request back. Each
 * entry is a proposal in state `draft`: whether it still is one, it says itself.
 */
export const Digest = z.strictObject({
  agentId: DocId,
  agentName: z.string().max(120),
  day: z.iso.date(),
  held: z
    .array(
      z.strictObject({
        proposalId: DocId,
        intentHash: Sha256Hex,
        capabilityId: z.string().min(1),
        headline: z.string().max(500),
        at: UtcInstant,
      }),
    )
    .min(1)
    .max(MAX_HELD_A_DAY),
  /** How often something was held back, the same thing asked again included. */
  total: z.int().min(1),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
});
export type Digest = z.infer<typeof Digest>;
