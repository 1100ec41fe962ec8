import type { Order } from "@studio-os/functions/contracts";
import { PRODUCTS } from "./catalogue.js";
import { pickMember } from "./people.js";
import type { PlannedMember } from "./people.js";
import type { Random } from "./random.js";
import { later } from "./studio-calendar.js";
import type { StudioCalendar } from "./studio-calendar.js";
import type { StudioPlan } from "./studio-plans.js";

const FIRST_DAY = -181;
const MAX_ITEMS = 4;

/** The shop's orders over 26 weeks. The total is the sum of the items; only money that came in has a `paidAt`. */
export function planOrders(
  random: Random,
  calendar: StudioCalendar,
  plan: StudioPlan,
  members: readonly PlannedMember[],
): readonly Order[] {
  return Array.from({ length: plan.orders }, (): Order => {
    const day = random.int(FIRST_DAY, -1);
    const member = pickMember(random, members, day, { forKiln: false });
    const createdAt = calendar.at(day, random.int(8 * 60, 20 * 60) / 60);
    const items = random
      .shuffle(PRODUCTS)
      .slice(0, random.int(1, MAX_ITEMS))
      .map(({ sku, name, unitPriceCents, most }) => ({ sku, name, quantity: random.int(1, most), unitPriceCents }));
    const status = statusOf(random, day);
    const isPaid = status !== "checkout_pending" && status !== "payment_failed";
    return {
      orderId: random.id("o"),
      memberId: member.memberId,
      memberName: member.displayName,
      items,
      totalCents: items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0),
      currency: plan.tenant.currency,
      status,
      createdAt,
      paidAt: isPaid ? later(createdAt, random.int(1, 9) / 60) : null,
    };
  });
}

/** A checkout that nobody finished stays pending for ever: real shops have them. What is paid is fetched within days. */
function statusOf(random: Random, day: number): Order["status"] {
  const fate = random.int(1, 100);
  if (fate <= 5) return "checkout_pending";
  if (fate <= 9) return "payment_failed";
  // A dispute or a refund takes its time.
  if (day < -7 && fate <= 13) return "refunded";
  if (day < -7 && fate <= 15) return "disputed";
  const pickedUpPercent = day < -14 ? 97 : day < -3 ? 60 : 15;
  return random.chance(pickedUpPercent) ? "picked_up" : "paid";
}
