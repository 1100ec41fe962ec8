import { atLeastZero, flag, percent, squareMetres, toReadings, whole } from "./attribute-values.js";
import type { AttributeReading, Value } from "./attribute-values.js";
import { toErrorName } from "./error-names.js";
import { CONSUMABLE_PARTS } from "./schema.js";
import type { ConsumablePart, ParsedConsumables, ParsedStatus } from "./schema.js";
import { isActiveRun, toStateName } from "./state-names.js";

/** Use after which a part is replaced or cleaned: seconds, or cycles for the last three. */
const CONSUMABLE_LIMITS: Readonly<Record<ConsumablePart, number>> = {
  mainBrush: 1_080_000,
  sideBrush: 720_000,
  filter: 540_000,
  sensor: 108_000,
  mopRoller: 1_080_000,
  strainer: 150,
  cleaningBrush: 300,
  dustBag: 90,
};

/** Answers: which attributes does a status hold? Absent and impossible values (a battery of 300 %) give no reading. */
export function statusAttributes(status: ParsedStatus, deviceTime: number | null): AttributeReading[] {
  return toReadings("rpc", deviceTime, [
    ["state", named(status.stateCode), null],
    ["batteryPct", percent(status.batteryPct), "%"],
    ["errorCode", whole(status.errorCode), null],
    ["errorName", errorNamed(status.errorCode), null],
    ["isRunning", running(status), null],
    ["isCharging", flag(status.chargeCode), null],
    ["isReturning", flag(status.returningCode), null],
    ["isJobOpen", flag(status.jobCode), null],
    ["cleanTimeSec", atLeastZero(status.cleanSeconds), "s"],
    ["cleanAreaM2", squareMetres(status.cleanSquareMillimetres), "m²"],
    ["cleanPct", percent(status.cleanPct), "%"],
    ["fanPowerCode", whole(status.fanPowerCode), null],
    ["waterModeCode", whole(status.waterModeCode), null],
    ["mopModeCode", whole(status.mopModeCode), null],
    ["isWaterTankAttached", flag(status.waterTankCode), null],
    ["isMopAttached", flag(status.mopPlateCode), null],
    ["isWaterShort", flag(status.waterShortageCode), null],
    ["hasMap", flag(status.mapPresentCode), null],
    ["mapIndex", mapIndex(status.mapStatus), null],
    ["dockTypeCode", whole(status.dockTypeCode), null],
    ["dockErrorCode", whole(status.dockErrorCode), null],
    ["isDustCollecting", flag(status.dustCollectionCode), null],
    ["isDrying", flag(status.dryingCode), null],
    ...dockParts(status.dockBits),
  ]);
}

/**
 * Answers: how worn is each part? `…UsedPct` is use over limit and may exceed 100 for an overdue part; `…LifePct` is what is
 * left, 0 to 100, the meaning that the robot's own pushes have.
 */
export function consumableAttributes(used: ParsedConsumables, deviceTime: number | null): AttributeReading[] {
  const values = CONSUMABLE_PARTS.flatMap((part): Value[] => {
    const amount = atLeastZero(used[part]);
    if (amount === undefined) return [];
    const usedPct = Math.round((amount / CONSUMABLE_LIMITS[part]) * 1_000) / 10;
    return [
      [`${part}UsedPct`, usedPct, "%"],
      [`${part}LifePct`, Math.max(0, Math.round(100 - usedPct)), "%"],
    ];
  });
  return toReadings("rpc", deviceTime, values);
}

/** Answers: which attributes do pushed data points change? Unknown points are ignored; an absent point says nothing. */
export function pointAttributes(points: ReadonlyMap<number, number>, deviceTime: number | null): AttributeReading[] {
  return toReadings("push", deviceTime, [
    ["errorCode", whole(points.get(120)), null],
    ["errorName", errorNamed(points.get(120)), null],
    ["state", named(points.get(121)), null],
    ["batteryPct", percent(points.get(122)), "%"],
    ["fanPowerCode", whole(points.get(123)), null],
    ["waterModeCode", whole(points.get(124)), null],
    ["mainBrushLifePct", percent(points.get(125)), "%"],
    ["sideBrushLifePct", percent(points.get(126)), "%"],
    ["filterLifePct", percent(points.get(127)), "%"],
    ["isCharging", flag(points.get(133)), null],
    ["isDrying", flag(points.get(134)), null],
  ]);
}

function named(code: number | undefined): string | undefined {
  const known = whole(code);
  return known === undefined ? undefined : toStateName(known);
}

function errorNamed(code: number | undefined): string | undefined {
  const known = whole(code);
  return known === undefined ? undefined : toErrorName(known);
}

function running({ stateCode, jobCode }: ParsedStatus): boolean | undefined {
  const state = whole(stateCode);
  return state === undefined ? undefined : isActiveRun(state, flag(jobCode) ?? false);
}

/** The index stands above two flag bits; 63 means that no map is in use. */
function mapIndex(mapStatus: number | undefined): number | undefined {
  const known = whole(mapStatus);
  if (known === undefined || known < 0 || known > 0xffff) return undefined;
  const index = known >> 2;
  return index === 63 ? undefined : index;
}

const BITS_PER_PART = 2;
const PART_MASK = 0b11;

/** Tanks and bag of a washing dock. 0 means that the dock does not tell; 1 is the fault of that part. */
function dockParts(bits: number | undefined): Value[] {
  const packed = whole(bits);
  if (packed === undefined || packed <= 0 || packed > 0xffff_ffff) return [];
  const faulty = (place: number): boolean | undefined => {
    const part = (packed >>> (BITS_PER_PART * place)) & PART_MASK;
    return part === 0 ? undefined : part === 1;
  };
  return [
    ["isCleanWaterEmpty", faulty(1), null],
    ["isDirtyWaterFull", faulty(2), null],
    ["isDustBagMissing", faulty(3), null],
  ];
}
