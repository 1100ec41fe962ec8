import * as z from "zod";
import { Field, unwrap } from "./vendor-fields.js";

/** The vendor's two daily answers, as far as we use them (reference 10.1, 10.6). Every field is optional, unknown ones are dropped. */
const VacuumStatus = z.object({
  state: Field,
  battery: Field,
  error_code: Field,
  clean_time: Field,
  clean_area: Field,
  in_cleaning: Field,
  in_returning: Field,
  charge_status: Field,
  fan_power: Field,
  water_box_mode: Field,
  mop_mode: Field,
  water_box_status: Field,
  water_box_carriage_status: Field,
  water_shortage_status: Field,
  map_present: Field,
  map_status: Field,
  dock_type: Field,
  dock_error_status: Field,
  dust_collection_status: Field,
  dry_status: Field,
  clean_percent: Field,
  dss: Field,
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
  readonly returningCode: number | undefined;
  readonly chargeCode: number | undefined;
  readonly fanPowerCode: number | undefined;
  readonly waterModeCode: number | undefined;
  readonly mopModeCode: number | undefined;
  readonly waterTankCode: number | undefined;
  readonly mopPlateCode: number | undefined;
  readonly waterShortageCode: number | undefined;
  readonly mapPresentCode: number | undefined;
  readonly mapStatus: number | undefined;
  readonly dockTypeCode: number | undefined;
  readonly dockErrorCode: number | undefined;
  readonly dustCollectionCode: number | undefined;
  readonly dryingCode: number | undefined;
  readonly cleanPct: number | undefined;
  /** Packed dock status: two bits a part. */
  readonly dockBits: number | undefined;
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
    returningCode: status.in_returning,
    chargeCode: status.charge_status,
    fanPowerCode: status.fan_power,
    waterModeCode: status.water_box_mode,
    mopModeCode: status.mop_mode,
    waterTankCode: status.water_box_status,
    mopPlateCode: status.water_box_carriage_status,
    waterShortageCode: status.water_shortage_status,
    mapPresentCode: status.map_present,
    mapStatus: status.map_status,
    dockTypeCode: status.dock_type,
    dockErrorCode: status.dock_error_status,
    dustCollectionCode: status.dust_collection_status,
    dryingCode: status.dry_status,
    cleanPct: status.clean_percent,
    dockBits: status.dss,
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
