import { Secret } from "./secret.js";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type LogFields = Readonly<Record<string, unknown>>;

/** One line of JSON for each event: `level, ts, component, event` and the fields given. */
export interface Logger {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
  /** The same log, spoken by another part of the agent. */
  readonly for: (component: string) => Logger;
}

export interface LoggerOptions {
  readonly minLevel: LogLevel;
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
  /** Values that are struck out wherever they turn up, even inside a message of a library. */
  readonly secrets: readonly Secret[];
}

/** A shorter value would strike out ordinary words. */
const SHORTEST_STRUCK = 6;
const MAX_LINE_CHARS = 8_000;
const MAX_CAUSES = 3;
const SECRET_KEY = /(token|secret|passw|credential|privatekey|authorization|cookie)/i;

/** Redaction is by type first, then by value, and by the name of a field last. */
export function createLogger(options: LoggerOptions, component = "agent"): Logger {
  const struck = options.secrets.map((secret) => secret.reveal()).filter((value) => value.length >= SHORTEST_STRUCK);
  const log =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(options.minLevel)) return;
      const ts = new Date(options.nowMs()).toISOString();
      const line = JSON.stringify({ level, ts, component, event, ...fields }, redact);
      options.write(`${strike(line, struck).slice(0, MAX_LINE_CHARS)}\n`);
    };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    for: (part) => createLogger(options, part),
  };
}

function redact(key: string, value: unknown): unknown {
  if (value instanceof Secret) return value.toString();
  if (typeof value === "string" && SECRET_KEY.test(key)) return "[secret]";
  if (value instanceof Error) return describeError(value, MAX_CAUSES);
  return typeof value === "bigint" ? value.toString() : value;
}

/** Name, code and message of an error and of what caused it; stacks stay out of the log. */
function describeError(error: Error, causesLeft: number): LogFields {
  const code: unknown = "code" in error ? error.code : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === "string" && { code }),
    ...(error.cause instanceof Error && causesLeft > 0 && { cause: describeError(error.cause, causesLeft - 1) }),
  };
}

/** A value may be written down escaped, so both spellings are struck out. */
function strike(line: string, struck: readonly string[]): string {
  return struck.reduce(
    (text, value) => text.replaceAll(value, "[secret]").replaceAll(JSON.stringify(value).slice(1, -1), "[secret]"),
    line,
  );
}
