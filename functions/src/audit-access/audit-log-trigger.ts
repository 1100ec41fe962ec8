import { write } from "firebase-functions/logger";
import { onRequest } from "firebase-functions/v2/https";
import type { HttpsFunction, HttpsOptions, Request } from "firebase-functions/v2/https";
import { pipeline } from "node:stream/promises";
import { serveAudit } from "./serve-audit.js";
import type { AuditMeans, AuditReply } from "./serve-audit.js";

const OPTIONS = {
  region: "us-central1",
  memory: "256MiB",
  // A file of an export is megabytes, on a slow line.
  timeoutSeconds: 300,
  concurrency: 40,
  minInstances: 0,
  maxInstances: 10,
  // The way in for outsiders' tools as well: sign-in or audit link is verified in every request.
  invoker: "public",
  cors: false,
} as const satisfies HttpsOptions;

type Response = NonNullable<Request["res"]>;

/** `auditLog`: the signed log as C2SP tlog-tiles serves it, and the files of exports. */
export function auditLogFunction(means: () => AuditMeans, newRequestId: () => string): HttpsFunction {
  return onRequest(OPTIONS, async (request, response) => {
    const startedMs = Date.now();
    const { method, path } = request;
    const authorization = request.get("authorization");
    const reply = await serveAudit({ method, path, authorization, requestId: newRequestId() }, means());
    const problem = await send(response, reply);
    const severity = reply.status >= 500 || problem !== null ? "ERROR" : reply.status >= 400 ? "NOTICE" : "INFO";
    const defect = problem ?? reply.defect;
    write({
      severity,
      component: "auditLog",
      event: "request.answered",
      status: reply.status,
      ms: Date.now() - startedMs,
      ...reply.logged,
      ...(defect === undefined ? {} : { problem: defect instanceof Error ? defect.name : typeof defect }),
    });
  });
}

/** A stream that breaks off after the first byte cannot be told from a broken line but by its length, which was announced. */
async function send(response: Response, { status, headers, body }: AuditReply): Promise<unknown> {
  response.status(status).set(headers);
  try {
    if (body instanceof Uint8Array) response.end(body);
    else await pipeline(body, response);
    return null;
  } catch (error) {
    response.destroy();
    return error;
  }
}
