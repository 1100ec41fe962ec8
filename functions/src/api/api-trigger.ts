import { write } from "firebase-functions/logger";
import { onRequest } from "firebase-functions/v2/https";
import type { HttpsFunction, HttpsOptions, Request } from "firebase-functions/v2/https";
import { refusedReply, serve } from "../platform/http/serve.js";
import type { ApiReply, ServeMeans } from "../platform/http/serve.js";

const OPTIONS = {
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 60,
  concurrency: 40,
  minInstances: 0,
  maxInstances: 20,
  // The way in for browsers and terminals: the sign-in is verified in every request.
  invoker: "public",
  cors: false,
} as const satisfies HttpsOptions;

/** `api`: every action of a person, one route table. */
export function apiFunction(means: () => ServeMeans): HttpsFunction {
  return onRequest(OPTIONS, async (request, response) => {
    answerUnreadableBodies(request.app, () => means().newRequestId());
    const startedMs = Date.now();
    const reply = await serve(toApiRequest(request), means());
    log(reply, Date.now() - startedMs);
    send(response, reply);
  });
}

type Application = Request["app"];
type Response = NonNullable<Request["res"]>;

const hasLastWord = new WeakSet<Application>();

/**
 * The framework parses bodies before it calls us, and would answer what it cannot parse with a page of its own. From an
 * instance's first request on, the last word of its application is ours: INVALID_INPUT or BODY_TOO_LARGE, as JSON.
 */
function answerUnreadableBodies(application: Application, newRequestId: () => string): void {
  if (hasLastWord.has(application)) return;
  hasLastWord.add(application);
  application.use((error: unknown, request: unknown, response: Response, next: (error: unknown) => void) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = typeof error === "object" && error !== null && "status" in error ? error.status : null;
    const reason = status === 413 ? "BODY_TOO_LARGE" : status === 400 ? "INVALID_INPUT" : "INTERNAL";
    const reply = refusedReply({ kind: "refused", reason }, { requestId: newRequestId(), route: "none" });
    log({ ...reply, ...(reason === "INTERNAL" ? { defect: error } : {}) }, 0);
    send(response, reply);
  });
}

function send(response: Response, { status, headers, logged, body }: ApiReply): void {
  response
    .status(status)
    .set({ "Cache-Control": "no-store", "X-Request-Id": String(logged["requestId"]), ...headers })
    .json(body);
}

function toApiRequest(request: Request): Parameters<typeof serve>[0] {
  return {
    method: request.method,
    path: request.path,
    query: request.query,
    contentType: request.get("content-type"),
    authorization: request.get("authorization"),
    idempotencyKey: request.get("idempotency-key"),
    requestId: request.get("x-request-id"),
    bodyBytes: (request.rawBody as Buffer | undefined)?.length ?? 0,
    body: request.body as unknown,
  };
}

function log({ status, logged, defect }: ApiReply, ms: number): void {
  const severity = status >= 500 ? "ERROR" : status >= 400 ? "NOTICE" : "INFO";
  const problem = defect === undefined ? {} : { problem: describe(defect) };
  write({ severity, component: "api", event: "request.answered", status, ms, ...logged, ...problem });
}

/** Stack frames name our code; messages of foreign errors may quote stored values and stay out. */
function describe(defect: unknown): string {
  if (!(defect instanceof Error)) return typeof defect;
  const frames = (defect.stack ?? "").split("\n").filter((line) => line.trim().startsWith("at "));
  return [defect.name === "StudioError" ? `StudioError: ${defect.message}` : defect.name, ...frames.slice(0, 8)].join(
    "\n",
  );
}
