import type { AuditEvent, AuditPayload } from "@studio-os/functions/contracts";
import { canonicalJson } from "@studio-os/functions/canonical-json";
import { useState } from "react";
import type { One } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { PanelFailure, Skeleton } from "../../ui/panel-states.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { sha256Hex } from "./browser-crypto.js";

/** The words of a person behind an event: read only when they are asked for, by those whose role opens them. */
export function EventWords({ view, event }: { view: TenantView; event: AuditEvent }) {
  const [isShown, setShown] = useState(false);
  const mayRead = view.me.roles.some((role) => role === "owner" || role === "approver_admin");
  return (
    <section className="audit-words" aria-label="Free text">
      {isShown ? (
        <Shown view={view} event={event} />
      ) : mayRead ? (
        <Button onPress={() => setShown(true)}>Show the words</Button>
      ) : (
        <p className="facts">Words were written with this. Owners and approver admins may read them.</p>
      )}
    </section>
  );
}

function Shown({ view, event }: { view: TenantView; event: AuditEvent }) {
  const feed = view.tenant.audit.words(event.eventId);
  const live = useFeed(feed);
  if (live.state === "loading") return <Skeleton rows={2} kind="line" label="The words" />;
  if (live.state === "failed") return <PanelFailure source="The words" failure={live} onRetry={feed.retry} />;
  return <Words words={live.value} event={event} />;
}

function Words({ words, event }: { words: One<AuditPayload>; event: AuditEvent }) {
  if (words.kind === "missing")
    return (
      <p>
        <strong>Erased.</strong> The words and their salt are gone. What remains is a hash that nobody can turn back
        into them, and the proof of the event stays whole.
      </p>
    );
  if (words.kind === "unreadable") return <p role="alert">The words cannot be read: {words.problem}.</p>;
  const { salt, payload } = words.value;
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
        <p className="facts">These are the words that the event was recorded with.</p>
      ) : (
        <p className="audit-altered" role="alert">
          <strong>These are not the words that the event was recorded with.</strong> Somebody changed them past the
          functions.
        </p>
      )}
    </>
  );
}
