import * as z from "zod";
import { unreachable, unusable } from "./failure.js";
import type { Means } from "./means.js";
import type { StudioAddresses } from "./read-config.js";

const SIGN_IN_TIMEOUT_MS = 30_000;

const SignedIn = z.object({ idToken: z.string().min(1) });
const Refused = z.object({ error: z.object({ message: z.string() }) });

/**
 * Who is at this terminal, as an ID token of the project? STUDIO_TOKEN as it is; otherwise a sign-in with password, which is also
 * recent enough for sensitive actions. A password comes from STUDIO_PASSWORD or from the keyboard, never from the command line,
 * which every process of the machine can read. Throws NOT_CONFIGURED, SIGN_IN_FAILED and NETWORK_UNREACHABLE.
 */
export async function signIn(
  means: Means,
  addresses: StudioAddresses,
  emailOption: string | undefined,
): Promise<string> {
  const token = means.env["STUDIO_TOKEN"];
  if (token !== undefined && token !== "") return token;
  const email = emailOption ?? means.env["STUDIO_EMAIL"] ?? "";
  if (email === "")
    throw unusable("NOT_CONFIGURED", "Say who you are: --email or STUDIO_EMAIL, or a token in STUDIO_TOKEN.");
  const password = means.env["STUDIO_PASSWORD"] ?? (await means.askSecret(`Password of ${email}: `));
  if (password === null || password === "")
    throw unusable("NOT_CONFIGURED", "No password: set STUDIO_PASSWORD where there is no keyboard.");
  return exchange(means, addresses, email, password);
}

/** Identity Toolkit REST, `accounts:signInWithPassword`. */
async function exchange(means: Means, addresses: StudioAddresses, email: string, password: string): Promise<string> {
  const url = `${addresses.identityOrigin}/v1/accounts:signInWithPassword?key=${encodeURIComponent(addresses.apiKey)}`;
  let answer: unknown;
  try {
    const response = await means.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password, returnSecureToken: true }),
      signal: AbortSignal.timeout(SIGN_IN_TIMEOUT_MS),
    });
    answer = await response.json();
  } catch {
    throw unreachable("NETWORK_UNREACHABLE", "The sign-in service could not be reached.");
  }
  const signedIn = SignedIn.safeParse(answer);
  if (signedIn.success) return signedIn.data.idToken;
  const refused = Refused.safeParse(answer);
  // The provider's own word, such as INVALID_PASSWORD: it quotes nothing that was sent.
  const why = refused.success && /^[A-Z_]{1,60}/.exec(refused.data.error.message)?.[0];
  throw unreachable("SIGN_IN_FAILED", `${email} could not sign in${typeof why === "string" ? `: ${why}` : ""}.`);
}
