import type { UtcInstant } from "../contracts/index.js";
import type { EventMeans } from "../audit/record-event.js";
import type { Transactor } from "./transactor.js";

/** Everything that a use case takes from the world. Built by `platform/` and by tests; nothing else reads a clock. */
export interface Deps {
  readonly transactor: Transactor;
  readonly clock: { now(): UtcInstant };
  readonly ids: {
    /** 20 random characters, safe as a document id. */
    random(): string;
    /** That many random bytes as lower-case hex. */
    hex(bytes: number): string;
  };
  /** Lower-case hex SHA-256 of the text's UTF-8 bytes. */
  readonly sha256: (text: string) => string;
}

/** Fresh randomness for one audit event. */
export function eventMeans(deps: Deps, eventId: string = deps.ids.random()): EventMeans {
  return { eventId, nonce: deps.ids.hex(16), salt: deps.ids.hex(16), sha256: deps.sha256 };
}
