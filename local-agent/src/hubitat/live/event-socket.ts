import { WebSocket } from "ws";
import type { ClientOptions, RawData } from "ws";
import { hubEventSocketUrl } from "../allow-list.js";
import type { HubAddress } from "../allow-list.js";
import { pinnedTls } from "../send-read.js";
import { joinEventText } from "./event-text.js";
import type { LiveChannel, LiveListener } from "./live-channel.js";
import { parseSocketEvent } from "./live-event.js";

/** Bounds of the socket in milliseconds; tests make them shorter. */
export interface SocketTiming {
  readonly handshakeMs: number;
  /** How often the hub is asked for a sign of life, and how long it has for it: a half-open connection says nothing. */
  readonly pingEveryMs: number;
  readonly pongWithinMs: number;
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
  /** A connection that lived shorter is no recovery: the hub may accept and drop in a loop. */
  readonly provenAfterMs: number;
}

const TIMING: SocketTiming = {
  handshakeMs: 10_000,
  pingEveryMs: 60_000,
  pongWithinMs: 10_000,
  retryFirstMs: 3_000,
  retryLongestMs: 60_000,
  provenAfterMs: 30_000,
};

const MAX_MESSAGE_BYTES = 262_144;
const RETRY_FACTOR = 2;
const STOP_WITHIN_MS = 1_000;

/**
 * Listens on the hub's `/eventsocket`. It takes no token, and carries the events of every device of the hub, shared or not:
 * what does not belong here is dropped by its id, unread. null: this hub has no socket (the cloud relay).
 */
export function createEventSocket(
  hub: HubAddress & { readonly pinnedCertificatePem?: string | undefined },
  listener: LiveListener,
  chance: () => number,
  timing: SocketTiming = TIMING,
): LiveChannel | null {
  const url = hubEventSocketUrl(hub);
  if (url === null) return null;
  let socket: WebSocket | null = null;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let pending = "";
  let isStopped = true;

  function connect(target: string): void {
    const opened = new WebSocket(target, optionsOf(hub.pinnedCertificatePem, timing));
    const openedAtMs = performance.now();
    socket = opened;
    pending = "";
    opened.on("open", () => {
      listener.onOpen();
      keepAlive(opened);
    });
    opened.on("message", (data, isBinary) => hear(data, isBinary));
    // What went wrong is told by the close that follows; the error may carry the address.
    opened.on("error", () => undefined);
    opened.on("close", () => {
      clearTimeout(timer);
      socket = null;
      if (isStopped) return;
      failures = performance.now() - openedAtMs >= timing.provenAfterMs ? 1 : failures + 1;
      timer = setTimeout(() => connect(target), retryMs(failures, chance(), timing));
    });
  }

  function keepAlive(opened: WebSocket): void {
    timer = setTimeout(() => {
      opened.ping();
      timer = setTimeout(() => opened.terminate(), timing.pongWithinMs);
      opened.once("pong", () => {
        clearTimeout(timer);
        keepAlive(opened);
      });
    }, timing.pingEveryMs);
  }

  function hear(data: RawData, isBinary: boolean): void {
    const joined = isBinary ? null : joinEventText(pending, textOf(data));
    pending = joined?.pending ?? "";
    if (joined === null || joined.isLost) listener.onMalformed();
    if (joined?.event === undefined) return;
    const event = parseSocketEvent(joined.event);
    if (event === null) listener.onMalformed();
    else listener.onEvent(event);
  }

  return {
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    start: () => {
      if (isStopped) {
        isStopped = false;
        connect(url);
      }
      return Promise.resolve();
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      const last = socket;
      if (last === null) return;
      await new Promise<void>((resolve) => {
        const giveUp = setTimeout(() => last.terminate(), STOP_WITHIN_MS);
        last.once("close", () => {
          clearTimeout(giveUp);
          resolve();
        });
        last.close();
      });
    },
  };
}

/** Answers: how long until the n-th attempt (1 = first)? Doubling, spread over the upper half, never above the longest. */
export function retryMs(failures: number, chance: number, timing: SocketTiming = TIMING): number {
  const grown = timing.retryFirstMs * RETRY_FACTOR ** Math.min(failures - 1, 30);
  return Math.min(timing.retryLongestMs, grown) * (0.5 + chance / 2);
}

function optionsOf(pinnedCertificatePem: string | undefined, timing: SocketTiming): ClientOptions {
  return {
    // The package's types want a boolean; it hands the function on to `tls.connect`, which wants what this one gives.
    ...(pinnedCertificatePem !== undefined && (pinnedTls(pinnedCertificatePem) as unknown as ClientOptions)),
    handshakeTimeout: timing.handshakeMs,
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.isBuffer(data) ? data.toString("utf8") : Buffer.from(data).toString("utf8");
}
