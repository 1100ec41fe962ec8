import type { ControlScope, ControlState } from "@studio-os/functions/contracts";
import { useState } from "react";
import { formatAge, formatLeft, formatMoment } from "../../../ui/age.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { Sheet } from "../../../ui/sheet.js";
import { useNow } from "../../../ui/use-live.js";
import { ReleaseForm } from "../../control/release-form.js";
import { MODE_WORDS } from "../../control/use-mode-announcements.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { WithControl } from "../with-control.js";
import { runningScopes, SCOPE_WORDS } from "./scope-input.js";
import { ScopeSheet } from "./scope-sheet.js";

/** What is stopped beside, or below, the studio's own mode: one capability, connector, person, agent or routine. */
export function StopsSection({ view }: { view: TenantView }) {
  return (
    <WithControl view={view} source="The stops">
      {(state) => <Stops view={view} state={state} />}
    </WithControl>
  );
}

type Open = { readonly name: "engage" } | { readonly name: "release"; readonly scope: ControlScope } | null;

function Stops({ view, state }: { view: TenantView; state: ControlState }) {
  const [open, setOpen] = useState<Open>(null);
  const nowMs = useNow();
  const scopes = runningScopes(state.scopes, nowMs);
  const engageOff = whyNot(view, "engageScope");
  const releaseOff = whyNot(view, "releaseScope");
  const releasing = open?.name === "release" ? scopes.find((scope) => isSame(scope, open.scope)) : undefined;
  return (
    <section className="panel" aria-labelledby="stops-title">
      <header className="panel-head">
        <div>
          <h2 id="stops-title">Narrower stops</h2>
          <p className="muted">
            The studio is {MODE_WORDS[state.mode].toLowerCase()}; the strictest of what matches counts. To stop
            everything, press Stop above.
          </p>
        </div>
        <Button
          tone="danger"
          offBecause={engageOff === null ? undefined : "engage-off"}
          onPress={() => setOpen({ name: "engage" })}
        >
          Stop one thing…
        </Button>
      </header>
      {engageOff === null ? null : (
        <p className="off-note" id="engage-off">
          {engageOff}
        </p>
      )}
      {releaseOff === null || scopes.length === 0 || releaseOff === engageOff ? null : (
        <p className="off-note" id="release-off">
          Release is off: {releaseOff}
        </p>
      )}
      {scopes.length === 0 ? <p className="muted panel-none">Nothing is stopped by itself.</p> : null}
      <ul className="cards">
        {scopes.map((scope) => (
          <ScopeCard
            key={`${scope.kind}:${scope.id}`}
            view={view}
            scope={scope}
            offBecause={releaseOff === null ? undefined : releaseOff === engageOff ? "engage-off" : "release-off"}
            onRelease={() => setOpen({ name: "release", scope })}
          />
        ))}
      </ul>
      <ScopeSheet view={view} staff={state.staff} isOpen={open?.name === "engage"} onClose={() => setOpen(null)} />
      {releasing === undefined ? null : (
        <ReleaseScopeSheet view={view} scope={releasing} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

const isSame = (a: ControlScope, b: ControlScope): boolean => a.kind === b.kind && a.id === b.id;

interface ScopeCardProps {
  readonly view: TenantView;
  readonly scope: ControlScope;
  readonly offBecause: string | undefined;
  readonly onRelease: () => void;
}

function ScopeCard({ view, scope, offBecause, onRelease }: ScopeCardProps) {
  const nowMs = useNow();
  const { kind, id, mode, reason, by, at, until, releaseRequest } = scope;
  return (
    <li className="card">
      <div className="card-main">
        <p className="card-title">
          <strong>
            {SCOPE_WORDS[kind]} <code>{id}</code>
          </strong>
          <span className={`badge ${mode === "stopped" ? "badge-bad" : "badge-attention"}`}>{MODE_WORDS[mode]}</span>
        </p>
        <p className="plain-text">“{reason}”</p>
        <p className="facts">
          by {by.name} {formatAge(at, nowMs)} ·{" "}
          {until === null
            ? "until somebody releases it"
            : `until ${formatMoment(until, view.timeZone)}, ${formatLeft(until, nowMs)} left`}
        </p>
        {releaseRequest === null ? null : (
          <p>
            {releaseRequest.by.name} asked for the release {formatAge(releaseRequest.at, nowMs)}; a second person can
            confirm.
          </p>
        )}
      </div>
      <Button offBecause={offBecause} label={`Release ${id}`} onPress={onRelease}>
        Release…
      </Button>
    </li>
  );
}

function ReleaseScopeSheet({ view, scope, onClose }: { view: TenantView; scope: ControlScope; onClose: () => void }) {
  const { state, send } = useStaffAction(view, "releaseScope");
  const release = async (reason: string, phrase: string | null) => {
    const body = { kind: scope.kind, id: scope.id, reason, phrase };
    const answer = await send({ tenantId: view.tenant.tenantId }, body);
    if (answer === null) return;
    announce(
      answer.isReleased ? `${scope.id} is released.` : "Your request is stored. A second person can confirm it.",
    );
    onClose();
  };
  return (
    <Sheet title={`Release ${scope.id}`} isOpen onClose={onClose}>
      <ReleaseForm
        request={scope.releaseRequest}
        uid={view.me.uid}
        what={scope.id}
        sending={state}
        onSend={(reason, phrase) => void release(reason, phrase)}
        onClose={onClose}
      />
    </Sheet>
  );
}
