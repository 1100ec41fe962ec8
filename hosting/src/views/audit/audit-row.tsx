import { useId, useState } from "react";
import type { HistoryEntry } from "../../data/studio-data.js";
import { formatMoment } from "../../ui/age.js";
import { Link } from "../../ui/link.js";
import { chainPath } from "../../ui/route.js";
import type { TenantView } from "../tenant-view.js";
import { EventFacts } from "./event-facts.js";
import { OUTCOME_WORDS, SEVERITY_WORDS, eventTitle } from "./event-words.js";
import { LogBadge } from "./log-badge.js";

/** One event: a row, and under it all that it says once it is opened. */
export function AuditRow({ view, entry }: { view: TenantView; entry: HistoryEntry }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { tenantId } = view.tenant;
  const severity = SEVERITY_WORDS[entry.severity];
  return (
    <tbody className={`audit-entry audit-${entry.severity}`}>
      <tr className="audit-row">
        <td className="audit-when">
          <time dateTime={entry.at}>{formatMoment(entry.at, view.timeZone)}</time>
        </td>
        <th scope="row" className="audit-what">
          <button
            type="button"
            className="audit-open"
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={() => setOpen(!isOpen)}
          >
            <span className="audit-glyph" aria-hidden="true">
              {severity.glyph}
            </span>
            {entry.severity === "info" ? null : <span className="for-readers">{severity.words}: </span>}
            {eventTitle(entry.type)}
          </button>
        </th>
        <td className="audit-who">
          {entry.actorName}
          {entry.actorType === "human" ? null : <span className="muted"> ({entry.actorType})</span>}
        </td>
        <td className="audit-about">
          {entry.proposalId === null ? (
            <span className="muted">{entry.capabilityId ?? "—"}</span>
          ) : (
            <Link to={chainPath(tenantId, { of: "proposal", id: entry.proposalId }, entry.eventId)}>
              {entry.capabilityId ?? "proposal"} <code>{entry.proposalId.slice(0, 8)}</code>
            </Link>
          )}
        </td>
        <td className="audit-outcome">
          <span className={entry.outcome === "refused" ? "badge badge-bad" : "muted"}>
            {OUTCOME_WORDS[entry.outcome]}
          </span>
          {entry.reasonCode === null ? null : <code>{entry.reasonCode}</code>}
        </td>
        <td className="audit-log">
          <LogBadge entry={entry} />
        </td>
      </tr>
      {isOpen ? (
        <tr className="audit-open-row">
          <td colSpan={6} id={id}>
            <EventFacts view={view} entry={entry} />
          </td>
        </tr>
      ) : null}
    </tbody>
  );
}
