import { holds, isUsable, isWithin } from "./condition.js";
import type { RuleReading } from "./condition.js";
import type { Rule } from "./rule.js";

/** What survives a restart of the agent: without it a crash loop would propose at every start. */
export interface RuleMark {
  readonly firedAtMs: number | null;
  /** True from a proposal until the condition was seen to be over. */
  readonly isRaised: boolean;
}

export interface RuleState extends RuleMark {
  /** Since when the rule was asked without a gap: before that nothing is known, silence included. */
  readonly watchingSinceMs: number;
  /** The newest reading of each attribute that the rule names, by `deviceId/attribute`. */
  readonly latest: Readonly<Record<string, RuleReading>>;
  /** When the watched attribute was last usable. */
  readonly heardAtMs: number | null;
  /** Since when the window and every `when` have held without a break. null: something does not. */
  readonly othersSinceMs: number | null;
  /** Since when everything has held without a break. null: something does not. */
  readonly sinceMs: number | null;
  readonly askedAtMs: number;
  /** The last answer of each condition, for its hysteresis. */
  readonly wasTrue: Readonly<Record<string, boolean>>;
}

/** A rule's conclusion: what was seen, since when. */
export interface Firing {
  readonly ruleId: string;
  readonly sinceMs: number;
  readonly atMs: number;
  /** The watched reading; for silence the last that was usable, or null. */
  readonly watched: RuleReading | null;
  readonly conditions: readonly RuleReading[];
}

export interface Evolved {
  readonly state: RuleState;
  readonly firing: Firing | null;
}

/** Two askings further apart prove nothing about the time between them: the machine slept, or the clock was set. */
export const MAX_ASK_GAP_MS = 60_000;

export const NEVER_FIRED: RuleMark = { firedAtMs: null, isRaised: false };

export function initialRuleState(startedAtMs: number, mark: RuleMark = NEVER_FIRED): RuleState {
  return {
    firedAtMs: mark.firedAtMs,
    isRaised: mark.isRaised,
    watchingSinceMs: startedAtMs,
    latest: {},
    heardAtMs: null,
    othersSinceMs: null,
    sinceMs: null,
    askedAtMs: startedAtMs,
    wasTrue: { watch: mark.isRaised },
  };
}

/**
 * Answers: what does the rule conclude at `nowMs`, from these readings in their order or (none) from time going by?
 * Readings that came together are heard out before it fires.
 *
 * It fires when the watched condition and every `when` have held for `forSeconds` without a break; both ends of the time
 * count. Unknown, stale or a foreign unit breaks it, as does a clock set back or a gap of more than `MAX_ASK_GAP_MS`
 * between two askings. After firing it is raised: it fires again only after the watched condition was seen to be over and
 * `coolDownSeconds` have gone by. A reading that could not be judged never lowers it.
 */
export function evolveRule(rule: Rule, state: RuleState, readings: readonly RuleReading[], nowMs: number): Evolved {
  const heard = [...readings, null].reduce((at, reading) => step(rule, at, reading, nowMs), state);
  const { sinceMs } = heard;
  if (sinceMs === null || heard.isRaised || isCooling(rule, heard, nowMs)) return { state: heard, firing: null };
  if (nowMs - sinceMs < rule.forSeconds * 1_000) return { state: heard, firing: null };
  return { state: { ...heard, firedAtMs: nowMs, isRaised: true }, firing: toFiring(rule, heard, sinceMs, nowMs) };
}

/** The rule as after a gap: what has held until now counts no longer, what it was told last is still known. */
export function interrupt(state: RuleState, nowMs: number): RuleState {
  return { ...state, watchingSinceMs: nowMs, othersSinceMs: null, sinceMs: null, askedAtMs: nowMs };
}

function step(rule: Rule, state: RuleState, reading: RuleReading | null, nowMs: number): RuleState {
  const seen = judge(rule, take(rule, resume(state, nowMs), reading, nowMs), nowMs);
  const areOthersHolding = seen.others && isWithin(rule.hours, nowMs);
  const othersSinceMs = areOthersHolding ? (seen.state.othersSinceMs ?? nowMs) : null;
  const isHolding = seen.watched === true && othersSinceMs !== null;
  return {
    ...seen.state,
    othersSinceMs,
    sinceMs: isHolding ? (seen.state.sinceMs ?? beginning(rule, seen.state, othersSinceMs, nowMs)) : null,
    askedAtMs: nowMs,
    firedAtMs: clampFired(rule, state.firedAtMs, nowMs),
    isRaised: state.isRaised && seen.watched !== false,
  };
}

export const attributeKey = (of: { readonly deviceId: string; readonly attribute: string }): string =>
  `${of.deviceId}/${of.attribute}`;

function resume(state: RuleState, nowMs: number): RuleState {
  const isUnbroken = nowMs >= state.askedAtMs && nowMs - state.askedAtMs <= MAX_ASK_GAP_MS;
  return isUnbroken ? state : interrupt(state, nowMs);
}

function take(rule: Rule, state: RuleState, reading: RuleReading | null, nowMs: number): RuleState {
  const key = reading === null ? "" : attributeKey(reading);
  if (reading === null || ![rule.watch, ...rule.when].some((named) => attributeKey(named) === key)) return state;
  if (rule.watch.is === "silent" && attributeKey(rule.watch) === key) {
    // The last value that was believed stays, as evidence of what was heard before the silence.
    return isUsable(reading, nowMs)
      ? { ...state, latest: { ...state.latest, [key]: reading }, heardAtMs: Date.parse(reading.observedAt) }
      : state;
  }
  return { ...state, latest: { ...state.latest, [key]: reading } };
}

/** `watched` is null when it cannot be said. */
function judge(
  rule: Rule,
  state: RuleState,
  nowMs: number,
): { readonly state: RuleState; readonly watched: boolean | null; readonly others: boolean } {
  const wasTrue: Record<string, boolean> = { ...state.wasTrue };
  const answer = (condition: Exclude<Rule["watch"], { is: "silent" }>, slot: string): boolean | null => {
    const reading = state.latest[attributeKey(condition)];
    const answered = isUsable(reading, nowMs) ? holds(condition, reading, wasTrue[slot] ?? false) : null;
    // After a break the full threshold counts again; what was raised keeps its slack until it is seen to be over.
    if (answered !== null || !state.isRaised) wasTrue[slot] = answered === true;
    return answered;
  };
  const others = rule.when.map((condition, index) => answer(condition, `when${index}`)).every((it) => it === true);
  const watched =
    rule.watch.is === "silent" ? !isUsable(state.latest[attributeKey(rule.watch)], nowMs) : answer(rule.watch, "watch");
  return { state: { ...state, wasTrue }, watched, others };
}

/** Silence began with the last word that was heard, if the rest held then; everything else begins when it is noticed. */
function beginning(rule: Rule, state: RuleState, othersSinceMs: number, nowMs: number): number {
  if (rule.watch.is !== "silent") return nowMs;
  return Math.min(nowMs, Math.max(state.heardAtMs ?? 0, state.watchingSinceMs, othersSinceMs));
}

function isCooling(rule: Rule, state: RuleState, nowMs: number): boolean {
  return state.firedAtMs !== null && nowMs - state.firedAtMs < rule.coolDownSeconds * 1_000;
}

/** A firing dated further ahead than a cool-down comes from a wrong clock; the cool-down then starts again. */
function clampFired(rule: Rule, firedAtMs: number | null, nowMs: number): number | null {
  return firedAtMs !== null && firedAtMs - nowMs > rule.coolDownSeconds * 1_000 ? nowMs : firedAtMs;
}

function toFiring(rule: Rule, state: RuleState, sinceMs: number, nowMs: number): Firing {
  const conditions = rule.when.flatMap((condition) => state.latest[attributeKey(condition)] ?? []);
  return { ruleId: rule.id, sinceMs, atMs: nowMs, watched: state.latest[attributeKey(rule.watch)] ?? null, conditions };
}
