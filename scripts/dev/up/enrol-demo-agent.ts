import { API_ROUTES } from "@studio-os/functions/contracts";
import type { RouteBody } from "@studio-os/functions/contracts";
import * as z from "zod";

/** A first request starts the function, which takes seconds on a busy machine. */
const REQUEST_TIMEOUT_MS = 60_000;

const SignIn = z.object({ idToken: z.string() });

export interface EnrolRequest {
  /** `host:port` of the auth emulator. */
  readonly authHost: string;
  /** Scheme, host and port that answer `/api/…`. */
  readonly apiOrigin: string;
  readonly tenantId: string;
  readonly owner: { readonly email: string; readonly password: string };
  readonly agent: RouteBody<"enrolAgent">;
}

/** Enrols the agent as an owner would: signs in with a password and calls the API. Throws with the API's answer when it says no. */
export async function enrolDemoAgent(request: EnrolRequest): Promise<void> {
  const idToken = await signIn(request);
  const path = API_ROUTES.enrolAgent.path.replace("{tenantId}", request.tenantId);
  const response = await fetch(`${request.apiOrigin}${path}`, {
    method: API_ROUTES.enrolAgent.method,
    headers: { authorization: `Bearer ${idToken}`, "content-type": "application/json" },
    body: JSON.stringify(request.agent),
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
