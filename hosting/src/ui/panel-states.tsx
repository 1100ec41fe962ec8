import type { ReactNode } from "react";
import { Button } from "./button.js";

interface PanelFailureProps {
  readonly source: string;
  readonly failure: { readonly code: string; readonly message: string; readonly requestId: string | null };
  readonly onRetry: () => void;
}

/** One panel that failed alone: what it is, why, the id to ask with, and another try. The others stay. */
export function PanelFailure({ source, failure, onRetry }: PanelFailureProps) {
  return (
    <div className="panel-failure" role="group" aria-label={`${source} could not be read`}>
      <p className="panel-failure-title">{source} could not be read</p>
      <p>{failure.message}</p>
      <p className="facts">
        <code>{failure.code}</code>
        {failure.requestId === null ? null : <span> · request {failure.requestId}</span>}
      </p>
      <Button onPress={onRetry}>Try again</Button>
    </div>
  );
}

/** Grey shapes of the same geometry as what is coming. They appear after 300 ms, so that a quick answer never flashes. */
export function Skeleton({ rows, kind, label }: { rows: number; kind: "row" | "line" | "card"; label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={`${label} loading`}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={`skeleton-${kind}`} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** A record that breaks its contract: shown by its id, because hiding it would say that all is well. */
export function UnreadableNote({ id, problem }: { id: string; problem: string }) {
  return (
    <div className="unreadable">
      <strong>Unreadable record</strong> <code>{id}</code>
      <p className="facts">It does not have the shape it must have ({problem}). An operator can repair it.</p>
    </div>
  );
}
