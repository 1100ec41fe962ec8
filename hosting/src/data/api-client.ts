import { API_ROUTES, ApiError, IDEMPOTENCY_HEADER } from "@studio-os/functions/contracts";
import type { ApiRouteName, RouteAnswer } from "@studio-os/functions/contracts";
import type { ApiCall, ApiFailure, ApiOutcome, ClientFailure } from "./studio-data.js";

/** How long the cockpit waits for an answer before it says so, in milliseconds. The key of the intent is kept. */
const ANSWER_TIMEOUT_MS = 20_000;

export interface ApiClientDeps {
  /** The current ID token, or null when there is no sign-in. */
  readonly idToken: () => Promise<string | null>;
  /** Told when the server says that the sign-in does not count. */
  readonly onUnauthenticated: () => void;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * The typed API client, made from the one route table: path, method, body and answer are the contract's. Never throws:
 * an unreachable server, a timeout and an answer of the wrong shape are failures with a code like every refusal.
 */
export function createApiClient(deps: ApiClientDeps): ApiCall {
  return async function call(route, params, body, options) {
    const { method, path } = API_ROUTES[route];
    try {
      const token = await deps.idToken();
      if (token === null) {
        deps.onUnauthenticated();
        return failed("UNAUTHENTICATED", "Your sign-in has ended.");
      }
      const response = await deps.fetch(fillPath(path, params), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === null ? {} : { "content-type": "application/json" }),
          ...(options?.idempotencyKey === undefined ? {} : { [IDEMPOTENCY_HEADER]: options.idempotencyKey }),
        },
        body: body === null ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const outcome = readAnswer(route, response.ok, await readJson(response), response.status);
      if (outcome.kind === "failed" && outcome.failure.code === "UNAUTHENTICATED") deps.onUnauthenticated();
      return outcome;
    } catch (error) {
      if (error instanceof DOMException && error.name === "TimeoutError") {
        return failed("ANSWER_TIMED_OUT", "No answer came in 20 seconds. Trying again is safe: nothing happens twice.");
      }
      return failed("NETWORK_UNREACHABLE", "The server could not be reached. Nothing you typed is lost.");
    }
  };
}

/** Puts the parameters into `{name}` segments; anything that could leave its segment is encoded. */
export function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
}

function readAnswer<N extends ApiRouteName>(route: N, isOk: boolean, json: unknown, status: number): ApiOutcome<N> {
  if (isOk) {
    const answer = API_ROUTES[route].answer.safeParse(json);
    // The schema was picked by the same route name, which TypeScript does not follow through the union.
    if (answer.success) return { kind: "done", answer: answer.data as RouteAnswer<N> };
    return failed(
      "ANSWER_UNREADABLE",
      "The server answered in a form that this cockpit does not know. Reload the page.",
    );
  }
  const refusal = ApiError.safeParse(json);
  if (!refusal.success) return failed("ANSWER_UNREADABLE", `The server answered ${status} without a readable reason.`);
  const { code, message, requestId, details } = refusal.data.error;
  return { kind: "failed", failure: { code, message, requestId, details: details ?? {} } };
}

function failed(
  code: ClientFailure | "UNAUTHENTICATED",
  message: string,
): { readonly kind: "failed"; readonly failure: ApiFailure } {
  return { kind: "failed", failure: { code, message, requestId: null, details: {} } };
}
