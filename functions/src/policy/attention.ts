import type { QuotaStanding } from "../contracts/index.js";

/** How many proposals may wait for a decision at once, before agents are held back (M06.3). */
export const WAITING_OF_AGENT_MAX = 20;
export const WAITING_IN_STUDIO_MAX = 60;

/** What people already have before them, when an agent asks for more. */
export interface AttentionFacts {
  /** Proposals that wait for a decision, without one whose place the new one takes; counted up to their bounds. */
  readonly waitingOfAgent: number;
  readonly waitingInStudio: number;
  /** How often this agent may still ask within the hour; null: the count cannot be read. */
  readonly hour: QuotaStanding | null;
}

/**
 * Have people attention left for one more request of an agent? null, or why it is held back (ATTENTION_BUDGET). It is no
 * matter of permission: the request is kept as a draft, and a person may take it up. What cannot be counted is held back.
 */
export function whyHeldBack({ waitingOfAgent, waitingInStudio, hour }: AttentionFacts): string | null {
  if (hour === null) return "nobody can say how often this agent asked within the hour";
  if (waitingOfAgent >= WAITING_OF_AGENT_MAX) return `${waitingOfAgent} requests of this agent wait for a decision`;
  if (waitingInStudio >= WAITING_IN_STUDIO_MAX) return `${waitingInStudio} requests wait for a decision in this studio`;
  return hour.remaining > 0 ? null : `this agent asked ${hour.limit} times within the hour`;
}
