import { request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { ConnectorError } from "../../connector.js";
import { AccountError } from "./account-error.js";
import { isAllowedCall, parseOrigin } from "./allowed-calls.js";

/** One call of the account's API. Query and form may hold e-mail, code and password: nothing of a call is ever repeated. */
interface RestCall {
  readonly verb: "GET" | "POST";
  /** Scheme and host. */
  readonly base: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestAnswer {
  readonly status: number;
  /** The parsed body; undefined when it was no JSON. */
  readonly json: unknown;
  /** By the server's `Date` header; null when it named none. */
  readonly serverTimeMs: number | null;
  /** Seconds, by the `Retry-After` header; null when it named none. */
  readonly retryAfterSec: number | null;
}

export interface RestTransport {
  readonly trustedHosts: readonly string[];
  readonly ca?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Ends a call that is under way. */
  readonly signal?: (() => AbortSignal) | undefined;
}

export type SendCall = (call: RestCall) => Promise<RestAnswer>;

const REST_TIMEOUT_MS = 10_000;
/** Home data of a large home is some 200 kB. */
const MAX_BODY_BYTES = 1_048_576;
const MAX_HEADER_BYTES = 16_384;

/**
 * The only function of this package that talks HTTP: one allowed call to a trusted host. Redirects are not followed, because
 * credentials would go along. Rejects with an `AccountError` that says nothing of the call, or with `READ_ONLY`.
 */
export function createSender(transport: RestTransport): SendCall {
  return async (call) => {
    if (!isAllowedCall(call.verb, call.path))
      throw new ConnectorError("READ_ONLY", "The account's API is only asked for what is on the list");
    const origin = parseOrigin(call.base, transport.trustedHosts);
    if (origin === null) throw new AccountError("UNTRUSTED_ADDRESS");
    return exchange(origin, call, transport);
  };
}

function exchange(origin: URL, call: RestCall, transport: RestTransport): Promise<RestAnswer> {
  return new Promise((resolve, reject) => {
    const body = call.form === undefined ? "" : new URLSearchParams(call.form).toString();
    const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query).toString()}`;
    const options: RequestOptions & { ca?: string } = {
      method: call.verb,
      // An address literal keeps its brackets in a URL only.
      hostname: origin.hostname.replace(/^\[|\]$/gu, ""),
      port: origin.port,
      path: `${call.path}${query}`,
      headers: { ...call.headers, ...bodyHeaders(call, body) },
      maxHeaderSize: MAX_HEADER_BYTES,
      agent: false,
      ...(transport.ca !== undefined && { ca: transport.ca }),
    };
    const request = origin.protocol === "https:" ? httpsRequest(options) : httpRequest(options);
    const signal = transport.signal?.();
    const settle = (end: () => void): void => {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", onAbort);
      end();
      request.destroy();
    };
    const fail = (error: AccountError): void => settle(() => reject(error));
    // One deadline for everything: a server that drips a byte now and then does not hold it open.
    const deadline = setTimeout(() => fail(new AccountError("TIMEOUT")), transport.timeoutMs ?? REST_TIMEOUT_MS);
    const onAbort = (): void => fail(new AccountError("UNREACHABLE", "the client stops"));
    signal?.addEventListener("abort", onAbort, { once: true });
    request.on("error", () => fail(new AccountError("UNREACHABLE")));
    request.on("response", (response) => {
      collect(response, (answer) => settle(() => resolve(answer)), fail);
    });
    request.end(body);
  });
}

function bodyHeaders(call: RestCall, body: string): Record<string, string> {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  const shared = { accept: "application/json", "accept-encoding": "identity" };
  if (call.verb === "GET") return shared;
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return { ...shared, ...length, ...(call.form !== undefined && type) };
}

function collect(
  response: IncomingMessage,
  settle: (answer: RestAnswer) => void,
  fail: (error: AccountError) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) fail(new AccountError("UNREADABLE", "the answer is too large"));
    else chunks.push(chunk);
  });
  response.on("error", () => fail(new AccountError("UNREADABLE", "the answer was cut short")));
  response.on("end", () => {
    const { date, "retry-after": retryAfter } = response.headers;
    const serverTimeMs = Date.parse(date ?? "");
    settle({
      status: response.statusCode ?? 0,
      json: parseJson(Buffer.concat(chunks)),
      serverTimeMs: Number.isNaN(serverTimeMs) ? null : serverTimeMs,
      retryAfterSec: /^\d{1,7}$/u.test(retryAfter ?? "") ? Number(retryAfter) : null,
    });
  });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
