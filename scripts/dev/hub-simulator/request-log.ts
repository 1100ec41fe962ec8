import { classifyRequest } from "./classify-request.js";
import type { Classified, RequestClass } from "./classify-request.js";

/** One request as it arrived. The path has no query: the token is in there. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly requestClass: RequestClass;
  readonly receivedAtMs: number;
}

/** Memory bound of a simulator that runs for days; the newest stay. */
const MAX_RECORDED_REQUESTS = 20_000;

/** Records what was asked of the hub. A violation is anything outside of the allowed reads and the event socket. */
export class RequestLog {
  readonly requests: RecordedRequest[] = [];
  readonly violations: RecordedRequest[] = [];

  record(method: string, rawUrl: string, appId: string, receivedAtMs: number): Classified {
    const classified = classifyRequest(method, rawUrl, appId);
    const path = rawUrl.split("?", 1)[0] ?? "";
    const entry = { method, path, requestClass: classified.requestClass, receivedAtMs };
    keepNewest(this.requests, entry);
    if (classified.requestClass !== "allowed") keepNewest(this.violations, entry);
    return classified;
  }
}

function keepNewest(list: RecordedRequest[], entry: RecordedRequest): void {
  list.push(entry);
  if (list.length > MAX_RECORDED_REQUESTS) list.shift();
}
