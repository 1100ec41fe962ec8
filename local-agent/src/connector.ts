/** What every device connector of the agent offers: it reads, reports its health, and refuses everything else (M12.1). */
export interface Connector {
  readonly id: string;
  /** What can be read here. There is no other mode: the type has no word for an action. */
  readonly capabilities: readonly ConnectorCapability[];
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Measured from real calls. Without a configured transport: `not_configured`, never `healthy`. */
  health(): ConnectorHealth;
  /** Rejects with a `ConnectorError` when nothing could be read. */
  readStatus(): Promise<StatusSnapshot>;
  /** Always rejects with `READ_ONLY`, before a socket is touched. */
  execute(intent: unknown): Promise<never>;
  /** Readings that the device sends unasked. Returns the function that ends the subscription. */
  onReading?(listener: (reading: Reading) => void): () => void;
}

interface ConnectorCapability {
  readonly id: string;
  readonly mode: "read";
  readonly riskTier: "low";
}

export interface ConnectorHealth {
  readonly state: "healthy" | "degraded" | "down" | "not_configured";
  /** UTC ISO, or null when no call ever succeeded. */
  readonly lastSuccessAt: string | null;
  readonly lastError: ConnectorErrorCode | null;
  readonly consecutiveFailures: number;
  /** The worst breaker of the connector; absent where it has none. */
  readonly breaker?: "closed" | "open" | "half_open";
}

export interface Reading {
  readonly deviceId: string;
  readonly attribute: string;
  readonly value: string | number | boolean | null;
  readonly unit: string | null;
  /** UTC ISO, the agent's clock when the answer arrived: device clocks may be wrong. */
  readonly observedAt: string;
  readonly source: "poll" | "push";
  readonly quality: "live" | "stale" | "unknown" | "simulated";
}

export interface ConnectorDevice {
  readonly deviceId: string;
  readonly name: string;
  readonly kind: string;
  readonly room: string | null;
}

export interface StatusSnapshot {
  readonly devices: ConnectorDevice[];
  readonly readings: Reading[];
}

export const CONNECTOR_ERRORS = [
  "TIMEOUT",
  "UNREACHABLE",
  "AUTH",
  "RATE_LIMIT",
  "BAD_RESPONSE",
  "UNSUPPORTED",
  "REFUSED",
  "READ_ONLY",
  "STATE_UNKNOWN",
  "NOT_CONFIGURED",
] as const;
export type ConnectorErrorCode = (typeof CONNECTOR_ERRORS)[number];

/** Failures that another attempt, later, may cure. */
const RETRYABLE: ReadonlySet<ConnectorErrorCode> = new Set([
  "TIMEOUT",
  "UNREACHABLE",
  "RATE_LIMIT",
  "BAD_RESPONSE",
  "STATE_UNKNOWN",
]);

/** A failed call to a device. The message says what was expected and what came, and never holds a credential or a URL. */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError";
  readonly code: ConnectorErrorCode;
  readonly retryable: boolean;

  constructor(code: ConnectorErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
  }
}
