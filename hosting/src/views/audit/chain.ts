import type { ActLink } from "@studio-os/functions/contracts";
import type { HistoryEntry } from "../../data/studio-data.js";

/** Why somebody is in a chain of responsibility, in words. */
export const LINK_WORDS: Readonly<Record<ActLink["as"], string>> = {
  requester: "asked",
  agentOwner: "answers for the agent",
  delegator: "delegated",
  routineAuthor: "wrote the routine",
  exemptionGrantor: "granted the exemption",
};

/** Events of one request that stand together, the one that came first in front. */
export interface ChainStep {
  readonly requestId: string;
  readonly entries: readonly HistoryEntry[];
  /** How long after the step before, in milliseconds; null for the first. */
  readonly gapMs: number | null;
}

/** Answers: in which steps did this happen? Events are in the order of time; those of one request in a row are one step. */
export function stepsOf(entries: readonly HistoryEntry[]): readonly ChainStep[] {
  const groups: HistoryEntry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group?.[0]?.requestId === entry.requestId) group.push(entry);
    else groups.push([entry]);
  }
  return groups.map((group, index) => {
    const before = groups[index - 1]?.at(-1);
    const [first] = group;
    return {
      requestId: first?.requestId ?? "",
      entries: group,
      gapMs: before === undefined || first === undefined ? null : Date.parse(first.at) - Date.parse(before.at),
    };
  });
}

export interface ChainSummary {
  readonly events: number;
  readonly requests: number;
  readonly refusals: number;
  /** From the first event to the last, in milliseconds. */
  readonly spanMs: number;
  /** Everybody who acted, by name, each once and in the order of their first act. */
  readonly actors: readonly string[];
}

export function summaryOf(entries: readonly HistoryEntry[]): ChainSummary {
  const [first] = entries;
  const last = entries.at(-1);
  return {
    events: entries.length,
    requests: new Set(entries.map(({ requestId }) => requestId)).size,
    refusals: entries.filter(({ outcome }) => outcome === "refused").length,
    spanMs: first === undefined || last === undefined ? 0 : Date.parse(last.at) - Date.parse(first.at),
    actors: [...new Set(entries.map(({ actorName }) => actorName))],
  };
}
