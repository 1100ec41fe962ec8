import { useEffect, useState } from "react";
import type { HistoryEntry } from "../../data/studio-data.js";
import { announceNow } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import type { TenantView } from "../tenant-view.js";
import type { LogAlarm } from "./check-log.js";
import { settleEvidence, useLogProof } from "./use-log-proof.js";
import type { LogStanding } from "./use-log-proof.js";

/**
 * What this browser proved by itself about the events that are shown, in one line; and loudly, where it caught somebody
 * (M07.13).
 */
export function ChainChip({ view, entries }: { view: TenantView; entries: readonly HistoryEntry[] }) {
  const standing = useLogProof(view, entries);
  const sentence = standing.kind === "rejected" ? standing.alarm.sentence : null;
  useEffect(() => {
    if (sentence !== null) announceNow(`The audit log is not sound. ${sentence}`);
  }, [sentence]);
  if (standing.kind === "rejected") return <Alarm alarm={standing.alarm} />;
  const { tone, words, why } = chipWords(standing);
  return (
    <p className="chain-chip" data-testid="chain-chip">
      <span className={`badge badge-${tone}`}>{words}</span> <span className="facts">{why}</span>
    </p>
  );
}

/** The chip in words: what is proved, what is not yet, and why where nothing is. */
export function chipWords(standing: Exclude<LogStanding, { kind: "rejected" }>): {
  readonly tone: "good" | "attention" | "calm";
  readonly words: string;
  readonly why: string;
} {
  switch (standing.kind) {
    case "checking":
      return { tone: "calm", words: "Checking the log…", why: "" };
    case "unchecked":
      return { tone: "attention", words: "Not verified", why: standing.why };
    case "unsigned":
      return { tone: "attention", words: "Not verified", why: "Nothing of this log is signed yet." };
    case "verified": {
      const { proved, waiting, earlier, size, isKnown } = standing;
      const parts = [
        `${proved} shown ${proved === 1 ? "event is" : "events are"} in the signed log of ${size.toLocaleString("en")} entries.`,
        waiting === 0 ? "" : `${waiting} not yet.`,
        earlier === 0 ? "" : `${earlier} of an earlier log, which is not checked here.`,
        isKnown ? "It only grew since this browser saw it last." : "This browser sees it for the first time.",
      ];
      return { tone: "good", words: "Verified by this browser", why: parts.filter(Boolean).join(" ") };
    }
  }
}

function Alarm({ alarm }: { alarm: LogAlarm }) {
  const [isAsked, setAsked] = useState(false);
  const { evidence } = alarm;
  return (
    <div className="chain-alarm" role="alert" data-testid="chain-alarm">
      <p>
        <strong>The audit log is not sound.</strong> {alarm.sentence}
      </p>
      {alarm.eventIds.length === 0 ? null : (
        <p>
          Events: <code>{alarm.eventIds.join(", ")}</code>
        </p>
      )}
      <p>
        Believe nothing that this screen says about the past. Tell an owner by another way than this, and keep the
        evidence.
      </p>
      <p className="facts">
        <code>{alarm.code}</code>
      </p>
      {evidence === null ? null : (
        <>
          <details>
            <summary>The evidence: two signed checkpoints</summary>
            <p className="facts">Noticed {evidence.noticedAt}. Seen before:</p>
            <pre className="chain-evidence">{evidence.seen}</pre>
            <p className="facts">Shown then:</p>
            <pre className="chain-evidence">{evidence.shown}</pre>
          </details>
          {isAsked ? (
            <Button onPress={() => settleEvidence(originOf(evidence.shown))}>
              I have kept both: stop showing this
            </Button>
          ) : (
            <Button tone="quiet" onPress={() => setAsked(true)}>
              The evidence is kept…
            </Button>
          )}
        </>
      )}
    </div>
  );
}

/** The first line of a checkpoint names its log. */
const originOf = (note: string): string => note.split("\n")[0] ?? "";
