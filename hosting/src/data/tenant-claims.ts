import { Role, TenantId } from "@studio-os/functions/contracts";
import * as z from "zod";
import type { TenantRoles } from "./studio-data.js";

/** Answers: which studios and roles does this token carry? What does not parse gives nothing: an unknown role is no role. */
export function readTenantClaims(claim: unknown): TenantRoles {
  const parsed = z.record(z.string(), z.array(z.unknown())).safeParse(claim);
  if (!parsed.success) return {};
  const tenants = Object.entries(parsed.data).filter(([tenantId]) => TenantId.safeParse(tenantId).success);
  return Object.fromEntries(
    tenants.map(([tenantId, roles]) => [
      tenantId,
      roles.flatMap((role) => {
        const known = Role.safeParse(role);
        return known.success ? [known.data] : [];
      }),
    ]),
  );
}
