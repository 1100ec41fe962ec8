import type { Reservation } from "@studio-os/functions/contracts";
import type { PlannedBatch } from "./batches.js";
import { firingCostCents } from "./catalogue.js";
import type { ProgramName } from "./catalogue.js";
import { pickMember } from "./people.js";
import type { PlannedMember } from "./people.js";
import type { Random } from "./random.js";
import { later } from "./studio-calendar.js";
import type { StudioCalendar } from "./studio-calendar.js";
import type { StudioPlan } from "./studio-plans.js";

/** First and last day on which a window begins: 26 weeks, two of them ahead. */
const FIRST_DAY = -168;
const LAST_DAY = 13;

/** Every batch with a firing came by a reservation; the others are of people whose ware was never tracked as a batch. */
export function planReservations(
  random: Random,
  calendar: StudioCalendar,
  plan: StudioPlan,
  members: readonly PlannedMember[],
  batches: readonly PlannedBatch[],
): readonly Reservation[] {
  const linked = batches.flatMap((planned) => (planned.firing === null ? [] : [linkedTo(random, calendar, planned)]));
  const others = Array.from({ length: Math.max(0, plan.reservations - linked.length) }, () =>
    unlinked(random, calendar, plan, members),
  );
  return [...linked.slice(0, plan.reservations), ...others];
}

const firingTypeOf = (program: ProgramName): Reservation["firingType"] =>
  program === "bisque" || program === "glaze" ? program : "other";

function linkedTo(random: Random, calendar: StudioCalendar, planned: PlannedBatch): Reservation {
  const { batch, program, firing, createdDay } = planned;
  const day = firing?.day ?? 0;
  const createdAt = calendar.at(createdDay - random.int(0, 2), random.int(8, 17));
  const isOver = day < 0 && firing?.firing.status !== "cooling";
  return {
    reservationId: random.id("r"),
    ownerMemberId: batch.ownerMemberId,
    ownerName: batch.ownerName,
    kilnId: batch.kilnId ?? "",
    firingType: firingTypeOf(program),
    status: isOver ? "completed" : "confirmed",
    shelfEquivalent: batch.halfShelves,
    windowStartAt: calendar.at(day - random.int(0, 2), 0),
    windowEndAt: calendar.at(day + random.int(1, 3), 0),
    linkedBatchId: batch.batchId,
    estimatedCostCents: batch.estimatedCostCents,
    createdAt,
    updatedAt: isOver ? (firing?.firing.endAt ?? createdAt) : calendar.past(later(createdAt, 6)),
  };
}

function unlinked(
  random: Random,
  calendar: StudioCalendar,
  plan: StudioPlan,
  members: readonly PlannedMember[],
): Reservation {
  const startDay = random.int(FIRST_DAY, LAST_DAY);
  const endDay = startDay + random.int(2, 5);
  const createdDay = Math.min(startDay - random.int(2, 12), -1);
  const owner = pickMember(random, members, createdDay, { forKiln: true });
  const { kiln, programs } = random.pick(plan.kilns);
  const program = random.pick(programs);
  const shelfEquivalent = random.int(1, 5) / 2;
  const createdAt = calendar.at(createdDay, random.int(16, 40) / 2);
  const status = statusOf(random, startDay, endDay);
  return {
    reservationId: random.id("r"),
    ownerMemberId: owner.memberId,
    ownerName: owner.displayName,
    kilnId: kiln.kilnId,
    firingType: firingTypeOf(program),
    status,
    shelfEquivalent,
    windowStartAt: calendar.at(startDay, 0),
    windowEndAt: calendar.at(endDay, 0),
    linkedBatchId: null,
    estimatedCostCents: firingCostCents(program, shelfEquivalent),
    createdAt,
    updatedAt: calendar.past(status === "completed" ? calendar.at(endDay, 0) : later(createdAt, random.int(1, 20))),
  };
}

/** A window that has passed is settled; one that is open is confirmed; one ahead may still be anything. */
function statusOf(random: Random, startDay: number, endDay: number): Reservation["status"] {
  if (endDay <= 0) return random.chance(88) ? "completed" : "cancelled";
  if (startDay <= 0) return "confirmed";
  return random.pick([
    "requested",
    "requested",
    "confirmed",
    "confirmed",
    "confirmed",
    "waitlisted",
    "cancelled",
  ] as const);
}
