import * as z from "zod";
import { readWireFrame } from "./wire.js";
import type { WireFrame } from "./wire.js";

/** One message that a client sent, whatever it was. */
export interface RecordedRequest {
  readonly channel: "cloud" | "lan" | "rest";
  readonly receivedAtMs: number;
  readonly duid: string | null;
  /** The method of a vacuum, or verb and path of the account's API. Null when it could not be read. */
  readonly method: string | null;
  readonly id: number | null;
  readonly params: readonly unknown[];
  readonly raw: Buffer;
  /** Why a read-only client must not have sent this; null for the reads. */
  readonly violation:
    | "FOREIGN_TOPIC"
    | "UNREADABLE"
    | "METHOD_NOT_ALLOWED"
    | "PARAMETERS_NOT_ALLOWED"
    | "WRONG_PROTOCOL"
    | "PATH_NOT_ALLOWED"
    | null;
}

/** The whole of what a read-only client may ask. Kept apart from the client's own list, so that widening one shows in a test. */
const ALLOWED: readonly string[] = [
  "get_status",
  "get_consumable",
  "get_clean_summary",
  "get_clean_record",
  "get_dnd_timer",
  "get_network_info",
  "get_room_mapping",
  "get_multi_maps_list",
];
const REQUEST_PROTOCOLS = { cloud: 101, lan: 4 } as const;
/** Memory bound of a simulator that runs for days; the newest stay. */
const MAX_RECORDED_REQUESTS = 20_000;

const Outer = z.object({ dps: z.object({ "101": z.string() }), t: z.int() });
const Inner = z.object({ id: z.int(), method: z.string(), params: z.array(z.unknown()) });

/** Records what was asked of the vacuums and of their account. */
export class RequestLog {
  readonly requests: RecordedRequest[] = [];
  readonly violations: RecordedRequest[] = [];
  private readonly topics: ReadonlyMap<string, { readonly duid: string; readonly localKey: string }>;

  constructor(topics: ReadonlyMap<string, { readonly duid: string; readonly localKey: string }>) {
    this.topics = topics;
  }

  /** What was published to the broker. */
  record(topic: string, raw: Buffer, receivedAtMs: number): RecordedRequest {
    const device = this.topics.get(topic);
    if (device !== undefined)
      return this.recordFrame("cloud", device.duid, readWireFrame(raw, device.localKey), raw, receivedAtMs);
    return this.keep({ ...NOTHING_READ, channel: "cloud", receivedAtMs, raw, violation: "FOREIGN_TOPIC" });
  }

  /** What came to one vacuum, over the cloud or its own network. A null frame could not be read. */
  recordFrame(
    channel: "cloud" | "lan",
    duid: string,
    frame: WireFrame | null,
    raw: Buffer,
    receivedAtMs: number,
  ): RecordedRequest {
    const outer = Outer.safeParse(parseJson(frame?.text ?? ""));
    const inner = Inner.safeParse(parseJson(outer.data?.dps["101"] ?? ""));
    const seen = { ...NOTHING_READ, channel, receivedAtMs, raw, duid };
    if (frame === null || !inner.success) return this.keep({ ...seen, violation: "UNREADABLE" });
    const { method, id, params } = inner.data;
    const isProtocol = frame.protocol === REQUEST_PROTOCOLS[channel];
    const violation = isProtocol ? violationOf(method, params) : "WRONG_PROTOCOL";
    return this.keep({ ...seen, method, id, params, violation });
  }

  /** What came to the account's API: verb and path, no query. */
  recordCall(method: string, isAllowed: boolean, receivedAtMs: number): RecordedRequest {
    const violation = isAllowed ? null : "PATH_NOT_ALLOWED";
    return this.keep({ ...NOTHING_READ, channel: "rest", receivedAtMs, method, raw: Buffer.alloc(0), violation });
  }

  private keep(entry: RecordedRequest): RecordedRequest {
    keepNewest(this.requests, entry);
    if (entry.violation !== null) keepNewest(this.violations, entry);
    return entry;
  }
}

const NOTHING_READ = { duid: null, method: null, id: null, params: [] } as const;

function violationOf(method: string, params: readonly unknown[]): RecordedRequest["violation"] {
  if (!ALLOWED.includes(method)) return "METHOD_NOT_ALLOWED";
  const isRecord = method === "get_clean_record";
  const isFit = isRecord ? params.length === 1 && Number.isInteger(params[0]) : params.length === 0;
  return isFit ? null : "PARAMETERS_NOT_ALLOWED";
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
