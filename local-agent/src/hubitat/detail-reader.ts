import type { HubAnswer } from "./hub-answer.js";
import type { HubDeviceDetails } from "./schema.js";

/** Pace of the reads of single devices, in milliseconds; tests make it quicker. */
export interface DetailTiming {
  /** Between two of them: the hub is small. */
  readonly gapMs: number;
  /** Between two of the same device, however often it is named: a sensor that flaps must not become a load. */
  readonly sameGapMs: number;
  /** After one that failed. The next whole poll tells the same. */
  readonly restMs: number;
  /** How long the units of a device are believed. */
  readonly learnAgainMs: number;
}

const TIMING: DetailTiming = { gapMs: 250, sameGapMs: 2_000, restMs: 60_000, learnAgainMs: 86_400_000 };
/** Devices that wait; one more is left to the next whole poll. */
const MAX_WAITING = 2_000;

export interface DetailReader {
  /** Reads this device soon: something was said of it that is believed from a GET alone. */
  confirm(deviceId: string): void;
  /** Reads this device when nothing else waits, unless it was read within a day. */
  learn(deviceId: string): void;
  stop(): void;
}

/**
 * Reads single devices one after another, those to be confirmed first. A device that is asked for again while it is being
 * read is read once more: the answer may have been written before.
 */
export function createDetailReader(
  read: (deviceId: string) => Promise<HubAnswer<HubDeviceDetails>>,
  nowMs: () => number,
  timing: DetailTiming = TIMING,
): DetailReader {
  const urgent = new Set<string>();
  const casual = new Set<string>();
  const readAtMs = new Map<string, number>();
  /** By a clock that nobody sets. */
  const askedAtMs = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;
  let isStopped = false;

  async function next(): Promise<void> {
    timer = undefined;
    const deviceId = [...urgent].find(isRested) ?? [...casual].find(isRested);
    if (deviceId === undefined) {
      plan(timing.gapMs);
      return;
    }
    askedAtMs.set(deviceId, performance.now());
    urgent.delete(deviceId);
    casual.delete(deviceId);
    isReading = true;
    const answer = await read(deviceId);
    isReading = false;
    // A device that is no longer shared is not asked for again and again either.
    const isSettled = answer.kind === "ok" || answer.failure === "notFound";
    if (isSettled) readAtMs.set(deviceId, nowMs());
    else casual.clear();
    plan(isSettled ? timing.gapMs : timing.restMs);
  }

  function plan(delayMs: number): void {
    if (isStopped || isReading || timer !== undefined || urgent.size + casual.size === 0) return;
    timer = setTimeout(() => void next(), delayMs);
  }

  function isRested(deviceId: string): boolean {
    return performance.now() - (askedAtMs.get(deviceId) ?? -Infinity) >= timing.sameGapMs;
  }

  function isDue(deviceId: string): boolean {
    const ageMs = nowMs() - (readAtMs.get(deviceId) ?? -Infinity);
    return ageMs >= timing.learnAgainMs || ageMs < 0;
  }

  return {
    confirm: (deviceId) => {
      if (urgent.size < MAX_WAITING) urgent.add(deviceId);
      plan(isRested(deviceId) ? 0 : timing.gapMs);
    },
    learn: (deviceId) => {
      if (casual.size < MAX_WAITING && isDue(deviceId)) casual.add(deviceId);
      plan(timing.gapMs);
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      urgent.clear();
      casual.clear();
    },
  };
}
