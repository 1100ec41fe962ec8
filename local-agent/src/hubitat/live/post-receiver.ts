import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { ConnectorError } from "../../connector.js";
import type { PostUrlConfig } from "./live-config.js";
import type { LiveChannel, LiveListener } from "./live-channel.js";
import { parsePostedEvent } from "./live-event.js";

/** An event is some 300 bytes. */
const MAX_BODY_BYTES = 65_536;
const MAX_HEADER_BYTES = 8_192;
const MAX_CONNECTIONS = 16;
const MAX_REQUESTS_A_SOCKET = 1_000;
/** From the first byte to the last: a hub on the same network needs milliseconds. */
const REQUEST_MS = 5_000;
/** A studio's hub tells some ten events a second at its busiest; a scene that switches everything tells them at once. */
const EVENTS_AT_ONCE = 500;
const EVENTS_A_SECOND = 50;
const PATH = "/hub-events/";

/**
 * Listens for the events that the hub POSTs to the URL a person pasted into the Maker API app; this program never sets it.
 * Taken are JSON posts from the hub's own address to the secret path, and nothing else. The hub signs nothing, so whoever
 * forges its address can forge an event: see `isCalming` for what such an event cannot do.
 */
export function createPostReceiver(
  config: PostUrlConfig,
  listener: LiveListener,
  /** Milliseconds of a clock that nobody sets. */
  steadyMs: () => number = () => performance.now(),
): LiveChannel {
  const mayTake = rateBound(steadyMs);
  const wanted = digest(`${PATH}${config.pathSecret}`);
  const sources = new Set(config.hubAddresses);
  let server: Server | null = null;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refuse(request);
    const body = refusal === null ? await readBody(request) : null;
    const event = body === null ? null : parsePostedEvent(parseJson(body));
    const status = refusal ?? (body === null ? 413 : event === null ? 400 : 204);
    // The hub waits for the answer before it goes on: it comes before anything is done with the event.
    response.writeHead(status, { connection: status === 204 ? "keep-alive" : "close" }).end();
    if (status !== 204) request.destroy();
    if (event !== null) listener.onEvent(event);
    else listener.onMalformed();
  }

  /** Answers: with which status is this request turned away before its body is read? null: it is not. */
  function refuse({ socket, url, method, headers }: IncomingMessage): number | null {
    const peer = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    if (!sources.has(peer)) return 403;
    if (!timingSafeEqual(digest(url ?? ""), wanted)) return 404;
    if (method !== "POST") return 405;
    if (!/^application\/json\b/.test(headers["content-type"] ?? "")) return 415;
    return mayTake() ? null : 429;
  }

  return {
    isOpen: () => server?.listening === true,
    start: async () => {
      if (server !== null) return;
      const opening = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
        answer(request, response).catch(() => request.destroy());
      });
      opening.maxConnections = MAX_CONNECTIONS;
      opening.maxRequestsPerSocket = MAX_REQUESTS_A_SOCKET;
      opening.headersTimeout = REQUEST_MS;
      opening.requestTimeout = REQUEST_MS;
      opening.keepAliveTimeout = REQUEST_MS;
      opening.on("clientError", (_error, socket) => socket.destroy());
      server = opening;
      await listen(opening, config);
      listener.onOpen();
    },
    stop: async () => {
      const closing = server;
      server = null;
      if (closing === null) return;
      await new Promise<void>((resolve) => {
        closing.close(() => resolve());
        closing.closeAllConnections();
      });
    },
  };
}

/** What is too much is not heard; the next poll tells how things stand. */
function rateBound(steadyMs: () => number): () => boolean {
  let left = EVENTS_AT_ONCE;
  let filledAtMs = steadyMs();
  return () => {
    const nowMs = steadyMs();
    left = Math.min(EVENTS_AT_ONCE, left + ((nowMs - filledAtMs) / 1_000) * EVENTS_A_SECOND);
    filledAtMs = nowMs;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

/** What a person pastes into "URL to POST device events to". It carries the secret: show it to that person alone. */
export function postUrlOf({ listenHost, port, pathSecret }: PostUrlConfig): string {
  return `http://${listenHost.includes(":") ? `[${listenHost}]` : listenHost}:${port}${PATH}${pathSecret}`;
}

async function listen(server: Server, { listenHost, port }: PostUrlConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const what = `hubitat: cannot listen for events (${error.code ?? "unknown error"})`;
      reject(new ConnectorError("UNREACHABLE", what));
    });
    server.listen({ host: listenHost, port, exclusive: true }, () => resolve());
  });
}

/** null: more than is believed. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Of one length, so that the comparison takes the same time for every path. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
