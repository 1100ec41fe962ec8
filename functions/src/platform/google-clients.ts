import type { KeyManagementServiceClient } from "@google-cloud/kms";
import type { Bucket } from "@google-cloud/storage";
import { GoogleAuth } from "google-auth-library";
import * as z from "zod";

/** Cloud KMS, loaded where something is signed: most functions sign nothing, and start the sooner. */
export async function openKms(): Promise<KeyManagementServiceClient> {
  const { KeyManagementServiceClient } = await import("@google-cloud/kms");
  return new KeyManagementServiceClient();
}

/** A bucket of Cloud Storage, loaded where it is used. */
export async function openBucket(name: string): Promise<Bucket> {
  const { Storage } = await import("@google-cloud/storage");
  return new Storage().bucket(name);
}

const AccessedSecret = z.object({
  payload: z.object({ data: z.base64(), dataCrc32c: z.string().regex(/^[0-9]{1,10}$/) }),
});

/** One version of a secret: its bytes, and the CRC-32C that Secret Manager computed over them. Never kept, never logged. */
export interface Secret {
  readonly bytes: Uint8Array;
  readonly crc32c: number;
}

/** The least that is needed of an authorised client: a request with the caller's token. */
export type SecretRequests = Pick<GoogleAuth, "request">;

/**
 * Reads versions of secrets in Secret Manager (`projects.secrets.versions.access` of its REST API, v1). What fails says neither the
 * answer nor the token.
 */
export function secretReader(
  endpoint = "https://secretmanager.googleapis.com",
  auth: SecretRequests = new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloud-platform" }),
): (secretVersion: string) => Promise<Secret> {
  return async (secretVersion) => {
    const answer = AccessedSecret.safeParse(await get(auth, `${endpoint}/v1/${secretVersion}:access`));
    if (!answer.success) throw new Error("Secret Manager answered with something else than a secret");
    const { data, dataCrc32c } = answer.data.payload;
    return { bytes: Buffer.from(data, "base64"), crc32c: Number(dataCrc32c) };
  };
}

async function get(auth: SecretRequests, url: string): Promise<unknown> {
  try {
    return (await auth.request({ url, method: "GET", timeout: SECRET_TIMEOUT_MS })).data;
  } catch (error) {
    // The client's own error holds the request with its token, and the answer: neither goes further than here.
    const status = typeof error === "object" && error !== null && "status" in error ? Number(error.status) : NaN;
    // eslint-disable-next-line preserve-caught-error -- for the reason above
    throw new Error(`Secret Manager gave no secret${Number.isNaN(status) ? "" : ` (HTTP ${status})`}`);
  }
}
const SECRET_TIMEOUT_MS = 10_000;
