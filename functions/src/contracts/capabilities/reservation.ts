import * as z from "zod";
import { DocId, UtcInstant } from "../primitives.js";
import { ReservationStatus } from "../truth-states.js";

/** Input of `reservation.status.set`. */
export const ReservationStatusSetInput = z.strictObject({
  reservationId: DocId.meta({ record: "reservations" }),
  status: ReservationStatus,
});
export type ReservationStatusSetInput = z.infer<typeof ReservationStatusSetInput>;

/** Input of `reservation.window.shift`: the new window, as two instants; both ends move. */
export const ReservationWindowShiftInput = z.strictObject({
  reservationId: DocId.meta({ record: "reservations" }),
  windowStartAt: UtcInstant,
  windowEndAt: UtcInstant,
});
export type ReservationWindowShiftInput = z.infer<typeof ReservationWindowShiftInput>;
