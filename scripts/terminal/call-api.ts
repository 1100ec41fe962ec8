import { API_ROUTES, ApiError, IDEMPOTENCY_HEADER, REASON_CODES } from "@studio-os/functions/contracts";
import type { ApiRouteName, RouteAnswer, RouteBodyInput, RouteParams } from "@studio-os/functions/contracts";
import { CommandFailure, EXIT_CODES, unreachable } from "./failure.js";
import type { Means } from "./means.js";

/** A cold start, an export's first step and a job by hand all take their time. */
const ANSWER_TIMEOUT_MS = 120_000;

/** Calls one route and gives its answer. Throws `CommandFailure` with the studio's reason code for every refusal. */
export type CallApi = <Name extends ApiRouteName>(
  name: Name,
  params: Omit<RouteParams<Name>, "tenantId">,
  body: RouteBodyInput<Name>,
) => Promise<RouteAnswer<Name>>;

/** The typed client, made from the one route table. */
export function apiClient(means: Means, about: { origin: string; tenantId: string; token: string }): CallApi {
  return async (name, params, body) => {
    const { method, path, needsIdempotencyKey, answer } = API_ROUTES[name];
    const { status, json } = await send(
      means,
      `${about.origin}${fillPath(path, { ...params, tenantId: about.tenantId })}`,
      {
        method,
        headers: {
          authorization: `Bearer ${about.token}`,
          ...(body === null ? {} : { "content-type": "application/json" }),
          ...(needsIdempotencyKey ? { [IDEMPOTENCY_HEADER]: means.newKey() } : {}),
        },
        body: body === null ? null : JSON.stringify(body),
      },
    );
    const read = status < 400 ? answer.safeParse(json) : null;
    // The schema was picked by the same route name, which TypeScript does not follow through the union.
    if (read?.success === true) return read.data as RouteAnswer<typeof name>;
    throw toFailure(status, json);
  };
}

function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

async function send(means: Means, url: string, init: RequestInit): Promise<{ status: number; json: unknown }> {
  let response: Response;
  try {
    response = await means.fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return { status: response.status, json: JSON.parse(await response.text()) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) throw unreachable("ANSWER_UNREADABLE", "The server's answer is not JSON.");
    throw unreachable("NETWORK_UNREACHABLE", "The studio could not be reached, or gave no answer in two minutes.");
  }
}

/** The refusal of an answer that is not a success. */
export function toFailure(status: number, json: unknown): CommandFailure {
  const refusal = ApiError.safeParse(json);
  if (!refusal.success)
    return unreachable("ANSWER_UNREADABLE", `The server answered ${status} in a form that this program does not know.`);
  const { code, requestId, details } = refusal.data.error;
  const exitCode = EXIT_CODES.refused;
  return new CommandFailure(code, REASON_CODES[code].sentence, {
    exitCode,
    requestId,
    ...(details === undefined ? {} : { details }),
  });
}
