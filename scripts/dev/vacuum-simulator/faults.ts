/**
 * How the vacuum can be broken. Of its answers: `slow` comes late, `silent` never, `garbage` is random bytes, `bad_crc` a
 * damaged frame, `wrong_key` a frame under a key that the client does not have, `unsupported` one of version A01, `error`
 * and `busy` are refusals by the robot, `unknown_method` is old firmware, `not_json` and `ok` are answers without data,
 * `foreign` carries another request's id, `truncated` breaks off, `oversized` is 60 kB of one status, `duplicate` comes twice. Of the broker: `refuse_connect` turns the account away, until cleared.
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
  "truncated",
  "oversized",
  "duplicate",
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
  /** Hits the answers to one method only; absent: to all. */
  readonly method?: string;
  /** For `refuse_connect`, embedded broker alone: the code in the CONNACK. Absent: not authorized. */
  readonly reasonCode?: number;
}

/** What happens to pushes on their way: each comes twice, or two of them change places. */
export type PushFault = "duplicate" | "reorder";

export const DEFAULT_SLOW_MS = 8_000;

/** The switches that break the vacuum while it runs. */
export interface VacuumFaults {
  set(fault: VacuumFault | VacuumFaultKind): Promise<void>;
  clear(): Promise<void>;
  current(): VacuumFault | null;
  /** Cuts every client off once; they may come back. */
  disconnect(): Promise<void>;
  /** The broker goes away for a while and comes back on the same port. */
  restart(downMs: number): Promise<void>;
  /** Half-open: connections look alive and carry nothing any more. New ones are well; thawing ends the frozen ones. */
  freeze(isFrozen: boolean): void;
  /** Null: pushes come as they should. */
  setPushes(fault: PushFault | null): void;
  /** The robots' clocks are off by this much. */
  setClockSkew(seconds: number): void;
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
  take(duid: string, method: string): VacuumFault | null {
    const fault = this.fault;
    if (fault === null || (fault.duid ?? duid) !== duid || (fault.method ?? method) !== method) return null;
    this.remaining -= 1;
    if (this.remaining <= 0) this.fault = null;
    return fault;
  }
}

/** Lets pushes through, doubles them, or lets two of them change places. */
export class PushGate {
  private fault: PushFault | null = null;
  private held: { readonly topic: string; readonly payload: Buffer } | null = null;
  private readonly publish: (topic: string, payload: Buffer) => void;

  constructor(publish: (topic: string, payload: Buffer) => void) {
    this.publish = publish;
  }

  set(fault: PushFault | null): void {
    this.fault = fault;
    this.release();
  }

  send(topic: string, payload: Buffer): void {
    if (this.fault === "reorder" && this.held === null) {
      this.held = { topic, payload };
      return;
    }
    this.publish(topic, payload);
    if (this.fault === "duplicate") this.publish(topic, payload);
    this.release();
  }

  private release(): void {
    const held = this.held;
    this.held = null;
    if (held !== null) this.publish(held.topic, held.payload);
  }
}
