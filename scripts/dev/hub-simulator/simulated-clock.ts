import { parseClock } from "./kiln-room-day.js";

/** Time in the simulated studio: seconds since its first midnight, running `speed` times as fast as the real clock. */
export class SimulatedClock {
  private baseSeconds: number;
  private baseRealMs: number;
  private readonly speed: number;
  private readonly nowMs: () => number;

  constructor(startAt: string, speed: number, nowMs: () => number) {
    if (!Number.isFinite(speed) || speed < 0) throw new Error(`speed must be a number from 0 up, got ${speed}`);
    this.baseSeconds = parseClock(startAt);
    this.baseRealMs = nowMs();
    this.speed = speed;
    this.nowMs = nowMs;
  }

  elapsedSeconds(): number {
    return this.baseSeconds + ((this.nowMs() - this.baseRealMs) / 1_000) * this.speed;
  }

  /** Jumps forward to the next time the clock shows this, so that meters never count backwards. */
  jumpTo(clock: string): void {
    const elapsed = this.elapsedSeconds();
    const target = Math.floor(elapsed / 86_400) * 86_400 + parseClock(clock);
    this.baseSeconds = target < elapsed ? target + 86_400 : target;
    this.baseRealMs = this.nowMs();
  }

  /** `HH:MM:SS` as it stands on the studio's wall. */
  wallClock(): string {
    return new Date((this.elapsedSeconds() % 86_400) * 1_000).toISOString().slice(11, 19);
  }
}
