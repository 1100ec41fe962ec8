import { API_ROUTES, DocId, RATIONALE_MIN } from "@studio-os/functions/contracts";
import type { Role, RouteBodyInput, StaffEntry } from "@studio-os/functions/contracts";

/** What the form about one person holds, as it is typed. */
export interface StaffInput {
  readonly uid: string;
  readonly name: string;
  readonly holds: readonly Role[];
  /** Separated by commas. */
  readonly groups: string;
  readonly aliases: string;
  readonly isIn: boolean;
  readonly reason: string;
}

type StaffField = keyof StaffInput;
export type StaffProblems = Readonly<Partial<Record<StaffField, string>>>;

export const staffInputFrom = (entry: StaffEntry | null): StaffInput => ({
  uid: entry?.uid ?? "",
  name: entry?.name ?? "",
  holds: entry?.roles ?? [],
  groups: entry?.groups.join(", ") ?? "",
  aliases: entry?.aliases.join(", ") ?? "",
  isIn: entry === null || entry.disabledAt === null,
  reason: "",
});

/** Answers: can this be sent, and what is missing of it? The bounds are the contract's; the words are for people. */
export function readStaffInput(
  input: StaffInput,
  others: readonly StaffEntry[],
):
  | { readonly kind: "ready"; readonly memberUid: string; readonly body: RouteBodyInput<"changeStaff"> }
  | { readonly kind: "missing"; readonly problems: StaffProblems } {
  const [uid, groups, aliases] = [input.uid.trim(), wordsOf(input.groups), wordsOf(input.aliases)];
  const taken = others.find((other) =>
    [other.uid, ...other.aliases].some((account) => account === uid || aliases.includes(account)),
  );
  const { groups: groupsSchema, aliases: aliasesSchema } = API_ROUTES.changeStaff.body.shape;
  const problems: StaffProblems = {
    ...(DocId.safeParse(uid).success
      ? {}
      : { uid: "The account's id: letters, digits, dots, dashes and underscores." }),
    ...(input.name.trim() === "" ? { name: "A name that colleagues know." } : {}),
    ...(groupsSchema.safeParse(groups).success ? {} : { groups: "At most five, of at most 40 characters each." }),
    ...(aliasesSchema.safeParse(aliases).success ? {} : { aliases: "At most five account ids." }),
    ...(taken === undefined ? {} : { uid: `${taken.name} already stands on the list with one of these accounts.` }),
    ...(input.isIn && input.holds.length === 0 ? { holds: "At least one; viewer to follow the work only." } : {}),
    ...(input.reason.trim().length < RATIONALE_MIN ? { reason: `At least ${RATIONALE_MIN} characters.` } : {}),
  };
  if (Object.keys(problems).length > 0) return { kind: "missing", problems };
  const { isIn } = input;
  const body = { name: input.name.trim(), holds: [...input.holds], groups, aliases, isIn, reason: input.reason.trim() };
  return { kind: "ready", memberUid: uid, body };
}

const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== ""),
  ),
];
