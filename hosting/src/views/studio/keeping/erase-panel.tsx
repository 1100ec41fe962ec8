import type { StaffEntry } from "@studio-os/functions/contracts";
import { useId, useState } from "react";
import type { SubmitEvent } from "react";
import type { HistoryEntry } from "../../../data/studio-data.js";
import { formatMoment } from "../../../ui/age.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { Field } from "../../../ui/field.js";
import { PanelFailure, Skeleton } from "../../../ui/panel-states.js";
import { eventTitle } from "../../audit/event-words.js";
import { readEvent } from "../../audit/read-event.js";
import { useTimeline } from "../../audit/use-timeline.js";
import { count } from "../../queue/proposal-words.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";
import { KEEPING_REASON } from "./hold-words.js";

interface ErasePanelProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
}

/** What one person wrote with what they did, to be forgotten event by event. The events and every proof of them stay. */
export function ErasePanel({ view, staff }: ErasePanelProps) {
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [actorId, setActorId] = useState<string | null>(null);
  const off = whyNot(view, "eraseWords");
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setActorId(typed.trim() === "" ? null : typed.trim());
  };
  return (
    <section className="panel" aria-labelledby="erase-title">
      <header className="panel-head">
        <div>
          <h2 id="erase-title">What a person wrote</h2>
          <p className="muted">
            An owner erases reasons and notes for ever, where the person asks to be forgotten. The events stay, and
            prove as before that they happened.
          </p>
        </div>
      </header>
      {off === null ? null : (
        <p className="off-note" id="erase-off">
          {off}
        </p>
      )}
      <form className="person-search" onSubmit={onSubmit}>
        <Field label="Whose words" hint="An account id; the list offers the staff.">
          {(control) => (
            <input
              {...control}
              list={listId}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <datalist id={listId}>
          {staff.map(({ uid, name }) => (
            <option key={uid} value={uid}>
              {name}
            </option>
          ))}
        </datalist>
        <Button type="submit" onPress={() => undefined}>
          Look
        </Button>
      </form>
      {actorId === null ? null : <WordsOf key={actorId} view={view} actorId={actorId} off={off} />}
    </section>
  );
}

/** What came of one erasure: done, or the code that it was refused with. */
type Results = Readonly<Record<string, string>>;
const ERASED = "ERASED";

function WordsOf({ view, actorId, off }: { view: TenantView; actorId: string; off: string | null }) {
  const { tenant } = view;
  const timeline = useTimeline(tenant.audit, {
    ...{ types: [], actorId, proposalId: null, requestId: null, outcome: null, severity: null },
    ...{ fromAt: null, untilAt: null },
  });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [results, setResults] = useState<Results>({});
  const [isAsking, setAsking] = useState(false);
  const { state: sending, send } = useStaffAction(view, "eraseWords");
  if (timeline.state === "loading") return <Skeleton rows={3} kind="line" label="Their events" />;
  if (timeline.state === "failed")
    return <PanelFailure source="Their events" failure={timeline} onRetry={timeline.retry} />;
  const written = timeline.items.filter(hasWords);

  /** One after the other, until one is refused: what is done is shown, what is not stays chosen. */
  const erase = async (reason: string) => {
    for (const eventId of chosen) {
      const answer = await send({ tenantId: tenant.tenantId, eventId }, { reason });
      if (answer === null) return;
      setResults((before) => ({ ...before, [eventId]: ERASED }));
      setChosen((before) => before.filter((id) => id !== eventId));
    }
    announce(`The words of ${count(chosen.length, "event")} are erased.`);
    setAsking(false);
  };
  const toggle = (eventId: string, isOn: boolean) =>
    setChosen(isOn ? [...chosen, eventId] : chosen.filter((id) => id !== eventId));
  return (
    <>
      {written.length === 0 ? (
        <p className="muted panel-none">
          {timeline.older.isThere ? "Nothing among the newest events." : "They wrote nothing, or nobody has this id."}
        </p>
      ) : (
        <fieldset className="choices erase-list">
          <legend>Written with</legend>
          {written.map((entry) => (
            <label key={entry.eventId} className="check">
              <input
                type="checkbox"
                disabled={results[entry.eventId] === ERASED}
                checked={chosen.includes(entry.eventId)}
                onChange={(event) => toggle(entry.eventId, event.target.checked)}
              />
              <span>
                <strong>{eventTitle(entry.type)}</strong> {formatMoment(entry.at, view.timeZone)}
                {entry.proposalId === null ? null : (
                  <>
                    {" "}
                    · proposal <code>{entry.proposalId}</code>
                  </>
                )}
                {results[entry.eventId] === ERASED ? <span className="badge badge-good">Erased</span> : null}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {timeline.older.failure === null ? null : (
        <PanelFailure source="Older events" failure={timeline.older.failure} onRetry={timeline.older.load} />
      )}
      <div className="erase-actions">
        {timeline.older.isThere && timeline.older.failure === null ? (
          <Button isBusy={timeline.older.isLoading} onPress={timeline.older.load}>
            {timeline.older.isLoading ? "Reading…" : "Show older"}
          </Button>
        ) : null}
        {written.length === 0 ? null : (
          <>
            <Button
              tone="danger"
              offBecause={off === null ? (chosen.length === 0 ? "erase-none" : undefined) : "erase-off"}
              onPress={() => setAsking(true)}
            >
              Erase {count(chosen.length, "text")}…
            </Button>
            {chosen.length === 0 ? (
              <span id="erase-none" className="hint">
                Choose what to erase.
              </span>
            ) : null}
          </>
        )}
      </div>
      <ReasonSheet
        title={`Erase ${count(chosen.length, "text")} for ever`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        words={{
          intro:
            "The words and their salts are deleted, and where proposals show them a mark takes their place. Nobody can bring them back. Why, without repeating them:",
          confirm: "Erase for ever",
        }}
        bounds={KEEPING_REASON}
        sending={sending}
        obstacle={off}
        onConfirm={(reason) => void erase(reason)}
      />
    </>
  );
}

function hasWords(entry: HistoryEntry): boolean {
  const reading = readEvent(entry);
  return reading.kind === "event" && reading.event.payloadHash !== null;
}
