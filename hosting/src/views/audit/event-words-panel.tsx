import type { AuditEvent, RouteAnswer } from "@studio-os/functions/contracts";
import { canonicalJson } from "@studio-os/functions/canonical-json";
import { useState } from "react";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { holdsAny } from "../queue/me.js";
import { KEEPING_REASON } from "../studio/keeping/hold-words.js";
import { ReasonSheet } from "../studio/reason-sheet.js";
import type { TenantView } from "../tenant-view.js";
import { useStaffAction, whyNot } from "../use-staff-action.js";
import { sha256Hex } from "./browser-crypto.js";

type Revealed = RouteAnswer<"revealWords">;

/**
 * The words of a person behind an event. The server gives them out in the commit that puts on record who looked (M07.10), so
 * they are asked for by a press and never by themselves; owners erase them for ever (M07.12).
 */
export function EventWords({ view, event }: { view: TenantView; event: AuditEvent }) {
  const mayRead = holdsAny(view.me, ["owner", "approver_admin"]);
  return (
    <section className="audit-words" aria-label="Free text">
      {mayRead ? (
        <Words view={view} event={event} />
      ) : (
        <p className="facts">Words were written with this. Owners and approver admins may read them.</p>
      )}
    </section>
  );
}

function Words({ view, event }: { view: TenantView; event: AuditEvent }) {
  const { eventId } = event;
  const { tenantId } = view.tenant;
  const [words, setWords] = useState<Revealed | "erased" | null>(null);
  const [isErasing, setErasing] = useState(false);
  const { state: asking, send: reveal } = useStaffAction(view, "revealWords");
  const { state: erasing, send: erase } = useStaffAction(view, "eraseWords");
  const [off, eraseOff] = [whyNot(view, "revealWords"), whyNot(view, "eraseWords")];
  const isGone = asking.kind === "failed" && asking.failure.code === "WORDS_ERASED";
  if (words === "erased" || isGone) return <Erased />;

  const show = async () => {
    const answer = await reveal({ tenantId, eventId }, {});
    if (answer !== null) setWords(answer);
  };
  const eraseNow = async (reason: string) => {
    if ((await erase({ tenantId, eventId }, { reason })) === null) return;
    setErasing(false);
    setWords("erased");
    announce("The words are erased.");
  };
  return (
    <>
      {words === null ? (
        <>
          <Button
            isBusy={asking.kind === "sending"}
            offBecause={off === null ? undefined : `${eventId}-words-off`}
            onPress={() => void show()}
          >
            {asking.kind === "sending" ? "Asking…" : "Show the words"}
          </Button>
          <p className="facts" id={`${eventId}-words-off`}>
            {off ?? "That you looked goes on record."}
          </p>
        </>
      ) : (
        <Shown words={words} event={event} />
      )}
      {asking.kind === "failed" ? <FailureNote failure={asking.failure} /> : null}
      {holdsAny(view.me, ["owner"]) ? (
        <Button
          tone="quiet"
          offBecause={eraseOff === null ? undefined : `${eventId}-words-off`}
          onPress={() => setErasing(true)}
        >
          Erase the words…
        </Button>
      ) : null}
      <ReasonSheet
        title="Erase these words for ever"
        isOpen={isErasing}
        onClose={() => setErasing(false)}
        words={{
          intro:
            "The words and their salt are deleted, and where a proposal shows them a mark takes their place. Nobody can bring them back. Why, without repeating them:",
          confirm: "Erase for ever",
        }}
        bounds={KEEPING_REASON}
        sending={erasing}
        obstacle={eraseOff}
        onConfirm={(reason) => void eraseNow(reason)}
      />
    </>
  );
}

const Erased = () => (
  <p>
    <strong>Erased.</strong> The words and their salt are gone. What remains is a hash that nobody can turn back into
    them, and the proof of the event stays whole.
  </p>
);

function Shown({ words: { salt, payload }, event }: { words: Revealed; event: AuditEvent }) {
  // What the server says of it is not asked: this browser compares by itself.
  const isSame = sha256Hex(salt + canonicalJson(payload)) === event.payloadHash;
  return (
    <>
      <dl className="audit-list">
        {Object.entries(payload).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="plain-text">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
      {isSame ? (
        <p className="facts">These are the words that the event was recorded with. That you looked is on record.</p>
      ) : (
        <p className="audit-altered" role="alert">
          <strong>These are not the words that the event was recorded with.</strong> Somebody changed them past the
          functions.
        </p>
      )}
    </>
  );
}
