import { API_ROUTES } from "@studio-os/functions/contracts";
import type { RouteBody, RouteBodyInput } from "@studio-os/functions/contracts";
import * as z from "zod";

/** A first request starts the function, which takes seconds on a busy machine. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Thirty days less a minute: what the contract allows, whichever clock is ahead. */
const LENT_FOR_MS = 30 * 24 * 3_600_000 - 60_000;

const SignIn = z.object({ idToken: z.string() });

export interface EnrolRequest {
  /** `host:port` of the auth emulator. */
  readonly authHost: string;
  /** Scheme, host and port that answer `/api/…`. */
  readonly apiOrigin: string;
  readonly tenantId: string;
  readonly owner: { readonly email: string; readonly password: string };
  readonly agent: RouteBody<"enrolAgent">;
  /** Capabilities that it may ask for. */
  readonly scopes: readonly [string, ...string[]];
}

/** Enrols the agent and lends it rights, as an owner would: signs in with a password and calls the API. Throws with the API's answer when it says no. */
export async function enrolDemoAgent(request: EnrolRequest): Promise<void> {
  const idToken = await signIn(request);
  await call(request, idToken, API_ROUTES.enrolAgent, request.agent);
  const lent: RouteBodyInput<"grantDelegation"> = {
    agentId: request.agent.agentId,
    scopes: [...request.scopes],
    expiresAt: new Date(Date.now() + LENT_FOR_MS).toISOString(),
    reason: "The agent watches the kiln room for the studio.",
  };
  await call(request, idToken, API_ROUTES.grantDelegation, lent);
}

async function call(
  { apiOrigin, tenantId }: EnrolRequest,
  idToken: string,
  { method, path }: (typeof API_ROUTES)["enrolAgent" | "grantDelegation"],
  body: object,
): Promise<void> {
  const response = await fetch(`${apiOrigin}${path.replace("{tenantId}", tenantId)}`, {
    method,
    headers: { authorization: `Bearer ${idToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The agent was not enrolled: ${response.status} ${text.slice(0, 500)}`);
}

/** Identity Toolkit REST, `accounts:signInWithPassword`; the emulator takes any API key. */
async function signIn({ authHost, owner }: EnrolRequest): Promise<string> {
  const path = "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo-key";
  const response = await fetch(`http://${authHost}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: owner.email, password: owner.password, returnSecureToken: true }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const parsed = SignIn.safeParse(await response.json());
  if (!parsed.success)
    throw new Error(`${owner.email} could not sign in: the auth emulator answered ${response.status}.`);
  return parsed.data.idToken;
}
