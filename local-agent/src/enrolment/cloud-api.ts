import { API_ROUTES, ApiError, REASON_CODES } from "@studio-os/functions/contracts";
import type { ProofRouteName, RouteAnswer, RouteBodyInput } from "@studio-os/functions/contracts";

/** A first request may have to start the function. Milliseconds. */
const TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** The cloud said no, or nothing that can be understood; the sentence is for the person at the terminal. */
export class CloudRefused extends Error {
  override readonly name = "CloudRefused";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Asks the studio's API for one of the two things that a machine may ask for by a proof. Follows no redirect, so that a
 * code goes to the configured origin alone. Rejects with `CloudRefused`.
 */
export async function askCloud<Name extends ProofRouteName>(
  route: Name,
  to: { readonly cloudOrigin: string; readonly tenantId: string; readonly agentId: string },
  body: RouteBodyInput<Name>,
): Promise<RouteAnswer<Name>> {
  const { method, path, answer } = API_ROUTES[route];
  const url = to.cloudOrigin + path.replace("{tenantId}", to.tenantId).replace("{agentId}", to.agentId);
  const { status, text } = await send(url, method, JSON.stringify(body));
  const json = parseJson(text);
  if (status < 200 || status > 299) throw refusalOf(status, json);
  const parsed = answer.safeParse(json);
  if (!parsed.success) throw new CloudRefused("ANSWER_UNREADABLE", "The cloud's answer cannot be read.");
  return parsed.data as RouteAnswer<Name>;
}

async function send(url: string, method: string, body: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, {
      method,
      headers: { "content-type": "application/json" },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > MAX_ANSWER_BYTES) throw new Error("too large");
    }
    return { status: response.status, text };
  } catch {
    throw new CloudRefused("UNREACHABLE", "The cloud could not be reached, or redirected, or answered too much.");
  }
}

function refusalOf(status: number, json: unknown): CloudRefused {
  const refused = ApiError.safeParse(json);
  if (!refused.success) return new CloudRefused("ANSWER_UNREADABLE", `The cloud answered ${status}, and not why.`);
  const { code, message } = refused.data.error;
  return new CloudRefused(code, `${code}: ${message} ${REASON_CODES[code].whoCanLift}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
