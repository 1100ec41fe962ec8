import { CONSUMABLE_PARTS } from "./schema.js";
import type { ConsumablePart, ParsedConsumables, ParsedStatus } from "./schema.js";
import { toStateName } from "./state-names.js";

/** One value of one attribute, as the robot told it. */
export interface AttributeReading {
  readonly attribute: string;
  readonly value: string | number | boolean;
  readonly unit: string | null;
  readonly source: "rpc" | "push";
  /** Unix seconds by the robot's clock, for reference only: it may be wrong. Null when the message named none. */
  readonly deviceTime: number | null;
}

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

type Value = readonly [attribute: string, value: string | number | boolean | undefined, unit: string | null];

/** Answers: which attributes does a status hold? Absent and impossible values (a battery of 300 %) give no reading. */
export function statusAttributes(status: ParsedStatus, deviceTime: number | null): AttributeReading[] {
  return readings("rpc", deviceTime, [
    ["state", named(status.stateCode), null],
    ["batteryPct", percent(status.batteryPct), "%"],
    ["errorCode", whole(status.errorCode), null],
    ["isCharging", flag(status.chargeCode), null],
    ["isJobOpen", flag(status.jobCode), null],
    ["cleanTimeSec", atLeastZero(status.cleanSeconds), "s"],
    ["cleanAreaM2", squareMetres(status.cleanSquareMillimetres), "m²"],
    ["fanPowerCode", whole(status.fanPowerCode), null],
    ["waterModeCode", whole(status.waterModeCode), null],
    ["isWaterShort", flag(status.waterShortageCode), null],
    ["dockErrorCode", whole(status.dockErrorCode), null],
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
  return readings("rpc", deviceTime, values);
}

/** Answers: which attributes do pushed data points change? Unknown points are ignored; an absent point says nothing. */
export function pointAttributes(points: ReadonlyMap<number, number>, deviceTime: number | null): AttributeReading[] {
  return readings("push", deviceTime, [
    ["errorCode", whole(points.get(120)), null],
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

function readings(source: "rpc" | "push", deviceTime: number | null, values: readonly Value[]): AttributeReading[] {
  return values.flatMap(([attribute, value, unit]) =>
    value === undefined ? [] : [{ attribute, value, unit, source, deviceTime }],
  );
}

function named(code: number | undefined): string | undefined {
  const known = whole(code);
  return known === undefined ? undefined : toStateName(known);
}

function whole(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

function percent(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= 100 ? value : undefined;
}

function atLeastZero(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && Number.isFinite(value) ? value : undefined;
}

function squareMetres(squareMillimetres: number | undefined): number | undefined {
  const area = atLeastZero(squareMillimetres);
  return area === undefined ? undefined : Math.round(area / 100_000) / 10;
}

/** Zero is no, any other whole number is yes: later firmware counts where earlier said 1. */
function flag(value: number | undefined): boolean | undefined {
  const known = whole(value);
  return known === undefined ? undefined : known !== 0;
}
