import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { DEFAULT_SLOW_MS } from "./faults.js";
import type { Fault } from "./faults.js";

/** One answer as the hub would like to give it, before a fault spoils it. */
export interface HubAnswer {
  readonly status: number;
  readonly body: string | Buffer;
}

const LOGIN_PAGE = "<!doctype html>\n<html><head><title>Hubitat Elevation</title></head><body>Login</body></html>";
const STARTING_PAGE = "<html><head><title>Hubitat</title></head><body><h1>Your hub is starting up</h1></body></html>";
const OVERSIZED_BYTES = 17 * 1024 * 1024;
/** In front of random bytes, so that they are no JSON and no web page by chance. */
const NUL = Buffer.from([0]);
const MAX_GARBAGE_BYTES = 4_096;
const DRIP_INTERVAL_MS = 50;
/** What `429` asks a client to wait. */
const RETRY_AFTER_SECONDS = 90;

export interface AnswerContext {
  readonly contentType: string;
  /** Repeated in refusals, as careless servers do. */
  readonly token: string;
  /** Where a redirect leads: a device command, so that following it does damage. */
  readonly redirectTo: string;
  /** Timers started for late answers; the server clears them when it stops. */
  readonly timers: Set<NodeJS.Timeout>;
}

/** Sends an answer, spoiled by the fault in force. */
export function sendAnswer(
  response: ServerResponse,
  answer: HubAnswer,
  fault: Fault | null,
  context: AnswerContext,
): void {
  const send = (sent: HubAnswer) => {
    const isLimit = sent.status === 429;
    response.writeHead(sent.status, {
      "content-type": context.contentType,
      ...(isLimit && { "retry-after": String(RETRY_AFTER_SECONDS) }),
    });
    response.end(sent.body);
  };
  switch (fault?.kind) {
    case "slow":
      later(context.timers, fault.delayMs ?? DEFAULT_SLOW_MS, () => send(answer));
      break;
    case "drip":
      drip(response, String(answer.body), context);
      break;
    case "redirect":
      response.writeHead(302, { location: context.redirectTo });
      response.end();
      break;
    case "reset":
      response.destroy();
      break;
    case "stall":
      response.writeHead(200, { "content-type": context.contentType, "content-length": answer.body.length });
      response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)));
      break;
    case "hang":
      break;
    default:
      send(spoil(answer, fault?.kind, context.token));
  }
}

function spoil(answer: HubAnswer, kind: Fault["kind"] | undefined, token: string): HubAnswer {
  switch (kind) {
    case "401":
      return { status: 401, body: JSON.stringify({ error: "invalid_token", error_description: token }) };
    case "403":
    case "404":
    case "408":
      return { status: Number(kind), body: '{"error":true,"type":"AppException","message":"Not for you"}' };
    case "wrong_shape":
      return { status: 200, body: '{"devices":{"5":{"id":5}}}' };
    case "429":
      return { status: 429, body: `Too many requests with ${token}` };
    case "503":
      return { status: 503, body: STARTING_PAGE };
    case "garbage":
      return { status: 200, body: Buffer.concat([NUL, randomBytes(Math.floor(Math.random() * MAX_GARBAGE_BYTES))]) };
    case "500":
      return { status: 500, body: '{"error":true,"type":"java.lang.NullPointerException","message":"An error"}' };
    case "html":
      return { status: 200, body: LOGIN_PAGE };
    case "restart":
      return { status: 200, body: STARTING_PAGE };
    case "empty":
      return { status: 200, body: "" };
    case "truncated":
      return { status: 200, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
    case "error200":
      return { status: 200, body: '{"error":"app is not ready"}' };
    case "oversized":
      return { status: 200, body: `[${" ".repeat(OVERSIZED_BYTES)}]` };
    default:
      return answer;
  }
}

function drip(response: ServerResponse, body: string, context: AnswerContext): void {
  response.writeHead(200, { "content-type": context.contentType });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.slice(sent, sent + 1));
    sent += 1;
    if (sent < body.length && !response.destroyed) return;
    clearInterval(timer);
    context.timers.delete(timer);
    response.end();
  }, DRIP_INTERVAL_MS);
  context.timers.add(timer);
}

function later(timers: Set<NodeJS.Timeout>, delayMs: number, run: () => void): void {
  const timer = setTimeout(() => {
    timers.delete(timer);
    run();
  }, delayMs);
  timers.add(timer);
}
