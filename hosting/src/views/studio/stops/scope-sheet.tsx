import { CONTROL_REASON_MAX, CONTROL_REASON_MIN, ScopeKind } from "@studio-os/functions/contracts";
import type { StaffEntry } from "@studio-os/functions/contracts";
import { useId, useMemo, useState } from "react";
import type { SubmitEvent } from "react";
import { callFeed } from "../../../data/call-feed.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { FailureNote } from "../../../ui/failure-note.js";
import { Field } from "../../../ui/field.js";
import { readersZone } from "../../../ui/local-time.js";
import { Sheet } from "../../../ui/sheet.js";
import { useFeed, useNow } from "../../../ui/use-live.js";
import { ReasonField } from "../../control/reason-field.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { EMPTY_SCOPE, readScopeInput, SCOPE_WORDS } from "./scope-input.js";
import type { ScopeInput } from "./scope-input.js";

interface ScopeSheetProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
  readonly onClose: () => void;
}

/** Stops one thing and lets the rest go on. One person is enough. */
export function ScopeSheet({ isOpen, ...props }: ScopeSheetProps & { isOpen: boolean }) {
  return (
    <Sheet title="Stop one thing" isOpen={isOpen} onClose={props.onClose} tone="danger">
      <ScopeForm {...props} />
    </Sheet>
  );
}

function ScopeForm({ view, staff, onClose }: ScopeSheetProps) {
  const nowMs = useNow();
  const listId = useId();
  const [input, setInput] = useState<ScopeInput>(EMPTY_SCOPE);
  const [isTouched, setTouched] = useState(false);
  const { state, send } = useStaffAction(view, "engageScope");
  const choices = useChoices(view, staff, input.kind);
  const read = readScopeInput(input, nowMs);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "engageScope");
  const change = (part: Partial<ScopeInput>) => setInput({ ...input, ...part });

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || state.kind === "sending") return;
    if ((await send({ tenantId: view.tenant.tenantId }, read.body)) === null) return;
    announce(`${read.body.id} is stopped.`);
    onClose();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form className="form" onSubmit={onSubmit} noValidate>
      <p>The rest goes on. What was approved before needs a new plan, here as with every stop.</p>
      <Field label="What kind">
        {(control) => (
          <select
            {...control}
            value={input.kind}
            onChange={(event) => change({ kind: ScopeKind.parse(event.target.value), id: "" })}
          >
            {ScopeKind.options.map((kind) => (
              <option key={kind} value={kind}>
                {SCOPE_WORDS[kind]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Which one" hint="Its id; the list offers those that are known." problem={problems.id}>
        {(control) => (
          <>
            <input
              {...control}
              list={listId}
              autoComplete="off"
              value={input.id}
              onChange={(event) => change({ id: event.target.value })}
            />
            <datalist id={listId}>
              {choices.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
      <fieldset className="choices">
        <legend>How far</legend>
        {(["stopped", "read_only"] as const).map((mode) => (
          <label key={mode} className="check">
            <input type="radio" name="how-far" checked={input.mode === mode} onChange={() => change({ mode })} />
            <span>
              {mode === "stopped" ? "Stop: no approvals, no changes" : "Read-only: approvals go on, no changes"}
            </span>
          </label>
        ))}
      </fieldset>
      <Field
        label="Until"
        hint={`Empty: until somebody releases it. On your clock, ${readersZone()}.`}
        problem={problems.until}
      >
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            value={input.until}
            onChange={(event) => change({ until: event.target.value })}
          />
        )}
      </Field>
      <ReasonField
        label="Why"
        value={input.reason}
        onChange={(reason) => change({ reason })}
        minLength={CONTROL_REASON_MIN}
        maxLength={CONTROL_REASON_MAX}
        isTouched={isTouched}
        takesFocus={false}
        onConfirm={() => void submit()}
      />
      {obstacle === null ? null : <p className="problem">{obstacle}</p>}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="danger" isBusy={state.kind === "sending"} onPress={() => undefined}>
          {state.kind === "sending" ? "Sending…" : "Stop it now"}
        </Button>
      </div>
    </form>
  );
}

/** What is known of this kind, to choose from; anything can be typed. */
function useChoices(view: TenantView, staff: readonly StaffEntry[], kind: ScopeKind) {
  const { tenant } = view;
  const offers = useFeed(
    useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]),
  );
  const health = useFeed(tenant.health);
  const agents = useFeed(tenant.agents);
  switch (kind) {
    case "capability":
      return offers.state === "ready" ? offers.value.capabilities.map(({ id, title }) => ({ id, label: title })) : [];
    case "connector": {
      const listed = health.state === "ready" ? health.value.items.flatMap(({ connectors }) => connectors) : [];
      return [...new Set(listed.map(({ connectorId }) => connectorId))].map((id) => ({ id, label: id }));
    }
    case "actor":
      return [
        ...staff.map(({ uid, name }) => ({ id: uid, label: name })),
        ...(agents.state === "ready" ? agents.value.items : []).map(({ agentId, name }) => ({
          id: agentId,
          label: name,
        })),
      ];
    case "routine":
      return [];
  }
}
