import { RATIONALE_MAX, RATIONALE_MIN } from "@studio-os/functions/contracts";
import type { Agent, CapabilityOffer } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { Live } from "../../../data/live.js";
import { announce } from "../../../ui/announce.js";
import { CheckGroup, Field } from "../../../ui/field.js";
import { readersZone } from "../../../ui/local-time.js";
import { Sheet } from "../../../ui/sheet.js";
import { useNow } from "../../../ui/use-live.js";
import { ReasonField } from "../../control/reason-field.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { KeptNote } from "../kept-note.js";
import { SheetForm } from "../sheet-form.js";
import { useKeptInput } from "../use-kept-input.js";
import { lentInputAt, readLentInput } from "./lent-input.js";
import { lendable } from "./lent-standing.js";

interface LendSheetProps {
  readonly view: TenantView;
  readonly agents: readonly Agent[];
  readonly offers: Live<readonly CapabilityOffer[]>;
  readonly onClose: () => void;
}

/** "The kiln-room agent may ask in my name, until tonight." */
export function LendSheet({ isOpen, ...props }: LendSheetProps & { isOpen: boolean }) {
  return (
    <Sheet title="Lend rights to an agent" isOpen={isOpen} onClose={props.onClose}>
      <LendForm {...props} />
    </Sheet>
  );
}

function LendForm({ view, agents, offers, onClose }: LendSheetProps) {
  const { tenant, me } = view;
  const nowMs = useNow();
  const { input, change, isKept, forget } = useKeptInput(tenant.tenantId, "lend", () => lentInputAt(Date.now()));
  const [isTouched, setTouched] = useState(false);
  const { state: sending, send } = useStaffAction(view, "grantDelegation");
  const read = readLentInput(input, nowMs);
  const problems = isTouched && read.kind === "missing" ? read.problems : {};
  const obstacle = whyNot(view, "grantDelegation");
  const active = agents.filter(({ status }) => status === "active");

  const submit = async () => {
    setTouched(true);
    if (read.kind === "missing" || obstacle !== null || sending.kind === "sending") return;
    if ((await send({ tenantId: tenant.tenantId }, read.body)) === null) return;
    const name = agents.find(({ agentId }) => agentId === read.body.agentId)?.name ?? read.body.agentId;
    forget();
    announce(`${name} may ask in your name now.`);
    onClose();
  };
  return (
    <SheetForm
      confirm="Lend these rights"
      sending={sending}
      obstacle={obstacle}
      hasProblems={read.kind === "missing"}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <p>
        It asks in your name, and people still decide. What you may not ask for yourself, it may not either, from one
        commit to the next.
      </p>
      <KeptNote isKept={isKept} onStartOver={forget} />
      <Field
        label="Agent"
        hint={active.length === 0 ? "No agent is enrolled here." : undefined}
        problem={problems.agentId}
      >
        {(control) => (
          <select {...control} value={input.agentId} onChange={(event) => change({ agentId: event.target.value })}>
            <option value="">Choose…</option>
            {active.map(({ agentId, name }) => (
              <option key={agentId} value={agentId}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Scopes
        offers={offers}
        mine={offers.state === "ready" ? lendable(offers.value, me) : []}
        chosen={input.scopes}
        onChange={(scopes) => change({ scopes })}
        problem={problems.scopes}
      />
      <Field
        label="Only about these records"
        hint="One a line, with all that lies below it: firings/f-70. Empty: whatever these capabilities reach."
        problem={problems.records}
      >
        {(control) => (
          <textarea
            {...control}
            rows={2}
            value={input.records}
            onChange={(event) => change({ records: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Most money in one change"
        hint="In whole money. Empty: no bound of its own."
        problem={problems.maxAmount}
      >
        {(control) => (
          <input
            {...control}
            className="short"
            inputMode="decimal"
            autoComplete="off"
            value={input.maxAmount}
            onChange={(event) => change({ maxAmount: event.target.value })}
          />
        )}
      </Field>
      <Field label="Most requests in any 24 hours" hint="Empty: no bound of its own." problem={problems.maxPerDay}>
        {(control) => (
          <input
            {...control}
            className="short"
            inputMode="numeric"
            autoComplete="off"
            value={input.maxPerDay}
            onChange={(event) => change({ maxPerDay: event.target.value })}
          />
        )}
      </Field>
      <Field label="Until" hint={`At most 30 days. On your clock, ${readersZone()}.`} problem={problems.until}>
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
        minLength={RATIONALE_MIN}
        maxLength={RATIONALE_MAX}
        isTouched={isTouched}
        takesFocus={false}
        onConfirm={() => void submit()}
      />
    </SheetForm>
  );
}

interface ScopesProps {
  readonly offers: Live<readonly CapabilityOffer[]>;
  readonly mine: readonly CapabilityOffer[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly problem: string | undefined;
}

function Scopes({ offers, mine, chosen, onChange, problem }: ScopesProps) {
  if (offers.state === "loading") return <p className="hint">Reading what can be lent…</p>;
  if (offers.state === "failed")
    return <p className="hint problem">What can be lent could not be read ({offers.code}). Nothing can be lent now.</p>;
  if (mine.length === 0)
    return <p className="hint problem">You may ask for nothing that an agent may ask for. There is nothing to lend.</p>;
  return (
    <CheckGroup
      legend="What it may ask for"
      hint="Yours to lend: what you may ask for yourself and agents may ask for at all."
      options={mine.map(({ id, title }) => [id, title])}
      chosen={chosen}
      onChange={onChange}
      problem={problem}
    />
  );
}
