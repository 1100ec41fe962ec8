import * as z from "zod";

/** How the sender of a push is told from anybody else. */
export type PushAuthMode =
  /** The Pub/Sub emulator signs nothing, so there every push is let in. */
  | { readonly kind: "emulator" }
  /** Cloud Run has verified the token before this code ran (the push account is its only invoker) and cut its signature off. */
  | { readonly kind: "cloudRunIam"; readonly audience: string; readonly serviceAccount: string }
  /** This code verifies the token itself, for a deployment in front of which nobody does. */
  | { readonly kind: "function"; readonly audience: string; readonly serviceAccount: string }
  | { readonly kind: "closed"; readonly problem: string };

/** Cloud Run lets a token in for the address of the one service that it was made for, so each function has its own. */
export type AudienceSetting =
  "UPLINK_PUSH_AUDIENCE" | "UPLINK_DEAD_LETTER_PUSH_AUDIENCE" | "STUDIO_EVENTS_PUSH_AUDIENCE";

const Verifier = z.enum(["cloudRunIam", "function"]);
const Audience = z.url({ protocol: /^https$/ });
const ServiceAccount = z.email();

/**
 * Who may push here? Without a token only inside the functions emulator *and* on a `demo-` project, which cannot reach a
 * real one: either alone is not enough. With a token where the whole configuration is there. Anything else is closed.
 */
export function pushAuthMode(
  env: Readonly<Record<string, string | undefined>>,
  audienceSetting: AudienceSetting,
): PushAuthMode {
  const isEmulator = env["FUNCTIONS_EMULATOR"] === "true";
  const isDemo = env["GCLOUD_PROJECT"]?.startsWith("demo-") === true;
  if (isEmulator && isDemo) return { kind: "emulator" };
  if (isEmulator || isDemo)
    return { kind: "closed", problem: "half an emulator: FUNCTIONS_EMULATOR and a demo- project" };
  const verifier = Verifier.safeParse(env["UPLINK_PUSH_VERIFIER"]);
  const audience = Audience.safeParse(env[audienceSetting]);
  const account = ServiceAccount.safeParse(env["UPLINK_PUSH_SERVICE_ACCOUNT"]);
  if (verifier.success && audience.success && account.success)
    return { kind: verifier.data, audience: audience.data, serviceAccount: account.data };
  const wrong = [
    ...(verifier.success ? [] : ["UPLINK_PUSH_VERIFIER"]),
    ...(audience.success ? [] : [audienceSetting]),
    ...(account.success ? [] : ["UPLINK_PUSH_SERVICE_ACCOUNT"]),
  ];
  return { kind: "closed", problem: `not configured: ${wrong.join(", ")}` };
}

/** The claims of a Google-signed OIDC token that are looked at. */
const PushClaims = z.object({
  iss: z.enum(["https://accounts.google.com", "accounts.google.com"]),
  aud: z.string(),
  email: z.string(),
  email_verified: z.literal(true),
  /** Seconds since the epoch. */
  exp: z.number(),
});

/** Verifies signature, audience and expiry and returns the claims; rejects otherwise. */
export type VerifyIdToken = (idToken: string, audience: string) => Promise<unknown>;

/** What Cloud Run puts in the place of the signature of a token that it has verified (Cloud Run, service-to-service). */
const CUT_SIGNATURE = "SIGNATURE_REMOVED_BY_GOOGLE";

/**
 * Did the push subscription's own service account send this request? True only for a token of that account, for this
 * audience, that is not expired and that somebody has verified: see `PushAuthMode`.
 */
export async function isAuthenticPush(
  mode: PushAuthMode,
  authorization: string | undefined,
  nowMs: number,
  verifyIdToken: VerifyIdToken,
): Promise<boolean> {
  if (mode.kind === "emulator") return true;
  if (mode.kind === "closed") return false;
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? "")?.[1];
  if (token === undefined) return false;
  const isCut = token.endsWith(`.${CUT_SIGNATURE}`);
  // A cut signature proves something only where Cloud Run stands in front, and there every token comes with one.
  if (isCut !== (mode.kind === "cloudRunIam")) return false;
  const claims = PushClaims.safeParse(
    isCut ? readClaims(token) : await verifiedClaims(token, mode.audience, verifyIdToken),
  );
  return (
    claims.success &&
    claims.data.aud === mode.audience &&
    claims.data.email === mode.serviceAccount &&
    claims.data.exp * 1_000 > nowMs
  );
}

function readClaims(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as unknown;
  } catch {
    return null;
  }
}

async function verifiedClaims(token: string, audience: string, verifyIdToken: VerifyIdToken): Promise<unknown> {
  try {
    return await verifyIdToken(token, audience);
  } catch {
    return null;
  }
}
