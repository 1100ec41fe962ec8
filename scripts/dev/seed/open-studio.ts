import { API_ROUTES, ApiError } from "@studio-os/functions/contracts";
import * as z from "zod";
import type { SignIn } from "./staff-accounts.js";

const TIMEOUT_MS = 30_000;
const REASON = "Opening the studio: seeded, looked through, ready to work.";

export interface OpenStudioOptions {
  /** Where the HTTP API answers: everything before `/api/v1`. */
  readonly apiOrigin: string;
  /** Of the Auth emulator. */
  readonly authHost: string;
  readonly tenantId: string;
  /** Two people who may release a stop: the first asks, the second confirms. */
  readonly signIns: readonly [SignIn, SignIn];
}

/**
 * Opens a new studio, which starts stopped, the way its people would: two of them sign in and release the stop through the
 * audited call. Answers false when it was open already. Throws, with the reason code, when a call is refused.
 */
export async function openStudio(options: OpenStudioOptions): Promise<boolean> {
  const [asks, confirms] = options.signIns;
  const firstToken = await signIn(options.authHost, asks);
  if ((await readMode(options, firstToken)) === "normal") return false;
  const request = await release(options, firstToken);
  // An earlier run may have asked and then ended: this person's request still stands, and the other one can confirm it.
  if (request.kind === "refused" && request.error.error.code !== "RELEASE_NOT_CONFIRMED")
    throw refusalOf(request.error);
  if (request.kind === "answered" && request.answer.isReleased) return true;
  const confirmation = await release(options, await signIn(options.authHost, confirms));
  if (confirmation.kind === "refused") throw refusalOf(confirmation.error);
  if (!confirmation.answer.isReleased)
    throw new Error(`${options.tenantId} is still stopped though ${asks.uid} asked and ${confirms.uid} confirmed`);
  return true;
}

const SignInAnswer = z.object({ idToken: z.string().min(1) });

/** Signs in with the password, as the cockpit does. The key is a word the emulator ignores; it is no credential. */
async function signIn(authHost: string, { uid, email, password }: SignIn): Promise<string> {
  const url = `http://${authHost}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password, returnSecureToken: true }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = SignInAnswer.safeParse(await readJson(response));
  if (!answer.success) throw new Error(`${uid} could not sign in: the Auth emulator answered ${response.status}`);
  return answer.data.idToken;
}

async function readMode(options: OpenStudioOptions, token: string): Promise<string> {
  const called = await call(options, "GET", API_ROUTES.getControl.path, token, API_ROUTES.getControl.answer);
  if (called.kind === "refused") throw refusalOf(called.error);
  return called.answer.effectiveMode;
}

const release = (options: OpenStudioOptions, token: string) =>
  call(options, "POST", API_ROUTES.releaseStop.path, token, API_ROUTES.releaseStop.answer, { reason: REASON });

type Called<T> =
  { readonly kind: "answered"; readonly answer: T } | { readonly kind: "refused"; readonly error: ApiError };

async function call<T>(
  { apiOrigin, tenantId }: OpenStudioOptions,
  method: "GET" | "POST",
  path: string,
  token: string,
  schema: z.ZodType<T>,
  body?: object,
): Promise<Called<T>> {
  const route = path.replace("{tenantId}", tenantId);
  const response = await fetch(`${apiOrigin.replace(/\/$/, "")}${route}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const json = await readJson(response);
  const answer = schema.safeParse(json);
  if (response.ok && answer.success) return { kind: "answered", answer: answer.data };
  const error = ApiError.safeParse(json);
  if (error.success) return { kind: "refused", error: error.data };
  throw new Error(`${method} ${route} answered ${response.status} with something that is not in the contract`);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // An error page of a proxy or an emulator that is not up yet: the caller says what was expected.
    return null;
  }
}

function refusalOf({ error }: ApiError): Error {
  return new Error(`The studio could not be opened: ${error.code}: ${error.message} (request ${error.requestId})`);
}
