import { ENROLMENT_CODE_MINUTES } from "@studio-os/functions/contracts";
import type { Agent } from "@studio-os/functions/contracts";

/** Where an enrolment stands: the machine came in with this key, the code ran out, or one waits. */
export type CodeStep =
  { readonly kind: "waiting" } | { readonly kind: "over" } | { readonly kind: "enrolled"; readonly keyId: string };

/**
 * Answers: did a machine come in by the code that the server made with this expiry? By the server's own times: a key that
 * the agent got since the code was made. A machine that came in counts also after the end.
 */
export function codeStep(agent: Agent | null, expiresAt: string, leftMs: number): CodeStep {
  const madeAt = new Date(Date.parse(expiresAt) - ENROLMENT_CODE_MINUTES * 60_000).toISOString();
  const newest = agent?.status === "active" ? agent.keys.at(-1) : undefined;
  if (newest !== undefined && newest.notBefore >= madeAt) return { kind: "enrolled", keyId: newest.keyId };
  return leftMs <= 0 ? { kind: "over" } : { kind: "waiting" };
}

/** `9:41`; the last second is `0:01`, so that `0:00` is the end and nothing else. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.ceil(Math.max(0, leftMs) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
