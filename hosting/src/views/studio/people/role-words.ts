import { ROLES } from "@studio-os/functions/contracts";
import type { Role } from "@studio-os/functions/contracts";

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: "Owner",
  approver_admin: "Approver admin",
  approver: "Approver",
  operator: "Operator",
  finance: "Finance",
  trust: "Trust and safety",
  viewer: "Viewer",
};
export const ROLE_OPTIONS: readonly (readonly [Role, string])[] = ROLES.map((role) => [role, ROLE_WORDS[role]]);
