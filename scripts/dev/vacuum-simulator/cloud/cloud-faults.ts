import type { ServerResponse } from "node:http";

/** How the account's API can be broken. */
export const CLOUD_FAULT_KINDS = [
  "slow",
  "hang",
  "unauthorized",
  "expired",
  "rate_limited",
  "too_many",
  "server_error",
  "html",
  "not_json",
  "truncated",
  "oversized",
  "redirect",
  "agreement",
  "leaving",
] as const;
export type CloudFaultKind = (typeof CLOUD_FAULT_KINDS)[number];

export interface CloudFault {
  readonly kind: CloudFaultKind;
  /** How many calls it hits before it ends by itself; absent: until cleared. */
  readonly times?: number;
  /** Hits calls whose path begins like this; absent: all. */
  readonly path?: string;
  /** For `slow`. */
  readonly delayMs?: number;
}

const OVERSIZED_BYTES = 3 * 1024 * 1024;
const HTML = "<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>";

/** Plays a fault instead of an answer. False: it only delays, and the answer still has to come. */
export function playFault(kind: CloudFaultKind, response: ServerResponse, place: string): boolean {
  const json = (status: number, body: unknown): boolean => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    return true;
  };
  switch (kind) {
    case "slow":
      return false;
    case "hang":
      return true;
    case "unauthorized":
      return json(401, { code: "auth.err", msg: "auth.err.invalid.token", timestamp: Math.floor(Date.now() / 1_000) });
    case "expired":
      return json(200, { code: 2010, msg: "token is invalid" });
    case "rate_limited":
      response.setHeader("retry-after", "120");
      return json(429, { code: 429, msg: "too many requests" });
    case "too_many":
      return json(200, { code: 9002, msg: "too many requests" });
    case "agreement":
      return json(200, { code: 3009, msg: "user agreement not accepted" });
    case "leaving":
      return json(200, { code: 3030, msg: "account is being deleted in this region" });
    case "server_error":
      return json(503, { code: 503, msg: "unavailable" });
    case "html":
      response.writeHead(200, { "content-type": "text/html" }).end(HTML);
      return true;
    case "not_json":
      response.writeHead(200, { "content-type": "application/json" }).end("{{{ no JSON");
      return true;
    case "truncated":
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"code":200,"data":{"url":');
      setImmediate(() => response.destroy());
      return true;
    case "oversized":
      response.writeHead(200, { "content-type": "application/json" }).end(" ".repeat(OVERSIZED_BYTES));
      return true;
    case "redirect":
      response.writeHead(307, { location: `${place}/user/devices/newadd` }).end();
      return true;
  }
}
