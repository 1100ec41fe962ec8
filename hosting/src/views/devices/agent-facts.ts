import { AGENT_OFFLINE_AFTER_MS } from "@studio-os/functions/contracts";
import type { Agent, AgentHealth, AgentKey, AgentVitals, ConnectorHealth } from "@studio-os/functions/contracts";
import { formatAge, formatSpan } from "../../ui/age.js";
import type { Tone } from "../queue/proposal-words.js";

/** How one key of an agent stands now. `ending`: a newer one took its place, and it counts until its last instant. */
export type KeyState = "current" | "ending" | "ended" | "revoked";

/** Answers: does what this key signs count now? `notAfter` is the first instant at which it does not. */
export function keyState({ notAfter, revokedAt }: AgentKey, nowMs: number): KeyState {
  if (revokedAt !== null) return "revoked";
  if (notAfter === null) return "current";
  return nowMs < Date.parse(notAfter) ? "ending" : "ended";
}

export const isGood = (key: AgentKey, nowMs: number): boolean => ["current", "ending"].includes(keyState(key, nowMs));

export type AgentState = "online" | "silent" | "unheard" | "revoked";

/** Answers: is this agent heard? By what the cloud received; one that never reported is `unheard`, not silent. */
export function agentState(agent: Pick<Agent, "status">, health: AgentHealth | null, nowMs: number): AgentState {
  if (agent.status === "revoked") return "revoked";
  if (health === null) return "unheard";
  const isOld = nowMs - Date.parse(health.lastHeardAt) >= AGENT_OFFLINE_AFTER_MS;
  return health.availability === "offline" || isOld ? "silent" : "online";
}

/** One thing that an agent says of itself, in words; `tone` where it calls for somebody. */
export interface Vital {
  readonly label: string;
  readonly words: string;
  readonly tone: Extract<Tone, "attention" | "bad"> | null;
}

/** A clock further off than this makes what is live look late, and what is late look live. Milliseconds. */
const WRONG_CLOCK_MS = 60_000;

/** Answers: what does the agent say of itself, and what of it calls for somebody? In the order in which one looks. */
export function vitalsOf(vitals: AgentVitals, nowMs: number): readonly Vital[] {
  const { version, startedAt, waiting, clock, rules } = vitals;
  const isWaiting = waiting.observations + waiting.proposals > 0;
  return [
    {
      label: "Waiting to be sent",
      words: isWaiting
        ? `${counted(waiting.observations, "reading")}, ${counted(waiting.proposals, "request")}, ${bytes(waiting.bytes)}`
        : "nothing",
      tone: waiting.observations >= MANY_WAITING ? "attention" : null,
    },
    { label: "Clock", ...clockWords(clock, nowMs) },
    {
      label: "Rules",
      words: rules.hasProblem
        ? `${rules.count} in force; the file as it is now is not, and the agent says why in its log`
        : `${rules.count} in force`,
      tone: rules.hasProblem ? "attention" : null,
    },
    { label: "Version", words: version ?? "not said", tone: null },
    { label: "Started", words: formatAge(startedAt, nowMs), tone: null },
  ];
}

/** Readings that wait on the agent's disk: more than a busy minute of them says that the way to the cloud was shut. */
const MANY_WAITING = 2_000;

function clockWords(clock: AgentVitals["clock"], nowMs: number): Pick<Vital, "words" | "tone"> {
  if (clock === null) return { words: "not measured yet", tone: null };
  const { skewMs, uncertaintyMs, measuredAt } = clock;
  const isRight = Math.abs(skewMs) <= Math.max(uncertaintyMs, 1_000);
  const off = Math.abs(skewMs) < 10_000 ? `${(Math.abs(skewMs) / 1_000).toFixed(1)} s` : formatSpan(Math.abs(skewMs));
  const words = isRight ? "right" : `${off} ${skewMs > 0 ? "ahead" : "behind"}`;
  return {
    words: `${words} (± ${(uncertaintyMs / 1_000).toFixed(1)} s), measured ${formatAge(measuredAt, nowMs)}`,
    tone: Math.abs(skewMs) > WRONG_CLOCK_MS ? "attention" : null,
  };
}

/** What a connector's breaker means to people; a closed one is not worth a word. */
export const BREAKER_WORDS: Readonly<Record<NonNullable<ConnectorHealth["breaker"]>, string | null>> = {
  closed: null,
  half_open: "Breaker half open: one call tries whether it answers again",
  open: "Breaker open: it is not called until the pause is over",
};

const NUMBER = new Intl.NumberFormat("en-US");
export const counted = (many: number, word: string): string => `${NUMBER.format(many)} ${word}${many === 1 ? "" : "s"}`;

function bytes(size: number): string {
  if (size < 1_000) return `${size} bytes`;
  return size < 1_000_000 ? `${Math.round(size / 1_000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
