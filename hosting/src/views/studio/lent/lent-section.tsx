import type { Agent, CapabilityOffer, ControlState, Delegation } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import { callFeed } from "../../../data/call-feed.js";
import type { Live } from "../../../data/live.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { useFeed } from "../../../ui/use-live.js";
import { entryOf } from "../../queue/me.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";
import { WithControl } from "../with-control.js";
import { LendSheet } from "./lend-sheet.js";
import { LentCard } from "./lent-card.js";

/** Fewest and most characters of a reason to take something back; the contract's own. */
const TAKE_BACK_BOUNDS = { min: 3, max: 500 } as const;

/** Whose rights agents ask on: without a grant that counts, an agent can ask for nothing. */
export function LentSection({ view }: { view: TenantView }) {
  return (
    <WithControl view={view} source="The staff list">
      {(state) => <Lent view={view} state={state} />}
    </WithControl>
  );
}

function Lent({ view, state }: { view: TenantView; state: ControlState }) {
  const { tenant } = view;
  const [isLending, setLending] = useState(false);
  const grants = useFeed(tenant.delegations);
  const agents = useFeed(tenant.agents);
  const listed = useFeed(
    useMemo(() => callFeed(tenant, "listCapabilities", { tenantId: tenant.tenantId }, null), [tenant]),
  );
  const offers: Live<readonly CapabilityOffer[]> =
    listed.state === "ready" ? { ...listed, value: listed.value.capabilities } : listed;
  const known = agents.state === "ready" ? agents.value.items : [];
  const off = whyNot(view, "grantDelegation");
  return (
    <section className="panel" aria-labelledby="lent-title">
      <header className="panel-head">
        <div>
          <h2 id="lent-title">Lent to agents</h2>
          <p className="muted">
            An agent asks on the rights of a person, as far as that person still has them, and on nothing else. Taking
            them back counts from that commit on.
          </p>
        </div>
        <Button tone="primary" offBecause={off === null ? undefined : "lent-off"} onPress={() => setLending(true)}>
          Lend rights…
        </Button>
      </header>
      {off === null ? null : (
        <p className="off-note" id="lent-off">
          {off}
        </p>
      )}
      {agents.state === "failed" ? (
        <PanelFailure source="The agents" failure={agents} onRetry={tenant.agents.retry} />
      ) : null}
      {grants.state === "loading" ? <Skeleton rows={3} kind="row" label="What is lent" /> : null}
      {grants.state === "failed" ? (
        <PanelFailure source="What is lent" failure={grants} onRetry={tenant.delegations.retry} />
      ) : null}
      {grants.state === "ready" ? (
        <>
          {grants.value.unreadable.map((record) => (
            <UnreadableNote key={record.id} {...record} />
          ))}
          <Grants
            view={view}
            state={state}
            grants={grants.value.items}
            agents={known}
            offers={offers.state === "ready" ? offers.value : []}
            offBecause={off === null ? undefined : "lent-off"}
          />
        </>
      ) : null}
      <LendSheet view={view} agents={known} offers={offers} isOpen={isLending} onClose={() => setLending(false)} />
    </section>
  );
}

interface GrantsProps {
  readonly view: TenantView;
  readonly state: ControlState;
  readonly grants: readonly Delegation[];
  readonly agents: readonly Agent[];
  readonly offers: readonly CapabilityOffer[];
  readonly offBecause: string | undefined;
}

function Grants({ view, state, grants, agents, offers, offBecause }: GrantsProps) {
  const [ending, setEnding] = useState<Delegation | null>(null);
  const { state: sending, send } = useStaffAction(view, "revokeDelegation");
  const agentName = (id: string) => agents.find(({ agentId }) => agentId === id)?.name ?? id;
  if (grants.length === 0)
    return (
      <Empty title="Nobody has lent an agent anything">
        <p className="muted">Agents may look and report, and can ask for no change.</p>
      </Empty>
    );

  const takeBack = async (reason: string) => {
    if (ending === null) return;
    const params = { tenantId: view.tenant.tenantId, delegationId: ending.delegationId };
    if ((await send(params, { reason })) === null) return;
    announce(`${agentName(ending.delegate)} asks in that name no more.`);
    setEnding(null);
  };
  return (
    <>
      <ul className="cards">
        {grants.map((grant) => (
          <LentCard
            key={grant.delegationId}
            view={view}
            grant={grant}
            around={{ staff: state.staff, agents, offers }}
            offBecause={offBecause}
            onTakeBack={() => setEnding(grant)}
          />
        ))}
      </ul>
      <ReasonSheet
        title={ending === null ? "" : `Take back from ${agentName(ending.delegate)}`}
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        words={{
          intro: `What it asks for in the name of ${nameIn(state, ending)} counts no more, also where it was approved and is not yet executed.`,
          confirm: "Take back",
        }}
        bounds={TAKE_BACK_BOUNDS}
        sending={sending}
        obstacle={whyNot(view, "revokeDelegation")}
        onConfirm={(reason) => void takeBack(reason)}
      />
    </>
  );
}

const nameIn = ({ staff }: ControlState, grant: Delegation | null): string =>
  grant === null ? "" : (entryOf(staff, grant.delegator)?.name ?? grant.delegator);
