import { Secret } from "../secret.js";
import type { AccessTokens } from "./pubsub-publisher.js";

const PUBSUB_SCOPE = "https://www.googleapis.com/auth/pubsub";

/**
 * Access tokens from the machine's own Google credentials (GOOGLE_APPLICATION_CREDENTIALS or workload identity). The
 * library is loaded at the first token, so that an agent on the emulator never pays for it.
 */
export function googleTokens(): AccessTokens {
  let client: Promise<{ getAccessToken(): Promise<{ token?: string | null }> }> | null = null;
  return async () => {
    client ??= import("google-auth-library").then(({ GoogleAuth }) =>
      new GoogleAuth({ scopes: [PUBSUB_SCOPE] }).getClient(),
    );
    client.catch(() => (client = null)); // credentials that are mended later are found at the next attempt
    const { token } = await (await client).getAccessToken();
    if (typeof token !== "string" || token === "") throw new Error("Google gave no access token");
    return new Secret(token);
  };
}
