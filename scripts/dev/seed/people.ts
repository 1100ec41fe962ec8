import { MEMBERSHIP_TIERS } from "@studio-os/functions/contracts";
import type { Member } from "@studio-os/functions/contracts";
import { FIRST_NAMES, LAST_NAMES } from "./names.js";
import type { Random } from "./random.js";
import type { StudioCalendar } from "./studio-calendar.js";

/** A member and the day, counted from today, on which they joined. */
export interface PlannedMember {
  readonly member: Member;
  readonly sinceDay: number;
  /** May book a kiln on any day that the seed books for: an active member whose certificate outlasts the bookings. */
  readonly isCertified: boolean;
}

/** Joined before every record of the seed begins. */
const LONG_AGO_DAY = -210;
const YEARS_AGO_DAY = -2_000;

/**
 * The members of a studio. The first half joined long ago and is certified, so that every booking finds an owner; among
 * the others are newcomers, people whose certificate ran out, people without one and some who left.
 */
export function planMembers(random: Random, calendar: StudioCalendar, count: number): readonly PlannedMember[] {
  const firstNames = random.shuffle(FIRST_NAMES);
  const lastNames = random.shuffle(LAST_NAMES);
  return Array.from({ length: count }, (_, index) => {
    const isOldHand = index < Math.ceil(count / 2);
    const name = `${firstNames[index % firstNames.length] ?? ""} ${lastNames[index % lastNames.length] ?? ""}`;
    const sinceDay = isOldHand ? random.int(YEARS_AGO_DAY, LONG_AGO_DAY) : random.int(LONG_AGO_DAY, -10);
    const isActive = isOldHand || random.chance(85);
    const isCertified = isActive && (isOldHand || random.chance(55));
    return { member: memberOf(random, calendar, name, { sinceDay, isActive, isCertified }), sinceDay, isCertified };
  });
}

function memberOf(
  random: Random,
  calendar: StudioCalendar,
  displayName: string,
  { sinceDay, isActive, isCertified }: { sinceDay: number; isActive: boolean; isCertified: boolean },
): Member {
  const expired = sinceDay < -60 && random.chance(50) ? calendar.at(random.int(-50, -2), 0) : null;
  return {
    memberId: random.id("m"),
    displayName,
    email: `${displayName.toLowerCase().replace(" ", ".")}@mail.example`,
    phone: random.chance(80) ? phoneNumber(random) : null,
    tier: random.pick(MEMBERSHIP_TIERS),
    memberSince: calendar.at(sinceDay, random.int(9, 18)),
    isActive,
    kilnCertifiedUntil: isCertified ? calendar.at(random.int(30, 360), 0) : expired,
  };
}

/** Area codes of the Phoenix area; 555-0100 to 555-0199 are kept for fiction (NANPA). */
function phoneNumber(random: Random): string {
  return `+1 ${random.pick(["602", "480", "623"])}-555-01${String(random.int(0, 99)).padStart(2, "0")}`;
}

/** Somebody who was a member on that day and, for a kiln, is certified. */
export function pickMember(
  random: Random,
  members: readonly PlannedMember[],
  day: number,
  { forKiln }: { forKiln: boolean },
): Member {
  return random.pick(members.filter((it) => it.sinceDay < day && (it.isCertified || !forKiln))).member;
}
