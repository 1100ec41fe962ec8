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

const AccessedSecret = z.object({ payload: z.object({ data: z.base64() }) });

/** The bytes of one version of a secret in Secret Manager (`projects.secrets.versions.access`). Never kept, never logged. */
export async function readSecret(secretVersion: string): Promise<Uint8Array> {
  const auth = new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloud-platform" });
  const url = `https://secretmanager.googleapis.com/v1/${secretVersion}:access`;
  const { payload } = AccessedSecret.parse((await auth.request({ url, method: "GET" })).data);
  return Buffer.from(payload.data, "base64");
}
