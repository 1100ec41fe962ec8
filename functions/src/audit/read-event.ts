import { AuditEvent } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";

/** Which event is stored here? What counts are its canonical bytes; the copies beside them are for searching alone. */
export function readEvent(data: JsonObject | null): AuditEvent | "missing" | "unreadable" {
  if (data === null) return "missing";
  const parsed = AuditEvent.safeParse(fromJson(data["canonical"]));
  return parsed.success ? parsed.data : "unreadable";
}

function fromJson(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
