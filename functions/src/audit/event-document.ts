import type { JsonObject } from "../contracts/index.js";

/** An event as it lies in the database: its fields, and the database's own times, which no writer chooses. */
export interface EventDocument {
  readonly id: string;
  readonly data: JsonObject;
  /** Microseconds since 1970 in decimal. */
  readonly createTime: string;
  readonly updateTime: string;
}
