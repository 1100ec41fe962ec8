import type { ApprovalPolicy, ApproverCover, ControlState, Role, StaffEntry } from "@studio-os/functions/contracts";

/** Who looks at the screen, in this studio. For what to show; the server judges by the verified token and its own list. */
export interface Me {
  readonly uid: string;
  readonly name: string;
  /** Roles that the sign-in and the staff list both name; those of the sign-in while the list is not known. */
  readonly roles: readonly Role[];
  /** Every account of this person, the one that is signed in among them. */
  readonly accounts: readonly string[];
  readonly groups: readonly string[];
  /** Whose places this person may fill beside their own, and for how long. */
  readonly covers: readonly { readonly cover: ApproverCover; readonly giver: StaffEntry }[];
  /** Until when this person does not decide under a policy that they edited themselves; null: they edited none lately. */
  readonly editorUntil: string | null;
}

/**
 * Answers: who is this, by the sign-in and by the studio's staff list? Whoever is not listed, or is out, holds nothing.
 * `control` null: the list is not known (yet), and the sign-in alone is shown.
 */
export function meFrom(
  person: { readonly uid: string; readonly name: string },
  signedInRoles: readonly Role[],
  control: Pick<ControlState, "staff" | "covers" | "approvalPolicy"> | null,
): Me {
  const { uid, name } = person;
  if (control === null) {
    return { uid, name, roles: signedInRoles, accounts: [uid], groups: [], covers: [], editorUntil: null };
  }
  const { staff, covers, approvalPolicy } = control;
  const entry = entryOf(staff, uid);
  const accounts = entry === null ? [uid] : [...new Set([uid, entry.uid, ...entry.aliases])];
  const isIn = entry?.disabledAt === null;
  return {
    uid,
    name,
    roles: isIn ? signedInRoles.filter((role) => entry.roles.includes(role)) : [],
    accounts,
    groups: isIn ? entry.groups : [],
    covers: isIn ? coversFor(accounts, staff, covers) : [],
    editorUntil: editedUntil(accounts, approvalPolicy),
  };
}

function coversFor(accounts: readonly string[], staff: readonly StaffEntry[], covers: readonly ApproverCover[]) {
  return covers.flatMap((cover) => {
    const giver = entryOf(staff, cover.from);
    return accounts.includes(cover.to) && giver?.disabledAt === null ? [{ cover, giver }] : [];
  });
}

function editedUntil(accounts: readonly string[], { editors }: ApprovalPolicy): string | null {
  const own = editors.filter(({ uid }) => accounts.includes(uid)).map(({ excludedUntil }) => excludedUntil);
  return own.reduce<string | null>((latest, until) => (latest === null || until > latest ? until : latest), null);
}

/** The entry that leads a person, by any of their accounts; also of somebody who is out. */
export const entryOf = (staff: readonly StaffEntry[], uid: string): StaffEntry | null =>
  staff.find((entry) => entry.uid === uid || entry.aliases.includes(uid)) ?? null;

export const holdsAny = (me: Me, roles: readonly Role[]): boolean => me.roles.some((role) => roles.includes(role));
