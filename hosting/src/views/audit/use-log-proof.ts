import { useEffect, useState } from "react";
import type { HistoryEntry } from "../../data/studio-data.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { browserCrypto } from "./browser-crypto.js";
import { checkLog } from "./check-log.js";
import type { LogProof } from "./check-log.js";
import { logMemory } from "./log-memory.js";

/** What is known now about what is shown. `unchecked` says why nothing could be proved. */
export type LogStanding =
  { readonly kind: "checking" } | { readonly kind: "unchecked"; readonly why: string } | LogProof;

/** Checks what is shown, and again when it changes or the log grows. The last verdict stays until the next is there. */
export function useLogProof(view: TenantView, entries: readonly HistoryEntry[]): LogStanding {
  const { audit, tenantId } = view.tenant;
  const live = useFeed(audit.log.head);
  const [verdict, setVerdict] = useState<LogStanding>({ kind: "checking" });
  const [round, setRound] = useState(0);
  const head = live.state === "ready" && live.value.kind === "found" ? live.value.value : null;
  const question = JSON.stringify([
    head?.epoch,
    head?.publishedSize,
    entries.map(({ eventId, seq }) => [eventId, seq]),
    round,
  ]);
  useEffect(() => onEvidenceSettled(() => setRound((count) => count + 1)), []);
  useEffect(() => {
    const { identity } = audit.log;
    if (head === null || identity === null) return;
    let isCurrent = true;
    const memory = logMemory(localStorage);
    const now = new Date().toISOString();
    const check = { crypto: browserCrypto, identity, memory, reads: audit.log.reads(), tenantId, head, entries, now };
    checkLog(check).then(
      (proof) => {
        if (isCurrent) setVerdict(proof);
      },
      () => {
        if (isCurrent) setVerdict({ kind: "unchecked", why: "The log cannot be read now." });
      },
    );
    return () => {
      isCurrent = false;
    };
    // `question` holds everything that the verdict depends on: a new list of the same events asks nothing new.
  }, [question, audit, tenantId]);

  if (audit.log.identity === null) return { kind: "unchecked", why: "This cockpit was given no key of the log." };
  if (live.state === "failed") return { kind: "unchecked", why: "The log cannot be read now." };
  if (live.state === "ready" && live.value.kind === "missing") return { kind: "unsigned" };
  if (live.state === "ready" && live.value.kind === "unreadable")
    return { kind: "unchecked", why: "The head of the log does not have its shape." };
  return verdict;
}

const SETTLED = "studio:evidence-settled";

/** Somebody kept the evidence: every check on this screen begins anew. */
export function settleEvidence(origin: string): void {
  logMemory(localStorage).forgetEvidence(origin);
  window.dispatchEvent(new Event(SETTLED));
}

function onEvidenceSettled(run: () => void): () => void {
  window.addEventListener(SETTLED, run);
  return () => window.removeEventListener(SETTLED, run);
}
