import { inspect } from "node:util";

const SHOWN = "[secret]";

/**
 * A value that must never be printed. Logs, JSON, string templates and `inspect` show `[secret]`; the one way to the
 * value is `reveal()`, called where the value goes out to the service that it belongs to.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
