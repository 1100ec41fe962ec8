import { DeviceDescriptor } from "@studio-os/functions/contracts";
import type { KilnBinding, Observation } from "@studio-os/functions/contracts";
import type { ConnectorDevice, Reading } from "./connector.js";
import type { Logger } from "./logger.js";
import { NOTHING_TRACKED, detectChanges, detectStale } from "./observe/detect-changes.js";
import type { ObserveOptions } from "./observe/detect-changes.js";
import type { Outbox, OutboxItem } from "./outbox/outbox.js";
import { attributeKey, evolveRule, initialRuleState, interrupt } from "./rules/evolve-rule.js";
import type { Firing, RuleState } from "./rules/evolve-rule.js";
import { clip } from "./rules/note-template.js";
import { readMark, writeMark } from "./rules/rule-mark.js";
import type { Rule } from "./rules/rule.js";
import { toProposal } from "./rules/to-proposal.js";

/** Devices whose names are kept. A hub that invents devices without end must not fill the memory. */
const MAX_NAMED_DEVICES = 2_000;

export interface IngestDeps {
  readonly outbox: Outbox;
  readonly rules: readonly Rule[];
  readonly observe: ObserveOptions;
  /** Which zone of which kiln a device sits in. */
  readonly kilnOf: (deviceId: string) => KilnBinding | undefined;
  readonly nowMs: () => number;
  /** A clock that nobody sets: by it alone can a set wall clock be told from time going by. */
  readonly steadyMs: () => number;
  readonly logger: Logger;
  /** Called when something was queued. */
  readonly onQueued: () => void;
}

export interface Ingest {
  /** Readings and the names of their devices, as a connector gave them. None: time went by. Rejects when the disk does. */
  take(readings: readonly Reading[], devices?: readonly ConnectorDevice[]): Promise<void>;
  /** From here on these rules. One that is as it was goes on; one that changed begins anew and keeps its cool-down. */
  replaceRules(rules: readonly Rule[]): Promise<void>;
}

/** The wall clock moved this much against the steady one: it was set, or the machine slept. Milliseconds. */
const CLOCK_STEP_MS = 1_000;

/**
 * From readings to the outbox: what changed, what went stale, what the rules conclude. State moves on only after the disk
 * has it, so that a failed write is made good by the next reading; calls take effect one after another.
 */
export async function createIngest(deps: IngestDeps): Promise<Ingest> {
  const { outbox, logger } = deps;
  const marks = await outbox.readMarks();
  const startedAtMs = deps.nowMs();
  const names = new Map<string, DeviceDescriptor>();
  let tracked = NOTHING_TRACKED;
  let rules = deps.rules;
  let ruleStates = rules.map((rule) => initialRuleState(startedAtMs, readMark(marks[rule.id])));
  let offsetMs = startedAtMs - deps.steadyMs();
  let turn: Promise<unknown> = Promise.resolve();

  async function takeNow(readings: readonly Reading[], devices: readonly ConnectorDevice[]): Promise<void> {
    const nowMs = deps.nowMs();
    noticeClockStep(nowMs);
    for (const device of devices) remember(names, device, deps.kilnOf);
    const changed = detectChanges(tracked, readings, nowMs, deps.observe);
    const stale = detectStale(changed.state, nowMs);
    const concluded = rules.map((rule, index) =>
      evolveRule(rule, ruleStates[index] ?? initialRuleState(startedAtMs), changed.heard, nowMs),
    );
    const firings = concluded.flatMap(({ firing }, index) => (firing === null ? [] : [{ firing, rule: rules[index] }]));
    const queuedAt = new Date(nowMs).toISOString();
    const observations = [...changed.observations, ...stale.observations];
    const ranks = [...changed.ranks, ...stale.ranks];
    const items: OutboxItem[] = [
      ...observations.map((observation, index) => ({
        kind: "observation" as const,
        queuedAt,
        observation,
        rank: ranks[index] ?? "normal",
      })),
      ...firings.flatMap((it) => toItem(it.rule, it.firing, names, queuedAt)),
    ];
    const newMarks = changedMarks(
      rules,
      ruleStates,
      concluded.map(({ state }) => state),
    );
    if (items.length > 0 || Object.keys(newMarks).length > 0) {
      const said = await outbox.append({ items, devices: namesOf(observations, names), marks: newMarks });
      logQueued(
        logger,
        observations,
        firings.map(({ firing }) => firing),
        said,
      );
      deps.onQueued();
    }
    if (changed.rejected > 0) logger.warn("readings_rejected", { count: changed.rejected });
    tracked = stale.state;
    ruleStates = concluded.map(({ state }) => state);
  }

  /** What a rule has timed so far is worth nothing once the clock that timed it was set. */
  function noticeClockStep(nowMs: number): void {
    const before = offsetMs;
    offsetMs = nowMs - deps.steadyMs();
    if (Math.abs(offsetMs - before) <= CLOCK_STEP_MS) return;
    logger.warn("clock_stepped", { byMs: Math.round(offsetMs - before) });
    ruleStates = ruleStates.map((state) => interrupt(state, nowMs));
  }

  function replaceNow(next: readonly Rule[]): void {
    const before = new Map(rules.map((rule, index) => [rule.id, { rule, state: ruleStates[index] }]));
    const nowMs = deps.nowMs();
    ruleStates = next.map((rule) => {
      const known = before.get(rule.id);
      if (known?.state === undefined) return initialRuleState(nowMs, readMark(marks[rule.id]));
      return JSON.stringify(known.rule) === JSON.stringify(rule) ? known.state : initialRuleState(nowMs, known.state);
    });
    rules = next;
  }

  function inTurn(work: () => Promise<void> | void): Promise<void> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    take: (readings, devices = []) => inTurn(() => takeNow(readings, devices)),
    replaceRules: (next) => inTurn(() => replaceNow(next)),
  };
}

/** Names are what a person typed into a hub: cut to what the public language can hold. */
function remember(names: Map<string, DeviceDescriptor>, device: ConnectorDevice, kilnOf: IngestDeps["kilnOf"]): void {
  const kiln = kilnOf(device.deviceId);
  const named = DeviceDescriptor.safeParse({
    deviceId: device.deviceId,
    name: clip(device.name, 120),
    kind: clip(device.kind, 40),
    room: device.room === null ? null : clip(device.room, 80),
    ...(kiln !== undefined && { kiln }),
  });
  if (named.success && (names.has(device.deviceId) || names.size < MAX_NAMED_DEVICES)) {
    names.set(device.deviceId, named.data);
  }
}

function namesOf(
  observations: readonly Observation[],
  names: ReadonlyMap<string, DeviceDescriptor>,
): DeviceDescriptor[] {
  return [...new Set(observations.map(({ deviceId }) => deviceId))].flatMap((id) => names.get(id) ?? []);
}

function toItem(
  rule: Rule | undefined,
  firing: Firing,
  names: ReadonlyMap<string, DeviceDescriptor>,
  queuedAt: string,
): OutboxItem[] {
  if (rule === undefined) return [];
  return [{ kind: "proposal", queuedAt, proposal: toProposal(rule, firing, (id) => names.get(id)) }];
}

function changedMarks(
  rules: readonly Rule[],
  before: readonly RuleState[],
  after: readonly RuleState[],
): Record<string, string> {
  const texts = rules.map(({ id }, index) => ({ id, was: writeMark(before[index]), now: writeMark(after[index]) }));
  return Object.fromEntries(texts.filter(({ was, now }) => was !== now).map(({ id, now }) => [id, now]));
}

function logQueued(
  logger: Logger,
  observations: readonly Observation[],
  firings: readonly Firing[],
  said: { readonly droppedObservations: number; readonly refusedProposals: number },
): void {
  for (const observation of observations) {
    const { value, observedAt, quality } = observation;
    logger.debug("observation_queued", { of: attributeKey(observation), value, observedAt, quality });
  }
  for (const { ruleId, sinceMs } of firings)
    logger.info("proposal_queued", { ruleId, since: new Date(sinceMs).toISOString() });
  if (said.droppedObservations > 0) logger.error("outbox_full", { droppedObservations: said.droppedObservations });
  if (said.refusedProposals > 0) logger.error("outbox_full", { refusedProposals: said.refusedProposals });
}
