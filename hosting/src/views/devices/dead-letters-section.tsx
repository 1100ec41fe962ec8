import type { DeadLetter } from "@studio-os/functions/contracts";
import { useState } from "react";
import { DEAD_LETTER_LIMITS } from "../../data/studio-data.js";
import type { DeadLetterLimit, Listed } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { whyNot } from "../use-staff-action.js";
import { DeadLetterCard } from "./dead-letter-card.js";
import { waiting } from "./letter-words.js";
import { useRedrive } from "./use-redrive.js";

/** Messages that were refused: why, what is in them, and the way to have them judged again. */
export function DeadLettersSection({ view, mayRead }: { view: TenantView; mayRead: boolean }) {
  return (
    <section className="panel" aria-labelledby="letters-title">
      <header className="panel-head">
        <div>
          <h2 id="letters-title">Refused messages</h2>
          <p className="muted">
            Whatever an agent sent and the studio did not take is kept here whole. Once the cause is gone, re-drive it:
            it is judged anew, under today&apos;s keys and rules, and what counted before never counts twice.
          </p>
        </div>
      </header>
      {mayRead ? <OpenLetters view={view} /> : <p className="off-note">{whyNot(view, "redriveDeadLetter")}</p>}
    </section>
  );
}

function OpenLetters({ view }: { view: TenantView }) {
  const [limit, setLimit] = useState<DeadLetterLimit>(DEAD_LETTER_LIMITS[0]);
  const feed = view.tenant.deadLetters(limit);
  const letters = useFeed(feed);
  if (letters.state === "loading") return <Skeleton rows={3} kind="row" label="Dead letters" />;
  if (letters.state === "failed")
    return <PanelFailure source="The dead letters" failure={letters} onRetry={feed.retry} />;
  const { items, unreadable } = letters.value;
  const next = DEAD_LETTER_LIMITS.find((one) => one > limit);
  const isFull = items.length + unreadable.length >= limit;
  return (
    <>
      {isFull ? (
        <p className="queue-note">
          The newest {limit} are shown. {next === undefined ? "Re-drive these first; the others follow." : null}
        </p>
      ) : null}
      <Letters view={view} listed={letters.value} />
      {isFull && next !== undefined ? <Button onPress={() => setLimit(next)}>Show up to {next}</Button> : null}
    </>
  );
}

function Letters({ view, listed }: { view: TenantView; listed: Listed<DeadLetter> }) {
  const redrive = useRedrive(view);
  const due = waiting(listed.items);
  const off = whyNot(view, "redriveDeadLetter");
  const counts = listed.items.filter(({ acceptedAt }) => acceptedAt !== null);
  const open = listed.items.filter(({ acceptedAt }) => acceptedAt === null);
  const card = (letter: DeadLetter) => (
    <DeadLetterCard
      key={letter.deadLetterId}
      view={view}
      letter={letter}
      attempt={redrive.attempts.get(letter.deadLetterId)}
      offBecause={off === null ? undefined : "redrive-off"}
      onRedrive={() => void redrive.drive([letter.deadLetterId])}
    />
  );
  return (
    <>
      {off === null ? null : (
        <p className="off-note" id="redrive-off">
          {off}
        </p>
      )}
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {listed.items.length + listed.unreadable.length === 0 ? (
        <Empty title="Nothing was refused">
          <p className="muted">Everything that the agents sent was taken.</p>
        </Empty>
      ) : null}
      {due.length > 1 ? (
        <div className="letters-all">
          <Button
            offBecause={off === null ? undefined : "redrive-off"}
            isBusy={redrive.isBusy}
            onPress={() => void redrive.drive(due.map(({ deadLetterId }) => deadLetterId))}
          >
            {redrive.isBusy ? "Judging…" : `Re-drive all ${due.length}, the oldest first`}
          </Button>
        </div>
      ) : null}
      <ul className="cards">{open.map(card)}</ul>
      {counts.length === 0 ? null : (
        <details className="version">
          <summary>Re-driven and counted: {counts.length}</summary>
          <ul className="cards">{counts.map(card)}</ul>
        </details>
      )}
    </>
  );
}
