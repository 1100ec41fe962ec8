import * as z from "zod";
import { DocId, plainText } from "../primitives.js";

/** Why a firing needs a person to look at it. */
export const FIRING_ATTENTION = [
  "room_overheat",
  "sensor_silent",
  "door_open",
  "water_leak",
  "log_gap",
  "other",
] as const;
export const FiringAttention = z.enum(FIRING_ATTENTION);
export type FiringAttention = z.infer<typeof FiringAttention>;

/** Input of `firing.flag`: which firing, why, and what was seen. */
export const FiringFlagInput = z.strictObject({
  firingId: DocId.meta({ record: "firings" }),
  attention: FiringAttention,
  note: plainText(3, 500),
});
export type FiringFlagInput = z.infer<typeof FiringFlagInput>;

/**
 * What an agent asks for. An agent knows its kiln room, not the studio's calendar: the cloud looks up the kiln's latest
 * firing, and says no when a firing that is booked or under way around the moment of sending explains what the agent saw.
 */
export const FiringFlagRequest = z.strictObject({
  kilnId: DocId,
  attention: FiringAttention,
  note: plainText(3, 500),
  /** A firing booked within this many hours around the sending explains a hot room. 0 turns the check off. */
  unlessBookedWithinHours: z.number().min(0).max(48),
});
export type FiringFlagRequest = z.infer<typeof FiringFlagRequest>;
