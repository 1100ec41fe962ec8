import type { ConflictField, Json, Proposal, StaleField } from "@studio-os/functions/contracts";
import type { ApiFailure } from "../../data/studio-data.js";
import { formatAge } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { useNow } from "../../ui/use-live.js";
import { STATUS_WORDS } from "../queue/proposal-words.js";
import { fieldWords, valueLines } from "./diff-words.js";

interface ActionFailureProps {
  readonly failure: ApiFailure;
  /** What the person saw when they decided. */
  readonly seen: Proposal;
  readonly onReplan: () => void;
}

/** Why an action did not happen: with what somebody else did, what has changed, and the one step that helps. */
export function ActionFailure({ failure, seen, onReplan }: ActionFailureProps) {
  const { changed = [], conflicts = [], proposal } = failure.details;
  const mayReplan =
    failure.code === "STALE_PLAN" || failure.code === "CONTROL_CHANGED" || failure.code === "APPROVAL_EXPIRED";
  return (
    <div className="action-failure">
      <FailureNote failure={failure} />
      {proposal === undefined ? null : <WhatHappened seen={seen} now={proposal} />}
      {changed.length === 0 ? null : <StaleTable changed={changed} />}
      {conflicts.length === 0 ? null : <ConflictTable conflicts={conflicts} />}
      {mayReplan ? (
        <Button tone="primary" onPress={onReplan}>
          Plan again
        </Button>
      ) : null}
    </div>
  );
}

/** "Bo approved 4 s ago", and how the proposal differs from the one that was on the screen. */
function WhatHappened({ seen, now }: { seen: Proposal; now: Proposal }) {
  const nowMs = useNow();
  const known = new Set(seen.reviews.map((review) => `${review.reviewer.id}:${review.at}`));
  const fresh = now.reviews.filter((review) => !known.has(`${review.reviewer.id}:${review.at}`));
  return (
    <ul className="what-happened">
      {fresh.map((review) => (
        <li key={`${review.reviewer.id}:${review.at}`}>
          <strong>{review.reviewer.name}</strong> {review.decision === "approve" ? "approved" : "rejected"}{" "}
          {formatAge(review.at, nowMs)}
          {review.rationale === "" ? null : <q className="plain-text">{review.rationale}</q>}
        </li>
      ))}
      {now.status === seen.status ? null : (
        <li>
          You saw <strong>{STATUS_WORDS[seen.status]}</strong>; it is <strong>{STATUS_WORDS[now.status]}</strong>.
        </li>
      )}
      {now.plan.planId === seen.plan.planId ? null : (
        <li>
          The effect was “{seen.plan.headline}”; it is “{now.plan.headline}”.
        </li>
      )}
    </ul>
  );
}

function StaleTable({ changed }: { changed: readonly StaleField[] }) {
  return (
    <table className="compare">
      <caption>What has changed since the plan was computed</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Was</th>
          <th scope="col">Is now</th>
        </tr>
      </thead>
      <tbody>
        {changed.map((field) => (
          <tr key={`${field.ref}:${field.field}`}>
            <FieldName target={field.ref} field={field.field} />
            <Value value={field.was} />
            <Value value={field.now} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ConflictTable({ conflicts }: { conflicts: readonly ConflictField[] }) {
  return (
    <table className="compare">
      <caption>Somebody changed the record after the execution</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">We wrote</th>
          <th scope="col">Is now</th>
        </tr>
      </thead>
      <tbody>
        {conflicts.map((field) => (
          <tr key={`${field.ref}:${field.field}`}>
            <FieldName target={field.ref} field={field.field} />
            <Value value={field.before} />
            <Value value={field.weWrote} />
            <Value value={field.now} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FieldName({ target, field }: { target: string; field: string }) {
  return (
    <th scope="row">
      {fieldWords(field)} <code>{target}</code>
    </th>
  );
}

function Value({ value }: { value: Json | undefined }) {
  return <td className="plain-text">{value === undefined ? "absent" : valueLines(value).join("\n")}</td>;
}
