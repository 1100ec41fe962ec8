/** One message as Pub/Sub takes it. Messages of one ordering key arrive in the order in which they were published. */
export interface UplinkMessage {
  readonly text: string;
  readonly orderingKey: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Publisher {
  /** Resolves when Pub/Sub has the message; rejects with a `PublishError` when that is not known. */
  publish(message: UplinkMessage, signal: AbortSignal): Promise<void>;
  close(): void;
}

export type PublishErrorCode = "TIMEOUT" | "UNREACHABLE" | "AUTH" | "RATE_LIMIT" | "BAD_RESPONSE" | "REFUSED";

/**
 * A publish whose success is not known. Every code is worth another attempt: `AUTH` and `REFUSED` end when the operator
 * mends the project, and until then what waits is kept.
 */
export class PublishError extends Error {
  override readonly name = "PublishError";
  readonly code: PublishErrorCode;

  constructor(code: PublishErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
