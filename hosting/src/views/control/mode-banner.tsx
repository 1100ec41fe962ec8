import { API_ROUTES } from "@studio-os/functions/contracts";
import { formatAge, formatMoment } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { useNow } from "../../ui/use-live.js";
import { holdsAny } from "../queue/me.js";
import type { TenantView } from "../tenant-view.js";

interface ModeBannerProps {
  readonly view: TenantView;
  readonly onRelease: () => void;
  readonly onRetry: () => void;
}

/** Who stopped the studio, when and why, and the way back; and the line about a lost connection. */
export function ModeBanner({ view, onRelease, onRetry }: ModeBannerProps) {
  const { mode, connection } = view;
  const nowMs = useNow();
  const isLost = connection.kind === "offline" || connection.kind === "reconnecting";
  return (
    <>
      {mode !== null && mode.mode !== "normal" ? (
        <section className={`banner banner-${mode.mode}`} aria-label="The studio's mode">
          <div className="banner-text">
            <strong>
              {mode.mode === "stopped" ? "Stopped" : "Read-only"}
              {mode.isGlobal ? ", for all studios" : ""}
            </strong>
            <span>
              {mode.by === null ? "" : `by ${mode.by} `}
              {mode.at === null ? "" : `${formatAge(mode.at, nowMs)} (${formatMoment(mode.at, view.timeZone)})`}
            </span>
            <span className="banner-reason plain-text">“{mode.reason}”</span>
            {mode.releaseRequest === null ? null : (
              <span>
                {mode.releaseRequest.by.name} asked for the release {formatAge(mode.releaseRequest.at, nowMs)}; a second
                person can confirm.
              </span>
            )}
          </div>
          <ReleaseAction view={view} onRelease={onRelease} onRetry={onRetry} />
        </section>
      ) : null}
      {isLost ? (
        <section className="banner banner-offline" aria-label="Connection">
          <div className="banner-text">
            <strong>{connection.kind === "offline" ? "Offline" : "Reconnecting"}</strong>
            <span>
              Last word of the server {formatAge(connection.lastMs, nowMs)}. The queue can be read; decisions wait, and
              what you type is kept.
            </span>
          </div>
        </section>
      ) : null}
    </>
  );
}

function ReleaseAction({ view: { mode, me }, onRelease, onRetry }: ModeBannerProps) {
  if (mode?.by === null) return <Button onPress={onRetry}>Read it again</Button>;
  if (mode?.isGlobal === true) return <span>Only the platform&apos;s operators can lift this.</span>;
  if (!holdsAny(me, API_ROUTES.releaseStop.roles)) {
    return <span>An owner or approver_admin can release it.</span>;
  }
  return <Button onPress={onRelease}>Release…</Button>;
}
