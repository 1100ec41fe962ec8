import { COLLECTIONS } from "@studio-os/functions/contracts";
import type {
  Batch,
  Firing,
  Kiln,
  Member,
  Order,
  Piece,
  Reservation,
  StaffMember,
  Tenant,
} from "@studio-os/functions/contracts";
import { planBatches, planPieces } from "./batches.js";
import { planFirings } from "./firings.js";
import { planOrders } from "./orders.js";
import { planMembers } from "./people.js";
import { openRandom } from "./random.js";
import { planReservations } from "./reservations.js";
import { openCalendar } from "./studio-calendar.js";
import type { StudioDate } from "./studio-calendar.js";
import { SAGUARO } from "./studio-plans.js";
import type { StudioPlan } from "./studio-plans.js";

/** The business truth of one studio. The tenant document itself comes into being with the studio's control. */
export interface StudioSeed {
  readonly tenant: Omit<Tenant, "createdAt">;
  readonly staff: readonly StaffMember[];
  readonly members: readonly Member[];
  readonly kilns: readonly Kiln[];
  readonly firings: readonly Firing[];
  readonly batches: readonly Batch[];
  readonly pieces: readonly Piece[];
  readonly reservations: readonly Reservation[];
  readonly orders: readonly Order[];
}

/**
 * What does a studio of this plan hold on this day? The same seed number, day and plan give the same documents; every
 * reference leads to a document, and what has happened lies before the start of `today` in the studio's own time.
 */
export function generateStudio(seedNumber: number, today: StudioDate, plan: StudioPlan = SAGUARO): StudioSeed {
  const calendar = openCalendar(today);
  const draw = (stream: string) => openRandom(seedNumber, `${plan.tenant.tenantId}/${stream}`);
  const members = planMembers(draw("members"), calendar, plan.members);
  const firings = planFirings(draw("firings"), calendar, plan.kilns, plan.faultyFirings);
  const batches = planBatches(draw("batches"), calendar, plan, members, firings);
  return {
    tenant: plan.tenant,
    staff: plan.staff,
    members: members.map(({ member }) => member),
    kilns: plan.kilns.map(({ kiln }) => kiln),
    firings: firings.map((planned) => ({
      ...planned.firing,
      batchIds: batches.flatMap((it) => (it.firing === planned ? [it.batch.batchId] : [])),
    })),
    batches: batches.map(({ batch }) => batch),
    pieces: planPieces(draw("pieces"), plan, batches),
    reservations: planReservations(draw("reservations"), calendar, plan, members, batches),
    orders: planOrders(draw("orders"), calendar, plan, members),
  };
}

/** Everything of a studio as documents, each with its path below the tenant. */
export function documentsOf(seed: StudioSeed): readonly { readonly ref: string; readonly document: object }[] {
  const put = <T extends object>(collection: string, documents: readonly T[], idOf: (document: T) => string) =>
    documents.map((document) => ({ ref: `${collection}/${idOf(document)}`, document }));
  return [
    ...put(COLLECTIONS.staff, seed.staff, (it) => it.uid),
    ...put(COLLECTIONS.members, seed.members, (it) => it.memberId),
    ...put(COLLECTIONS.kilns, seed.kilns, (it) => it.kilnId),
    ...put(COLLECTIONS.firings, seed.firings, (it) => it.firingId),
    ...put(COLLECTIONS.batches, seed.batches, (it) => it.batchId),
    ...put(COLLECTIONS.pieces, seed.pieces, (it) => it.pieceId),
    ...put(COLLECTIONS.reservations, seed.reservations, (it) => it.reservationId),
    ...put(COLLECTIONS.orders, seed.orders, (it) => it.orderId),
  ];
}
