/**
 * How the vacuum can be broken. Of its answers: `slow` comes late, `silent` never, `garbage` is random bytes, `bad_crc` a
 * damaged frame, `wrong_key` a frame under a key that the client does not have, `unsupported` one of version A01, `error`
 * and `busy` are refusals by the robot, `unknown_method` is old firmware, `not_json` and `ok` are answers without data,
 * `foreign` carries another request's id. Of the broker: `refuse_connect` turns the account away, until cleared.
 */
export const VACUUM_FAULT_KINDS = [
  "slow",
  "silent",
  "garbage",
  "bad_crc",
  "wrong_key",
  "unsupported",
  "error",
  "busy",
  "unknown_method",
  "not_json",
  "ok",
  "foreign",
  "refuse_connect",
] as const;
export type VacuumFaultKind = (typeof VACUUM_FAULT_KINDS)[number];

export interface VacuumFault {
  readonly kind: VacuumFaultKind;
  /** How many answers it hits before it ends by itself; absent: until cleared. */
  readonly times?: number;
  /** For `slow`. */
  readonly delayMs?: number;
  /** Hits one vacuum only; absent: all. */
  readonly duid?: string;
}

export const DEFAULT_SLOW_MS = 8_000;

/** The switches that break the vacuum while it runs. */
export interface VacuumFaults {
  set(fault: VacuumFault | VacuumFaultKind): Promise<void>;
  clear(): Promise<void>;
  current(): VacuumFault | null;
  /** Cuts every client off once; they may come back. */
  disconnect(): Promise<void>;
}

/** Holds the one fault in force and counts what it hits. */
export class FaultSwitch {
  private fault: VacuumFault | null = null;
  private remaining = Infinity;

  set(fault: VacuumFault): void {
    this.fault = fault;
    this.remaining = fault.times ?? Infinity;
  }

  clear(): void {
    this.fault = null;
  }

  current(): VacuumFault | null {
    return this.fault;
  }

  /** Answers: which fault hits this answer? Counts it. */
  take(duid: string): VacuumFault | null {
    const fault = this.fault;
    if (fault === null || (fault.duid !== undefined && fault.duid !== duid)) return null;
    this.remaining -= 1;
    if (this.remaining <= 0) this.fault = null;
    return fault;
  }
}
