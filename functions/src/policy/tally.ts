import type {
  ActLink,
  ApprovalPolicy,
  ApprovalRule,
  ApproverCover,
  Review,
  SelfExclusion,
  SoloMode,
  StaffEntry,
  UtcInstant,
} from "../contracts/index.js";
import { inSet, passes, personBehind, staffEntryOf } from "./staff.js";

/** Everything that a count of approvals depends on. `people` are as the staff list has them now. */
export interface Electorate {
  readonly rule: ApprovalRule;
  readonly soloMode: SoloMode | null;
  readonly actChain: readonly ActLink[];
  readonly people: readonly StaffEntry[];
  readonly covers: readonly ApproverCover[];
  readonly editors: ApprovalPolicy["editors"];
  readonly capabilityId: string;
  readonly submittedAt: UtcInstant;
  readonly now: UtcInstant;
}

/** How a person is tied to the request, if the rule keeps such people from deciding; null when they may decide. */
export function tieOf({ rule, actChain, people, editors, now }: Electorate, uid: string): SelfExclusion | null {
  const person = personBehind(people, uid);
  const link = actChain.find(
    ({ type, id, as }) => type === "human" && personBehind(people, id) === person && rule.selfExclusion.includes(as),
  );
  if (link !== undefined) return link.as;
  const edited = editors.some(
    ({ uid: editor, excludedUntil }) =>
      personBehind(people, editor) === person && !(Date.parse(now) >= Date.parse(excludedUntil)),
  );
  return edited && rule.selfExclusion.includes("policyEditor24h") ? "policyEditor24h" : null;
}

/** Who may decide on this? Everybody who is in, passes one of the thresholds, and is not tied to the request. */
export function eligibleApprovers(electorate: Electorate): readonly StaffEntry[] {
  const { people, rule } = electorate;
  return people.filter(
    (person) => rule.thresholds.some(({ filter }) => passes(person, filter)) && tieOf(electorate, person.uid) === null,
  );
}

/** Could these people reach the quorum at all? */
export const canBeReached = ({ rule }: Electorate, people: readonly StaffEntry[]): boolean =>
  rule.thresholds.some(({ count, filter }) => inSet(people, filter).length >= count);

/**
 * From when on may this person decide alone on what their own chain asked for? Only where the policy declares solo mode,
 * the risk is low or medium, and nobody else could decide; null otherwise (M02.4).
 */
export function soloFrom(electorate: Electorate, riskTier: string, uid: string): UtcInstant | null {
  const { soloMode, people, rule, submittedAt } = electorate;
  if (soloMode === null || (riskTier !== "low" && riskTier !== "medium")) return null;
  const entry = staffEntryOf(people, uid);
  const isDecider = entry !== null && rule.thresholds.some(({ filter }) => passes(entry, filter));
  if (!isDecider || canBeReached(electorate, eligibleApprovers(electorate))) return null;
  return new Date(Date.parse(submittedAt) + soloMode.coolingMs).toISOString();
}

/** For whom may this person decide instead, now? A running cover whose giver may decide; one link deep (M02.9). */
export function coveredBy(electorate: Electorate, uid: string): StaffEntry | null {
  const { covers, people, rule, capabilityId, now, actChain } = electorate;
  const person = personBehind(people, uid);
  if (staffEntryOf(people, uid) === null) return null;
  if (actChain.some(({ type, id }) => type === "human" && personBehind(people, id) === person)) return null;
  for (const cover of covers) {
    if (personBehind(people, cover.to) !== person || !isRunning(cover, capabilityId, now)) continue;
    const giver = staffEntryOf(people, cover.from);
    const mayDecide = giver !== null && rule.thresholds.some(({ filter }) => passes(giver, filter));
    if (mayDecide && tieOf(electorate, giver.uid) === null) return giver;
  }
  return null;
}

/** Whose place this person fills: null for their own, which comes first. */
export function standsInFor(electorate: Electorate, uid: string): string | null {
  const entry = staffEntryOf(electorate.people, uid);
  const decides = entry !== null && electorate.rule.thresholds.some(({ filter }) => passes(entry, filter));
  return decides ? null : (coveredBy(electorate, uid)?.uid ?? null);
}

/** A time that cannot be compared ends the cover. */
function isRunning({ startsAt, endsAt, capabilityIds }: ApproverCover, capabilityId: string, now: UtcInstant): boolean {
  const at = Date.parse(now);
  const isInTime = at >= Date.parse(startsAt) && at < Date.parse(endsAt);
  return isInTime && (capabilityIds === null || capabilityIds.includes(capabilityId));
}

export interface Tally {
  /** Distinct people whose approval counts, by the uid that the staff list leads them under. */
  readonly approvers: readonly string[];
  readonly isReached: boolean;
  /** Approvals that were given and no longer count, because their giver is out or lost the role. */
  readonly lost: number;
}

/**
 * How many distinct people approved, as the staff list stands now (M02.2)? A person with two accounts or two roles fills
 * one place; a covering person fills the place of whom they stand in for; whoever is tied to the request counts only
 * where the review was a declared solo decision and one person suffices.
 */
export function tally(electorate: Electorate, live: readonly Review[]): Tally {
  const { people, rule, soloMode } = electorate;
  const given = live.filter(({ decision }) => decision === "approve");
  const untied = given.filter((review) => {
    const isTied = [placeOf(people, review), review.reviewer.id].some((uid) => tieOf(electorate, uid) !== null);
    return !isTied || (review.isSolo && soloMode !== null);
  });
  const places = new Set(untied.map((review) => placeOf(people, review)));
  const standing = untied.filter((review) => {
    const entry = staffEntryOf(people, placeOf(people, review));
    const isIn = entry !== null && staffEntryOf(people, review.reviewer.id) !== null;
    return isIn && rule.thresholds.some(({ filter }) => passes(entry, filter));
  });
  const filled = seated(people, standing);
  const counting = people.filter(({ uid }) => filled.has(uid));
  const isReached = rule.thresholds.some(({ count, filter }) => inSet(counting, filter).length >= count);
  return { approvers: counting.map(({ uid }) => uid), isReached, lost: places.size - counting.length };
}

/**
 * The places that are filled: one for each person behind a review, and their own before that of whom they stand in for, so
 * that nobody is counted twice under two accounts.
 */
function seated(people: readonly StaffEntry[], standing: readonly Review[]): ReadonlySet<string> {
  const reviewers = new Set<string>();
  const filled = new Set<string>();
  const ownFirst = [...standing].sort((a, b) => Number(a.for !== null) - Number(b.for !== null));
  for (const review of ownFirst) {
    const [person, place] = [personBehind(people, review.reviewer.id), placeOf(people, review)];
    if (reviewers.has(person) || filled.has(place)) continue;
    reviewers.add(person);
    filled.add(place);
  }
  return filled;
}

/** Whose place a review fills. */
const placeOf = (people: readonly StaffEntry[], { for: covered, reviewer }: Review): string =>
  personBehind(people, covered ?? reviewer.id);
