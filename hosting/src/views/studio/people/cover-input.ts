import { COVER_MAX_MS } from "@studio-os/functions/contracts";
import type { ApproverCover, ControlState, RouteBodyInput, StaffEntry } from "@studio-os/functions/contracts";
import { fromLocalInput, toLocalInput } from "../../../ui/local-time.js";
import { entryOf, holdsAny } from "../../queue/me.js";
import type { Me } from "../../queue/me.js";

/** What the form of a cover holds, as it is typed; moments are the reader's own clock. */
export interface CoverInput {
  readonly from: string;
  readonly to: string;
  /** Empty: for everything. */
  readonly capabilityIds: readonly string[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly reason: string;
}
export type CoverProblems = Readonly<Partial<Record<keyof CoverInput, string>>>;

const DAY_MS = 24 * 3_600_000;
/** Fewest characters of a reason for a cover. */
export const COVER_REASON_MIN = 3;
export const COVER_REASON_MAX = 500;

export const coverInputFor = (me: Me, staff: readonly StaffEntry[], nowMs: number): CoverInput => ({
  from: entryOf(staff, me.uid)?.uid ?? "",
  to: "",
  capabilityIds: [],
  startsAt: toLocalInput(toMinute(nowMs)),
  endsAt: toLocalInput(toMinute(nowMs) + DAY_MS),
  reason: "",
});

/** People say when by the minute; one that has begun counts at once. */
const toMinute = (ms: number): number => Math.floor(ms / 60_000) * 60_000;

/** Owners and approver admins arrange covers for others; everybody else for their own place. */
export const mayArrangeForOthers = (me: Me): boolean => holdsAny(me, ["owner", "approver_admin"]);

/** Answers: can this be sent, and what is missing? */
export function readCoverInput(
  input: CoverInput,
  nowMs: number,
):
  | { readonly kind: "ready"; readonly body: RouteBodyInput<"startCover"> }
  | { readonly kind: "missing"; readonly problems: CoverProblems } {
  const [startsAt, endsAt] = [fromLocalInput(input.startsAt), fromLocalInput(input.endsAt)];
  const problems: CoverProblems = {
    ...(input.from === "" ? { from: "Whose place is it?" } : {}),
    ...(input.to === "" ? { to: "Who stands in?" } : input.to === input.from ? { to: "Somebody else." } : {}),
    ...(startsAt === null ? { startsAt: "A day and a time." } : {}),
    ...endProblem(startsAt, endsAt, nowMs),
    ...(input.reason.trim().length < COVER_REASON_MIN ? { reason: "A few words." } : {}),
  };
  if (Object.keys(problems).length > 0 || startsAt === null || endsAt === null) return { kind: "missing", problems };
  const { from, to, reason } = input;
  const capabilityIds = input.capabilityIds.length === 0 ? null : [...input.capabilityIds];
  return { kind: "ready", body: { from, to, capabilityIds, startsAt, endsAt, reason: reason.trim() } };
}

function endProblem(startsAt: string | null, endsAt: string | null, nowMs: number): CoverProblems {
  if (endsAt === null) return { endsAt: "A day and a time." };
  if (Date.parse(endsAt) <= nowMs) return { endsAt: "It lies behind us." };
  const lengthMs = startsAt === null ? 1 : Date.parse(endsAt) - Date.parse(startsAt);
  if (lengthMs <= 0) return { endsAt: "It must end after it starts." };
  return lengthMs > COVER_MAX_MS ? { endsAt: `At most ${COVER_MAX_MS / DAY_MS} days after the start.` } : {};
}

export type CoverPhase = "running" | "ahead" | "over";

/** Answers: does this cover count now? The start counts, the end does not. */
export function phaseOf({ startsAt, endsAt }: ApproverCover, nowMs: number): CoverPhase {
  if (nowMs >= Date.parse(endsAt)) return "over";
  return nowMs >= Date.parse(startsAt) ? "running" : "ahead";
}

/** Answers: may this person end it? Either of the two may, and whoever arranges covers for others. */
export function mayEnd({ from, to }: ApproverCover, { staff }: Pick<ControlState, "staff">, me: Me): boolean {
  const isOneOfThem = [from, to].some((uid) => me.accounts.includes(entryOf(staff, uid)?.uid ?? uid));
  return mayArrangeForOthers(me) || isOneOfThem;
}
