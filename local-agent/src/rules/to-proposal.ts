import { AgentProposalRequest, FiringFlagRequest } from "@studio-os/functions/contracts";
import type { DeviceDescriptor, Evidence } from "@studio-os/functions/contracts";
import type { RuleReading } from "./condition.js";
import type { Firing } from "./evolve-rule.js";
import { clip, fillNote } from "./note-template.js";
import type { Condition, Rule, Watch } from "./rule.js";

const NOTE_MAX = 500;
const SUMMARY_MAX = 300;
const RATIONALE_MAX = 2_000;
const SHORT_MAX = 80;

/** Names a device for staff; a device that was never listed goes by its id. */
export type DeviceNames = (deviceId: string) => Pick<DeviceDescriptor, "name" | "room"> | undefined;

/**
 * What the agent asks the cloud for when a rule fires: the request, why, and the readings it rests on. Every sentence is
 * made of what was seen; who asks, and for which studio, is left to the enrolled key.
 */
export function toProposal(rule: Rule, firing: Firing, names: DeviceNames): AgentProposalRequest {
  const { capabilityId, note, ...target } = rule.propose;
  const words = {
    title: rule.title,
    device: clip(deviceName(rule.watch.deviceId, names), SHORT_MAX),
    value: firing.watched === null ? "nothing" : clip(String(firing.watched.value), SHORT_MAX),
    unit: firing.watched?.unit ?? "",
    since: clockText(firing.sinceMs),
    minutes: String(Math.floor((firing.atMs - firing.sinceMs) / 60_000)),
  };
  return AgentProposalRequest.parse({
    capabilityId,
    request: FiringFlagRequest.parse({ ...target, note: fillNote(note, words, NOTE_MAX) }),
    ruleId: rule.id,
    rationale: clip(rationale(rule, firing, names), RATIONALE_MAX),
    evidence: evidence(rule, firing, names),
  });
}

function rationale(rule: Rule, firing: Firing, names: DeviceNames): string {
  const beside = rule.when.map((condition) => ` and ${conditionText(condition, names)}`).join("");
  const watched =
    firing.watched === null
      ? "Nothing was heard since the agent started."
      : `Last reading: ${readingText(firing.watched)}.`;
  return (
    `Rule "${rule.title}": ${conditionText(rule.watch, names)}${beside}, without a break since ` +
    `${clockText(firing.sinceMs)}, that is for ${Math.floor((firing.atMs - firing.sinceMs) / 1_000)} s ` +
    `(the rule asks for ${rule.forSeconds} s). ${watched}`
  );
}

function evidence(rule: Rule, firing: Firing, names: DeviceNames): Evidence[] {
  const readings = [...(firing.watched === null ? [] : [firing.watched]), ...firing.conditions];
  return [
    ...readings.map((reading): Evidence => {
      const summary = clip(`${deviceName(reading.deviceId, names)}: ${readingText(reading)}`, SUMMARY_MAX);
      return { kind: "reading", ref: `${reading.deviceId}/${reading.attribute}`, summary, sha256: null };
    }),
    { kind: "rule", ref: rule.id, summary: clip(ruleText(rule, names), SUMMARY_MAX), sha256: null },
  ];
}

function ruleText(rule: Rule, names: DeviceNames): string {
  const hours = rule.hours === undefined ? "" : `, ${rule.hours.from}–${rule.hours.to} ${rule.hours.timeZone}`;
  return `${conditionText(rule.watch, names)} for ${rule.forSeconds} s${hours}; at most every ${rule.coolDownSeconds} s`;
}

function conditionText(condition: Watch | Condition, names: DeviceNames): string {
  const what = `${deviceName(condition.deviceId, names)} ${condition.attribute}`;
  switch (condition.is) {
    case "silent":
      return `${what} is silent`;
    case "equals":
      return `${what} is ${String(condition.value)}`;
    case "above":
    case "below":
      return `${what} is ${condition.is} ${condition.threshold}${unitText(condition.unit)}`;
  }
}

function readingText(reading: RuleReading): string {
  const value = `${String(reading.value)}${unitText(reading.unit)}`;
  return `${reading.attribute} ${value}, ${reading.quality}, at ${reading.observedAt}`;
}

function deviceName(deviceId: string, names: DeviceNames): string {
  const named = names(deviceId);
  if (named === undefined) return deviceId;
  return named.room === null ? named.name : `${named.name} (${named.room})`;
}

const unitText = (unit: string | null): string => (unit === null ? "" : ` ${unit}`);
const clockText = (ms: number): string => new Date(ms).toISOString();
