import { AgentEnvelope, DeviceDescriptor, Observation } from "@studio-os/functions/contracts";
import type { AgentProposalRequest } from "@studio-os/functions/contracts";
import { evolveRule, initialRuleState } from "./evolve-rule.js";
import type { Rule } from "./rule.js";
import { toProposal } from "./to-proposal.js";

/** Most readings of one recording. */
export const MAX_RECORDED = 1_000_000;
/** Time goes by in steps of this much, as it does while the agent runs, so that silence is noticed. Milliseconds. */
const STEP_MS = 10_000;
/** Longest recording. A reading of another year would be years of steps. */
const MAX_SPAN_MS = 31 * 86_400_000;

export interface Recording {
  readonly observations: readonly Observation[];
  readonly devices: ReadonlyMap<string, DeviceDescriptor>;
  /** Lines that are neither a reading, a device nor an envelope, by their numbers. */
  readonly unreadable: readonly number[];
}

export interface Replayed {
  /** What would have been proposed, in order of time. */
  readonly proposals: readonly { readonly at: string; readonly proposal: AgentProposalRequest }[];
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * A recording: one JSON value on each line, which is a reading, a device, or an envelope as `run --dry-run` prints it. The
 * readings are put into the order of their time.
 */
export function parseRecording(lines: Iterable<string>): Recording {
  const observations: Observation[] = [];
  const devices = new Map<string, DeviceDescriptor>();
  const unreadable: number[] = [];
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() === "") continue;
    const found = readLine(line);
    if (found === null || observations.length + found.observations.length > MAX_RECORDED) unreadable.push(number);
    else {
      observations.push(...found.observations);
      for (const device of found.devices) devices.set(device.deviceId, device);
    }
  }
  observations.sort((a, b) => (a.observedAt < b.observedAt ? -1 : a.observedAt > b.observedAt ? 1 : 0));
  return { observations, devices, unreadable };
}

interface ReadLine {
  readonly observations: readonly Observation[];
  readonly devices: readonly DeviceDescriptor[];
}

function readLine(line: string): ReadLine | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const observation = Observation.safeParse(value);
  if (observation.success) return { observations: [observation.data], devices: [] };
  const device = DeviceDescriptor.safeParse(value);
  if (device.success) return { observations: [], devices: [device.data] };
  const envelope = AgentEnvelope.safeParse(value);
  if (!envelope.success) return null;
  const { payload } = envelope.data;
  if (payload.kind !== "observations") return { observations: [], devices: [] };
  return { observations: payload.observations, devices: payload.devices };
}

/**
 * Answers: what would these rules have proposed on that day? The readings are heard at the times at which they were made,
 * and between them time goes by as it does in the agent. It is the same code that runs there, so what it says here is
 * what would have happened, but for proposals that the cloud holds back. At most 31 days from the first reading on.
 */
export function replayDay(rules: readonly Rule[], { observations, devices }: Recording): Replayed {
  const first = observations[0];
  const last = observations.at(-1);
  if (first === undefined || last === undefined) return { proposals: [], from: null, to: null };
  const startMs = Date.parse(first.observedAt);
  const proposals: { at: string; proposal: AgentProposalRequest }[] = [];
  let states = rules.map(() => initialRuleState(startMs));
  let next = 0;
  const endMs = Math.min(Date.parse(last.observedAt), startMs + MAX_SPAN_MS);
  for (let nowMs = startMs; nowMs <= endMs + STEP_MS; nowMs += STEP_MS) {
    const heard: Observation[] = [];
    for (let each = observations[next]; each !== undefined && Date.parse(each.observedAt) <= nowMs;) {
      heard.push(each);
      each = observations[++next];
    }
    const evolved = rules.map((rule, index) =>
      evolveRule(rule, states[index] ?? initialRuleState(startMs), heard, nowMs),
    );
    states = evolved.map(({ state }) => state);
    evolved.forEach(({ firing }, index) => {
      const rule = rules[index];
      if (firing === null || rule === undefined) return;
      const proposal = toProposal(rule, firing, (id) => devices.get(id));
      proposals.push({ at: new Date(nowMs).toISOString(), proposal });
    });
  }
  return { proposals, from: first.observedAt, to: new Date(endMs).toISOString() };
}
