import type { Firing, Kiln } from "@studio-os/functions/contracts";
import { PROGRAMS } from "./catalogue.js";
import type { ProgramName } from "./catalogue.js";
import type { Random } from "./random.js";
import { later } from "./studio-calendar.js";
import type { StudioCalendar } from "./studio-calendar.js";
import type { KilnPlan } from "./studio-plans.js";

/** A firing before its batches are known. `day` counts from today. */
export interface PlannedFiring {
  readonly firing: Omit<Firing, "batchIds">;
  readonly program: ProgramName;
  readonly kiln: Kiln;
  readonly day: number;
}

/** A firing that is this many days away has its program loaded; one further off is only booked. */
const ARMED_WITHIN_DAYS = 2;

const FAULTS = [
  ["error", "E-1: zone 2 rose less than 15 °C in 20 minutes. Relay suspected."],
  ["error", "Thermocouple of zone 3 read open. Controller stopped the program."],
  ["error", "Power dipped during the hold; the controller came back in an error state."],
  ["aborted", "Stopped by hand: a shelf had slipped against an element."],
  ["aborted", "Stopped by hand: smoke from wax in the load."],
] as const;

/** Every firing of a studio, oldest first. Faults strike past firings at random, but never a kiln's newest one. */
export function planFirings(
  random: Random,
  calendar: StudioCalendar,
  kilns: readonly KilnPlan[],
  faultyCount: number,
): readonly PlannedFiring[] {
  const planned = kilns.flatMap((plan) => [
    ...pastFirings(random, calendar, plan),
    ...upcomingFirings(random, calendar, plan),
  ]);
  const newest = new Set(kilns.map((plan) => `${plan.kiln.kilnId} ${plan.past.newestDay}`));
  const mayFail = planned.filter((it) => it.day < 0 && !newest.has(`${it.kiln.kilnId} ${it.day}`));
  const faulty = new Map(
    random
      .shuffle(mayFail)
      .slice(0, faultyCount)
      .map((it, index) => [it.firing.firingId, index]),
  );
  return planned
    .map((it) => {
      const index = faulty.get(it.firing.firingId);
      return index === undefined ? it : breakOff(random, it, index);
    })
    .sort((a, b) => (a.firing.startAt < b.firing.startAt ? -1 : 1));
}

function pastFirings(random: Random, calendar: StudioCalendar, plan: KilnPlan): readonly PlannedFiring[] {
  const { count, newestDay, spanDays } = plan.past;
  const step = spanDays / (count - 1);
  // A kiln is unloaded and loaded again for days: the jitter never brings two firings of one kiln close together.
  const jitter = Math.max(0, Math.floor(step / 5));
  return Array.from({ length: count }, (_, back) => {
    const day = newestDay - Math.round(back * step) + (back === 0 ? 0 : random.int(-jitter, jitter));
    const status = back === 0 ? plan.newest : "complete";
    // The newest one is last night's: started at noon, it ended in the evening.
    const startHour = back === 0 ? 12 : random.int(14, 24) / 2;
    return firingOf(random, calendar, plan, { day, startHour, status });
  });
}

function upcomingFirings(random: Random, calendar: StudioCalendar, plan: KilnPlan): readonly PlannedFiring[] {
  return plan.upcomingDays.map((day) =>
    firingOf(random, calendar, plan, {
      day,
      startHour: random.int(14, 24) / 2,
      status: day <= ARMED_WITHIN_DAYS ? "armed" : "queued",
    }),
  );
}

function firingOf(
  random: Random,
  calendar: StudioCalendar,
  plan: KilnPlan,
  { day, startHour, status }: { day: number; startHour: number; status: Firing["status"] },
): PlannedFiring {
  const { kiln } = plan;
  const program = random.pick(plan.programs);
  const { title, cone, peakTempC, hours } = PROGRAMS[program];
  // Started by noon: even the longest program ends on the evening of the same day.
  const startAt = calendar.at(day, startHour);
  const firing = {
    firingId: random.id("f"),
    kilnId: kiln.kilnId,
    kilnName: kiln.name,
    title: `${title} cone ${cone}`,
    program,
    cone,
    status,
    startAt,
    endAt: later(startAt, random.int(hours[0] * 12, hours[1] * 12) / 12),
    peakTempC: day < 0 ? peakTempC + random.int(-4, 5) : null,
    faultNote: null,
    attention: null,
  };
  return { firing, program, kiln, day };
}

function breakOff(random: Random, planned: PlannedFiring, index: number): PlannedFiring {
  const [status, faultNote] = FAULTS[index % FAULTS.length] ?? FAULTS[0];
  const { startAt, endAt } = planned.firing;
  const share = random.int(30, 70) / 100;
  const hours = ((Date.parse(endAt) - Date.parse(startAt)) / 3_600_000) * share;
  const peakTempC = Math.round(PROGRAMS[planned.program].peakTempC * Math.sqrt(share));
  return { ...planned, firing: { ...planned.firing, status, faultNote, peakTempC, endAt: later(startAt, hours) } };
}
