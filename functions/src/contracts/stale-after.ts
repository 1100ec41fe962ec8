/**
 * How long a live reading stays live, in milliseconds, by the kind of sensor (M12.4). What is read rarely, to spare an
 * account or because it changes rarely, stays live over one read that failed and a bit, and never over a whole day of silence more.
 */
export const STALE_AFTER_MS = {
  temperature: 120_000,
  power: 120_000,
  lock: 600_000,
  /** A resting vacuum is asked every four minutes, over an account that is limited. */
  vacuumStatus: 15 * 60_000,
  /** Known from the list of the account's devices, which is asked for hourly. */
  presenceInAccount: 2.5 * 3_600_000,
  /** Wear of parts and the history of runs: asked for every six hours, and after a run. */
  wear: 13 * 3_600_000,
  /** The radio signal: asked for every twelve hours. */
  signal: 25 * 3_600_000,
  /** Quiet hours, rooms, maps: asked for once a day. */
  setup: 49 * 3_600_000,
  default: 300_000,
} as const;

export type ReadingKind = keyof typeof STALE_AFTER_MS;

const WEARING_PARTS = [
  ...["mainBrush", "sideBrush", "filter", "sensor"],
  ...["mopRoller", "strainer", "cleaningBrush", "dustBag"],
];

/** Attributes of each kind; what is not listed is of kind `default`. */
const ATTRIBUTES: Readonly<Record<Exclude<ReadingKind, "default">, readonly string[]>> = {
  temperature: ["temperature"],
  power: ["power"],
  lock: ["lock"],
  vacuumStatus: [
    ...["state", "batteryPct", "errorCode", "errorName", "isRunning", "isCharging", "isReturning", "isJobOpen"],
    ...[
      "cleanTimeSec",
      "cleanAreaM2",
      "cleanPct",
      "fanPowerCode",
      "waterModeCode",
      "mopModeCode",
      "hasMap",
      "mapIndex",
    ],
    ...["isWaterTankAttached", "isMopAttached", "isWaterShort", "dockTypeCode", "dockErrorCode", "isDustCollecting"],
    ...["isDrying", "isCleanWaterEmpty", "isDirtyWaterFull", "isDustBagMissing"],
  ],
  presenceInAccount: ["isOnline"],
  wear: [
    ...WEARING_PARTS.flatMap((part) => [`${part}UsedPct`, `${part}LifePct`]),
    ...["totalCleanTimeSec", "totalCleanAreaM2", "totalCleanCount", "totalDustCollections"],
    ...["lastRunStartedAt", "lastRunEndedAt", "lastRunTimeSec", "lastRunAreaM2", "lastRunErrorCode"],
    ...["isLastRunComplete", "lastRunStartedBy", "lastRunKind", "lastRunOutcome"],
  ],
  signal: ["wifiSignalDbm"],
  setup: ["isQuietTimeSet", "quietFrom", "quietUntil", "roomCount", "rooms", "mapCount", "maps"],
};

const KINDS: ReadonlyMap<string, ReadingKind> = new Map(
  Object.entries(ATTRIBUTES).flatMap(([kind, names]) => names.map((name) => [name, kind as ReadingKind] as const)),
);

/** Answers: of which kind are the readings of this attribute? */
export function kindOfReading(attribute: string): ReadingKind {
  return KINDS.get(attribute) ?? "default";
}

/** Answers: from which age in milliseconds on is a value of this attribute stale? An age of exactly this much is not yet. */
export function staleAfterMs(attribute: string): number {
  return STALE_AFTER_MS[kindOfReading(attribute)];
}
