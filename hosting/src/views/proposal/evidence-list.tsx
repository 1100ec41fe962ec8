import { DocRef } from "@studio-os/functions/contracts";
import type { JsonObject, Proposal, RouteAnswer } from "@studio-os/functions/contracts";
import { useState } from "react";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import type { TenantView } from "../tenant-view.js";
import { useStaffAction, whyNot } from "../use-staff-action.js";

type Evidence = Proposal["evidence"][number];
type Opened = RouteAnswer<"openEvidence">;

/**
 * What the requester points to. A record of the studio is opened by a press and never by itself: of a proposal of high risk
 * the server puts on record who looked (M07.10).
 */
export function EvidenceList({ view, proposal }: { view: TenantView; proposal: Proposal }) {
  if (proposal.evidence.length === 0) return <p className="muted">None was given.</p>;
  return (
    <ul className="evidence">
      {proposal.evidence.map((evidence, index) => (
        <li key={`${evidence.kind}:${evidence.ref}`}>
          <span className="badge badge-quiet">{evidence.kind}</span>{" "}
          <span className="plain-text">{evidence.summary}</span>
          <code className="evidence-ref">{evidence.ref}</code>
          {evidence.sha256 === null ? null : (
            <code className="evidence-ref">sha256 {evidence.sha256.slice(0, 16)}…</code>
          )}
          {DocRef.safeParse(evidence.ref).success ? (
            <TheRecord view={view} proposal={proposal} evidence={evidence} index={index} />
          ) : null}
        </li>
      ))}
    </ul>
  );
}

interface TheRecordProps {
  readonly view: TenantView;
  readonly proposal: Proposal;
  readonly evidence: Evidence;
  readonly index: number;
}

function TheRecord({ view, proposal: { proposalId, riskTier }, evidence, index }: TheRecordProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const { state, send } = useStaffAction(view, "openEvidence");
  const off = whyNot(view, "openEvidence");
  const isRecorded = riskTier === "high" || riskTier === "physical";
  const offId = `${proposalId}-evidence-${index}-off`;
  const open = async () => {
    const answer = await send({ tenantId: view.tenant.tenantId, proposalId }, { index });
    if (answer !== null) setOpened(answer);
  };
  if (opened !== null) return <OpenedRecord opened={opened} />;
  return (
    <>
      <Button
        tone="quiet"
        isBusy={state.kind === "sending"}
        offBecause={off === null ? undefined : offId}
        onPress={() => void open()}
      >
        {state.kind === "sending" ? "Opening…" : `Open ${evidence.ref}`}
      </Button>
      {off === null && !isRecorded ? null : (
        <p className="facts" id={offId}>
          {off ?? "That you looked goes on record."}
        </p>
      )}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
    </>
  );
}

function OpenedRecord({ opened: { record, isSame, isOnRecord } }: { opened: Opened }) {
  return (
    <div role="group" aria-label="The record">
      {record === null ? <p>There is no such record any more.</p> : <Fields record={record} />}
      {isSame === false ? (
        <p className="audit-altered" role="alert">
          <strong>This is not what the requester saw.</strong> The record was changed since.
        </p>
      ) : null}
      <p className="facts">
        {isSame === true ? "This is what the requester saw. " : ""}
        {isOnRecord ? "That you looked is on record." : ""}
      </p>
    </div>
  );
}

const Fields = ({ record }: { record: JsonObject }) => (
  <dl className="audit-list">
    {Object.entries(record).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd className="plain-text">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
      </div>
    ))}
  </dl>
);
