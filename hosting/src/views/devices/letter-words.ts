import { UtcInstant } from "@studio-os/functions/contracts";
import type { DeadLetter } from "@studio-os/functions/contracts";
import { counted } from "./agent-facts.js";

/** What a refused message says of itself. Nobody vouches for any of it: it may be forged, and is shown as a claim. */
export interface LetterClaims {
  readonly agentId: string;
  readonly seq: number | null;
  readonly sentAt: string | null;
  /** `3 readings`, `a request for firing.flag`, `a report on its health`. */
  readonly what: string;
}

/** Characters of a claim that are shown. */
const CLAIM_MAX = 80;
/** Characters of a message that are shown; the whole of it is kept. */
const SHOWN_MAX = 6_000;

/** Answers: whose does this message say it is, and what is in it? null: it says nothing that can be read. */
export function claimsOf(letter: Pick<DeadLetter, "body">): LetterClaims | null {
  const message = parseObject(textOf(letter));
  if (message === null) return null;
  const { agentId, seq, sentAt, payload } = message;
  if (typeof agentId !== "string") return null;
  return {
    agentId: cut(agentId),
    seq: typeof seq === "number" && Number.isSafeInteger(seq) ? seq : null,
    sentAt: UtcInstant.safeParse(sentAt).data ?? null,
    what: whatIsIn(payload),
  };
}

/** The message as it can be read: indented where it is JSON, and cut where it is long. */
export function readableBody(letter: Pick<DeadLetter, "body">): { readonly text: string; readonly isCut: boolean } {
  const text = textOf(letter);
  const message = parseObject(text);
  const whole = message === null ? text : JSON.stringify(message, null, 2);
  return { text: whole.slice(0, SHOWN_MAX), isCut: whole.length > SHOWN_MAX };
}

/**
 * Answers: why can this one not be driven again? null: it can. What is cut is not what was sent, and what counts already
 * would be refused as a replay.
 */
export function whyNotAgain({ isTruncated, acceptedAt }: DeadLetter): string | null {
  if (acceptedAt !== null) return "It counts already.";
  if (isTruncated) return "It was too large to be kept whole, so it cannot be re-driven.";
  return null;
}

/** Those that wait, the oldest first: the order in which one drives them again. */
export const waiting = (letters: readonly DeadLetter[]): readonly DeadLetter[] =>
  letters.filter((letter) => whyNotAgain(letter) === null).sort((a, b) => (a.firstSeenAt < b.firstSeenAt ? -1 : 1));

function whatIsIn(payload: unknown): string {
  if (!isObject(payload)) return "something unreadable";
  const { kind, observations, proposal } = payload;
  if (kind === "observations" && Array.isArray(observations)) return counted(observations.length, "reading");
  if (kind === "health") return "a report on its health";
  if (kind === "proposal" && isObject(proposal) && typeof proposal["capabilityId"] === "string")
    return `a request for ${cut(proposal["capabilityId"])}`;
  return "something unreadable";
}

/** Bytes that are no UTF-8 are shown as the replacement character. */
function textOf({ body }: Pick<DeadLetter, "body">): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(body), (character) => character.charCodeAt(0)));
  } catch {
    return "";
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const cut = (text: string): string => (text.length > CLAIM_MAX ? `${text.slice(0, CLAIM_MAX)}…` : text);
