import * as z from "zod";

/**
 * How the hub's answers can be broken. `slow` answers late, `hang` never, `drip` a byte at a time, `stall` half of it;
 * `restart` refuses connections, then answers its start page with 200, then works; `redirect` points at a device command,
 * which a client that follows would execute; `error200` is the failure that comes with a success code; `garbage` is random
 * bytes under 200; `wrong_shape` is JSON that is no answer.
 */
const FAULT_KINDS = [
  "slow",
  "401",
  "403",
  "404",
  "408",
  "429",
  "500",
  "503",
  "html",
  "garbage",
  "hang",
  "drip",
  "stall",
  "restart",
  "empty",
  "truncated",
  "redirect",
  "error200",
  "oversized",
  "reset",
  "wrong_shape",
] as const;

export const Fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  /** How many requests it hits before it ends by itself; absent: until cleared. */
  times: z.int().min(1).max(100_000).optional(),
  /** For `slow`: how long it waits. For `restart`: how long each of its two phases takes. */
  delayMs: z.int().min(0).max(600_000).optional(),
});
export type Fault = z.infer<typeof Fault>;

/**
 * How live changes can be broken, on the event socket and on the POST URL alike. `duplicate` tells each change twice,
 * `reorder` swaps each pair, `drop` loses all, `split` cuts a message in two, `unescaped` glues a quote into its text,
 * `nulls` writes null for its value.
 */
export const LIVE_FAULT_KINDS = ["duplicate", "reorder", "drop", "split", "unescaped", "nulls"] as const;
export const LiveFault = z.enum(LIVE_FAULT_KINDS);
export type LiveFault = z.infer<typeof LiveFault>;

export const DEFAULT_SLOW_MS = 8_000;
export const DEFAULT_RESTART_PHASE_MS = 5_000;

/** The switches that break the hub while it runs. */
export interface HubFaults {
  set(fault: Fault | Fault["kind"]): Promise<void>;
  clear(): void;
  current(): Fault | null;
}

/** Holds the one fault in force. `restart` is carried out by the server and shows here as its second phase only. */
export class FaultSwitch {
  private fault: Fault | null = null;
  private remaining = Infinity;

  set(fault: Fault): void {
    this.fault = fault;
    this.remaining = fault.times ?? Infinity;
  }

  clear(): void {
    this.fault = null;
  }

  current(): Fault | null {
    return this.fault;
  }

  /** Answers: which fault hits this request? Counts it. */
  take(): Fault | null {
    const fault = this.fault;
    this.remaining -= 1;
    if (this.remaining <= 0) this.fault = null;
    return fault;
  }
}
