import { REASON_CODES } from "@studio-os/functions/contracts";
import type { AuditEvent } from "@studio-os/functions/contracts";
import type { ReactNode } from "react";
import type { HistoryEntry } from "../../data/studio-data.js";
import { formatMoment } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { chainPath, queuePath } from "../../ui/route.js";
import type { TenantView } from "../tenant-view.js";
import { LINK_WORDS } from "./chain.js";
import { EventWords } from "./event-words-panel.js";
import { readEvent } from "./read-event.js";

/** All that one event says, read from the bytes that proofs are computed over. */
export function EventFacts({ view, entry }: { view: TenantView; entry: HistoryEntry }) {
  const reading = readEvent(entry);
  if (reading.kind === "unreadable")
    return (
      <p className="audit-altered" role="alert">
        <strong>This event cannot be read: {reading.problem}.</strong> Somebody changed it past the functions. Tell the
        owner, and keep this screen.
      </p>
    );
  const { event, altered } = reading;
  return (
    <div className="audit-facts">
      {altered.length === 0 ? null : (
        <p className="audit-altered" role="alert">
          <strong>The list does not say what the event says: {altered.join(", ")}.</strong> Somebody changed the copies
          that are searched by. Below is what the event itself says.
        </p>
      )}
      <Facts view={view} event={event} />
      {event.payloadHash === null ? null : <EventWords view={view} event={event} />}
    </div>
  );
}

function Facts({ view, event }: { view: TenantView; event: AuditEvent }) {
  const { tenantId } = view.tenant;
  return (
    <dl className="audit-list">
      <Fact name="When">
        {formatMoment(event.at, view.timeZone)} · <code>{event.at}</code>
      </Fact>
      <Fact name="Who">
        {event.actor.name} <code>{event.actor.id}</code>
        {event.actor.type === "human" && event.actor.roles.length > 0 ? ` as ${event.actor.roles.join(", ")}` : null}
      </Fact>
      {event.actChain.length === 0 ? null : (
        <Fact name="In the chain">
          {event.actChain.map((link) => `${link.id} (${LINK_WORDS[link.as]})`).join(" → ")}
        </Fact>
      )}
      {event.reasonCode === null ? null : (
        <Fact name="Why not">
          {REASON_CODES[event.reasonCode].sentence} <code>{event.reasonCode}</code>
          <span className="facts"> Who can lift it: {REASON_CODES[event.reasonCode].whoCanLift}</span>
        </Fact>
      )}
      {event.proposalId === null ? null : (
        <Fact name="Proposal">
          <Link to={queuePath(tenantId, event.proposalId, "?view=all")}>
            <code>{event.proposalId}</code>
          </Link>
        </Fact>
      )}
      <Fact name="Request">
        <Link to={chainPath(tenantId, { of: "request", id: event.requestId }, event.eventId)}>
          <code>{event.requestId}</code>
        </Link>
      </Fact>
      {event.resourceRefs.length === 0 ? null : (
        <Fact name="Changed">
          <ul>
            {event.resourceRefs.map(({ path, auditVersion }) => (
              <li key={path}>
                <code>{path}</code> to version {auditVersion}
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {event.policyVersion === null && event.controlEpoch === null ? null : (
        <Fact name="Under">
          {[
            event.policyVersion === null ? null : `approval policy ${event.policyVersion}`,
            event.controlEpoch === null ? null : `control epoch ${event.controlEpoch}`,
          ]
            .filter((part) => part !== null)
            .join(", ")}
        </Fact>
      )}
      {Object.entries(event.data).map(([name, value]) => (
        <Fact key={name} name={name}>
          <span className="plain-text">{typeof value === "string" ? value : JSON.stringify(value)}</span>
        </Fact>
      ))}
      <HashFact name="Asked (hash)" hash={event.inputHash} />
      <HashFact name="Effect (hash)" hash={event.outputHash} />
      <Fact name="Event">
        <code>{event.eventId}</code>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function HashFact({ name, hash }: { name: string; hash: string | null }) {
  if (hash === null) return null;
  return (
    <Fact name={name}>
      <code>{hash}</code>
    </Fact>
  );
}
