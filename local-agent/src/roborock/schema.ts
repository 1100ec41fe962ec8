import * as z from "zod";

/**
 * The vendor's answers, as far as we use them. Every field is optional, unknown ones are dropped, and a field that is not
 * the number it should be counts as absent, so that one odd value never costs the rest. Vendor words stop in this file.
 */
const Count = z.coerce.number().refine(Number.isFinite).optional().catch(undefined);
const Field = z.preprocess((value) => (typeof value === "number" || isNumeric(value) ? value : undefined), Count);

const VacuumStatus = z.object({
  state: Field,
  battery: Field,
  error_code: Field,
  clean_time: Field,
  clean_area: Field,
  in_cleaning: Field,
  charge_status: Field,
  fan_power: Field,
  water_box_mode: Field,
  water_shortage_status: Field,
  dock_error_status: Field,
});

const Consumables = z.object({
  main_brush_work_time: Field,
  side_brush_work_time: Field,
  filter_work_time: Field,
  sensor_dirty_time: Field,
  moproller_work_time: Field,
  strainer_work_times: Field,
  cleaning_brush_work_times: Field,
  dust_collection_work_times: Field,
});

export interface ParsedStatus {
  readonly stateCode: number | undefined;
  readonly batteryPct: number | undefined;
  readonly errorCode: number | undefined;
  readonly cleanSeconds: number | undefined;
  readonly cleanSquareMillimetres: number | undefined;
  readonly jobCode: number | undefined;
  readonly chargeCode: number | undefined;
  readonly fanPowerCode: number | undefined;
  readonly waterModeCode: number | undefined;
  readonly waterShortageCode: number | undefined;
  readonly dockErrorCode: number | undefined;
}

export const CONSUMABLE_PARTS = [
  "mainBrush",
  "sideBrush",
  "filter",
  "sensor",
  "mopRoller",
  "strainer",
  "cleaningBrush",
  "dustBag",
] as const;
export type ConsumablePart = (typeof CONSUMABLE_PARTS)[number];

/** Use since the last reset: seconds, or cycles for the parts of a washing or emptying dock. */
export type ParsedConsumables = Readonly<Record<ConsumablePart, number | undefined>>;

/** Answers: what does a `get_status` result say? The object may come bare or wrapped in a list. Null when it is neither. */
export function parseStatus(result: unknown): ParsedStatus | null {
  const parsed = VacuumStatus.safeParse(unwrap(result));
  if (!parsed.success) return null;
  const status = parsed.data;
  return {
    stateCode: status.state,
    batteryPct: status.battery,
    errorCode: status.error_code,
    cleanSeconds: status.clean_time,
    cleanSquareMillimetres: status.clean_area,
    jobCode: status.in_cleaning,
    chargeCode: status.charge_status,
    fanPowerCode: status.fan_power,
    waterModeCode: status.water_box_mode,
    waterShortageCode: status.water_shortage_status,
    dockErrorCode: status.dock_error_status,
  };
}

/** Answers: what does a `get_consumable` result say? A part that is not named is not fitted. Null when it is no object. */
export function parseConsumables(result: unknown): ParsedConsumables | null {
  const parsed = Consumables.safeParse(unwrap(result));
  if (!parsed.success) return null;
  const used = parsed.data;
  return {
    mainBrush: used.main_brush_work_time,
    sideBrush: used.side_brush_work_time,
    filter: used.filter_work_time,
    sensor: used.sensor_dirty_time,
    mopRoller: used.moproller_work_time,
    strainer: used.strainer_work_times,
    cleaningBrush: used.cleaning_brush_work_times,
    dustBag: used.dust_collection_work_times,
  };
}

function unwrap(result: unknown): unknown {
  return Array.isArray(result) ? result[0] : result;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "string" && /^-?\d{1,15}(\.\d{1,6})?$/u.test(value);
}
