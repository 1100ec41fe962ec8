import type { ControlState } from "@studio-os/functions/contracts";
import type { ReactNode } from "react";
import { formatAge } from "../../ui/age.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";

interface WithControlProps {
  readonly view: TenantView;
  /** What is shown of it, as in "The staff list". */
  readonly source: string;
  readonly children: (state: ControlState) => ReactNode;
}

/** Draws what the control document holds, or why it cannot be shown: loading, failed, missing, unreadable, old. */
export function WithControl({ view, source, children }: WithControlProps) {
  const { control } = view.tenant;
  const live = useFeed(control);
  const nowMs = useNow();
  if (live.state === "loading") return <Skeleton rows={5} kind="line" label={source} />;
  if (live.state === "failed") return <PanelFailure source={source} failure={live} onRetry={control.retry} />;
  const { studio } = live.value;
  if (studio.kind === "missing") {
    return (
      <Empty title={`${source} is not there`}>
        <p className="muted">
          The control document is missing, and that counts as stopped. An operator can restore it.
        </p>
      </Empty>
    );
  }
  if (studio.kind === "unreadable") return <UnreadableNote id="control/state" problem={studio.problem} />;
  return (
    <>
      {live.isFromCache || view.connection.kind === "offline" ? (
        <p className="stale-label">As of {formatAge(live.confirmedAtMs, nowMs)}: the server cannot be reached.</p>
      ) : null}
      {children(studio.value)}
    </>
  );
}
