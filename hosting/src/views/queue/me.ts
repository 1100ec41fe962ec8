import type { Role } from "@studio-os/functions/contracts";

/** Who looks at the screen, in this studio. For what to show; the server judges by the verified token. */
export interface Me {
  readonly uid: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

export const holdsAny = (me: Me, roles: readonly Role[]): boolean => me.roles.some((role) => roles.includes(role));
