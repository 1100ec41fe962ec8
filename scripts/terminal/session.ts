import { TenantId } from "@studio-os/functions/contracts";
import { apiClient } from "./call-api.js";
import type { CallApi } from "./call-api.js";
import { unusable } from "./failure.js";
import type { Means } from "./means.js";
import { readAddresses } from "./read-config.js";
import { documentReader } from "./read-documents.js";
import type { ReadDocuments } from "./read-documents.js";
import { signIn } from "./sign-in.js";

/** Somebody signed in at one studio: what every command that talks to it needs. */
export interface Session {
  readonly means: Means;
  /** Where `/audit/…` is served. */
  readonly auditOrigin: string;
  readonly tenantId: string;
  readonly token: string;
  readonly call: CallApi;
  readonly list: ReadDocuments;
}

/** The options that every command knows. */
export interface SessionOptions {
  readonly studio?: string;
  readonly tenant?: string;
  readonly email?: string;
}

/** Opens a session, or throws `CommandFailure` with what is missing. */
export async function openSession(means: Means, options: SessionOptions): Promise<Session> {
  const tenantId = requireTenant(options.tenant ?? means.env["STUDIO_TENANT"]);
  const addresses = await readAddresses(means, options.studio);
  const token = await signIn(means, addresses, options.email);
  const { apiOrigin, auditOrigin } = addresses;
  const about = { tenantId, token };
  return {
    means,
    auditOrigin,
    ...about,
    call: apiClient(means, { ...about, origin: apiOrigin }),
    list: documentReader(means, addresses, about),
  };
}

/** Throws NOT_CONFIGURED unless this names a studio. */
export function requireTenant(text: string | undefined): string {
  const tenant = TenantId.safeParse(text);
  if (!tenant.success)
    throw unusable("NOT_CONFIGURED", "Say which studio: --tenant or STUDIO_TENANT, such as kiln-house.");
  return tenant.data;
}
