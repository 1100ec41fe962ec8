import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hindrances, illnesses } from "./agent-status.js";
import type { AgentStatus } from "./agent-status.js";
import { statusPage } from "./status-page.js";

/** Not a setting: what the agent says of itself never leaves the machine. */
const LOOPBACK = "127.0.0.1";
const MAX_CONNECTIONS = 8;
const REQUEST_TIMEOUT_MS = 2_000;
const MAX_HEADER_BYTES = 4_096;
/** A page of another origin that had its name resolve to this machine would send that name. */
const OWN_HOSTS = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Answers on this machine alone: `/healthz` (200: alive; 503: start it again), `/readyz` (200: works; 503 and why not),
 * `/status` (a page, or JSON where that is asked for). It takes GET and HEAD, reads no body and changes nothing. Rejects
 * when the port is taken; port 0 takes any.
 */
export function startStatusServer(port: number, status: () => AgentStatus): Promise<StatusServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES },
    (request, response) => send(request, response, answer(request, status)),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.keepAliveTimeout = 1;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      server.removeListener("error", reject);
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function answer(request: IncomingMessage, status: () => AgentStatus): Answer {
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "GET alone");
  if (!OWN_HOSTS.test(request.headers.host ?? "")) return text(403, "this machine alone");
  switch (request.url) {
    case "/healthz":
      return verdict(illnesses(status()), "alive");
    case "/readyz":
      return verdict(hindrances(status()), "ready");
    case "/status":
      return request.headers.accept?.includes("application/json") === true
        ? { code: 200, type: "application/json", body: JSON.stringify(status()) }
        : { code: 200, type: "text/html; charset=utf-8", body: statusPage(status()) };
    default:
      return text(404, "there are /healthz, /readyz and /status");
  }
}

const verdict = (problems: readonly string[], word: string): Answer =>
  problems.length === 0 ? text(200, word) : text(503, problems.join("\n"));
const text = (code: number, body: string): Answer => ({ code, type: "text/plain; charset=utf-8", body: `${body}\n` });

function send(request: IncomingMessage, response: ServerResponse, { code, type, body }: Answer): void {
  response.writeHead(code, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
