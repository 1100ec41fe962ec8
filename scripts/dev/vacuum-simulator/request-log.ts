import * as z from "zod";
import { readWireFrame } from "./wire.js";

/** One message that a client sent, whatever it was. */
export interface RecordedRequest {
  readonly receivedAtMs: number;
  readonly duid: string | null;
  /** Null when it could not be read. */
  readonly method: string | null;
  readonly id: number | null;
  readonly raw: Buffer;
  /** Why a read-only client must not have sent this; null for the two reads. */
  readonly violation:
    "FOREIGN_TOPIC" | "UNREADABLE" | "METHOD_NOT_ALLOWED" | "PARAMETERS_NOT_ALLOWED" | "WRONG_PROTOCOL" | null;
}

/** The whole of what a read-only client may ask. Kept apart from the client's own list, so that widening one shows in a test. */
const ALLOWED: readonly string[] = ["get_status", "get_consumable"];
const REQUEST_PROTOCOL = 101;
/** Memory bound of a simulator that runs for days; the newest stay. */
const MAX_RECORDED_REQUESTS = 20_000;

const Outer = z.object({ dps: z.object({ "101": z.string() }), t: z.int() });
const Inner = z.object({ id: z.int(), method: z.string(), params: z.array(z.unknown()) });

/** Records what was asked of the vacuums. */
export class RequestLog {
  readonly requests: RecordedRequest[] = [];
  readonly violations: RecordedRequest[] = [];
  private readonly topics: ReadonlyMap<string, { readonly duid: string; readonly localKey: string }>;

  constructor(topics: ReadonlyMap<string, { readonly duid: string; readonly localKey: string }>) {
    this.topics = topics;
  }

  record(topic: string, raw: Buffer, receivedAtMs: number): RecordedRequest {
    const entry = { receivedAtMs, raw, ...this.classify(topic, raw) };
    keepNewest(this.requests, entry);
    if (entry.violation !== null) keepNewest(this.violations, entry);
    return entry;
  }

  private classify(topic: string, raw: Buffer): Pick<RecordedRequest, "duid" | "method" | "id" | "violation"> {
    const device = this.topics.get(topic);
    if (device === undefined) return { duid: null, method: null, id: null, violation: "FOREIGN_TOPIC" };
    const { duid } = device;
    const frame = readWireFrame(raw, device.localKey);
    const outer = Outer.safeParse(parseJson(frame?.text ?? ""));
    const inner = Inner.safeParse(parseJson(outer.data?.dps["101"] ?? ""));
    if (frame === null || !inner.success) return { duid, method: null, id: null, violation: "UNREADABLE" };
    const { method, id, params } = inner.data;
    const told = { duid, method, id };
    if (frame.protocol !== REQUEST_PROTOCOL) return { ...told, violation: "WRONG_PROTOCOL" };
    if (!ALLOWED.includes(method)) return { ...told, violation: "METHOD_NOT_ALLOWED" };
    return { ...told, violation: params.length > 0 ? "PARAMETERS_NOT_ALLOWED" : null };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keepNewest(list: RecordedRequest[], entry: RecordedRequest): void {
  list.push(entry);
  if (list.length > MAX_RECORDED_REQUESTS) list.shift();
}
