import { CloudRefused } from "../enrolment/cloud-api.js";
import { InvalidConfig } from "../load-config.js";
import { OutboxInUse } from "../outbox/open-level.js";
import { UnusableKey } from "../uplink/agent-key.js";

/** A problem that the person at the terminal can mend; its message says how, and holds no secret. */
export class Unusable extends Error {
  override readonly name = "Unusable";
}

/** What a terminal may show of a failure. Anything but our own words may hold what nobody checked: its name alone is shown. */
export function explain(error: unknown): string {
  const isOurs =
    error instanceof Unusable ||
    error instanceof CloudRefused ||
    error instanceof InvalidConfig ||
    error instanceof UnusableKey ||
    error instanceof OutboxInUse;
  return isOurs ? error.message : `It failed: ${error instanceof Error ? error.name : "defect"}.`;
}
