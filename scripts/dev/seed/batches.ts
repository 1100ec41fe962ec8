import type { Batch, Piece } from "@studio-os/functions/contracts";
import { CLAYS, firingCostCents, PROGRAMS } from "./catalogue.js";
import type { ProgramName } from "./catalogue.js";
import type { PlannedFiring } from "./firings.js";
import { BATCH_TITLES, GLAZES, PIECE_DETAILS, PIECE_KINDS } from "./names.js";
import { pickMember } from "./people.js";
import type { PlannedMember } from "./people.js";
import type { Random } from "./random.js";
import { later } from "./studio-calendar.js";
import type { StudioCalendar } from "./studio-calendar.js";
import type { StudioPlan } from "./studio-plans.js";

export interface PlannedBatch {
  readonly batch: Batch;
  readonly program: ProgramName;
  readonly ware: Piece["ware"];
  readonly firing: PlannedFiring | null;
  readonly createdDay: number;
}

/** Most batches that share one firing, and most pieces of one batch. */
const MAX_BATCHES_PER_FIRING = 3;
const MAX_PIECES_PER_BATCH = 18;
const MIN_PIECES_PER_BATCH = 2;
/** A faulty firing before this day, counted from today, has been settled with the owners of its load. */
const SETTLED_BEFORE_DAY = -30;

/** Every batch: those of each firing, which together fit into its kiln, and those that wait for one. */
export function planBatches(
  random: Random,
  calendar: StudioCalendar,
  plan: StudioPlan,
  members: readonly PlannedMember[],
  firings: readonly PlannedFiring[],
): readonly PlannedBatch[] {
  const perFiring = shareOut(random, firings.length, plan.batches - plan.unassignedBatches, 1, MAX_BATCHES_PER_FIRING);
  const slots: readonly (readonly [PlannedFiring | null, number])[] = [
    ...firings.flatMap((firing, index) => {
      const batches = perFiring[index] ?? 1;
      return Array.from({ length: batches }, () => [firing, firing.kiln.capacityHalfShelves / batches] as const);
    }),
    ...Array.from({ length: plan.unassignedBatches }, () => [null, 4] as const),
  ];
  const pieceCounts = shareOut(random, slots.length, plan.pieces, MIN_PIECES_PER_BATCH, MAX_PIECES_PER_BATCH);
  return slots.map(([firing, room], index) => {
    const pieceCount = pieceCounts[index] ?? MIN_PIECES_PER_BATCH;
    return batchOf(random, calendar, members, { firing, room, pieceCount });
  });
}

function batchOf(
  random: Random,
  calendar: StudioCalendar,
  members: readonly PlannedMember[],
  { firing, room, pieceCount }: { firing: PlannedFiring | null; room: number; pieceCount: number },
): PlannedBatch {
  const program = firing?.program ?? random.pick(["bisque", "glaze"] as const);
  const clay = random.pick(CLAYS.filter((it) => it.programs.includes(program)));
  const createdDay = Math.min((firing?.day ?? 0) - random.int(3, 10), -random.int(1, 5));
  const createdAt = calendar.at(createdDay, random.int(18, 40) / 2);
  const owner = pickMember(random, members, createdDay, { forKiln: true });
  const halfShelves = random.int(1, Math.max(1, Math.floor(room * 2))) / 2;
  const batch: Batch = {
    batchId: random.id("b"),
    title: random.pick(BATCH_TITLES),
    ownerMemberId: owner.memberId,
    ownerName: owner.displayName,
    ...stateOf(random, calendar, firing, createdAt),
    kilnId: firing?.kiln.kilnId ?? null,
    firingId: firing?.firing.firingId ?? null,
    halfShelves,
    pieceCount,
    clayBody: clay.name,
    cone: PROGRAMS[program].cone,
    estimatedCostCents: firingCostCents(program, halfShelves),
    createdAt,
  };
  return { batch, program, ware: clay.ware, firing, createdDay };
}

type BatchState = Pick<Batch, "state" | "isClosed" | "updatedAt" | "closedAt">;

/** Where a batch stands follows from its firing alone, and from how long ago that ended. */
function stateOf(
  random: Random,
  calendar: StudioCalendar,
  planned: PlannedFiring | null,
  createdAt: string,
): BatchState {
  const open = (state: Batch["state"], updatedAt: string): BatchState => ({
    state,
    isClosed: false,
    updatedAt: calendar.past(updatedAt),
    closedAt: null,
  });
  if (planned === null) return random.chance(50) ? open("intake", createdAt) : open("staged", later(createdAt, 2));
  const { status, startAt, endAt } = planned.firing;
  switch (status) {
    case "queued":
      return open("ready_for_program", later(createdAt, 3));
    case "armed":
      return open("ready_for_start", later(createdAt, 5));
    case "firing":
      return open("firing", startAt);
    case "cooling":
      return open("cooling", endAt);
    case "error":
    case "aborted":
      return planned.day < SETTLED_BEFORE_DAY ? settled(random, endAt) : open("exception", endAt);
    case "complete":
      return planned.day === -1 ? open("ready_for_unload", endAt) : finished(random, calendar, planned);
  }
}

/** A load that went wrong is talked over with its owner, and closed then. */
function settled(random: Random, endAt: string): BatchState {
  const closedAt = later(endAt, random.int(48, 300));
  return { state: "exception", isClosed: true, updatedAt: closedAt, closedAt };
}

/** Unloaded, and in most cases fetched: one batch in twenty stays on the shelf, however long ago it was ready. */
function finished(random: Random, calendar: StudioCalendar, planned: PlannedFiring): BatchState {
  const unloadedAt = later(planned.firing.endAt, random.int(14, 20));
  const closedAt = later(unloadedAt, random.int(20, 200));
  const isClosed = closedAt < calendar.at(0, 0) && !random.chance(5);
  if (isClosed) return { state: "complete", isClosed, updatedAt: closedAt, closedAt };
  return { state: "complete", isClosed, updatedAt: calendar.past(unloadedAt), closedAt: null };
}

/** The pieces of each batch, in the stage that its state means. */
export function planPieces(random: Random, plan: StudioPlan, batches: readonly PlannedBatch[]): readonly Piece[] {
  let number = 0;
  return batches.flatMap(({ batch, program, ware }) =>
    Array.from({ length: batch.pieceCount }, (): Piece => {
      number += 1;
      const [kind, heightMm] = random.pick(PIECE_KINDS);
      const stage = stageOf(batch.state, program);
      return {
        pieceId: random.id("p"),
        batchId: batch.batchId,
        ownerMemberId: batch.ownerMemberId,
        code: `${plan.codePrefix}-${String(number).padStart(5, "0")}`,
        description: `${kind}, ${random.pick(PIECE_DETAILS)}`,
        stage,
        ware,
        glaze: program === "bisque" ? null : random.pick(GLAZES),
        heightMm: heightMm + random.int(-12, 25),
        createdAt: batch.createdAt,
      };
    }),
  );
}

function stageOf(state: Batch["state"], program: ProgramName): Piece["stage"] {
  if (state === "exception") return "hold";
  const isFired = state === "complete" || state === "ready_for_unload" || state === "cooling";
  if (program === "bisque") return isFired ? "bisque" : "greenware";
  return isFired ? "finished" : "glazed";
}

/** Shares `total` out to `parts`, each between `least` and `most`, at random. */
function shareOut(random: Random, parts: number, total: number, least: number, most: number): readonly number[] {
  if (total < parts * least || total > parts * most)
    throw new Error(`${total} cannot be shared out to ${parts} parts of ${least} to ${most}`);
  const shares = Array.from({ length: parts }, () => least);
  for (let left = total - parts * least; left > 0; left -= 1) {
    const open = shares.flatMap((share, index) => (share < most ? [index] : []));
    const index = random.pick(open);
    shares[index] = (shares[index] ?? least) + 1;
  }
  return shares;
}
