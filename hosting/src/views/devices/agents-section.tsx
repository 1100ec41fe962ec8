import type { Agent, AgentHealth } from "@studio-os/functions/contracts";
import { useState } from "react";
import { Button } from "../../ui/button.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { whyNot } from "../use-staff-action.js";
import { AgentCard } from "./agent-card.js";
import { EnrolSheet } from "./enrol-sheet.js";
import { RevokeSheet } from "./revoke-sheet.js";
import type { Revocation } from "./revoke-sheet.js";

/** Which machines may speak for the studio's devices, how each does, and the ways in and out. */
export function AgentsSection({ view }: { view: TenantView }) {
  const { tenant } = view;
  const agents = useFeed(tenant.agents);
  const health = useFeed(tenant.health);
  const [enrolling, setEnrolling] = useState<Agent | "new" | null>(null);
  const [revoking, setRevoking] = useState<Revocation | null>(null);
  const off = whyNot(view, "makeEnrolmentCode");
  const listed = agents.state === "ready" ? agents.value.items : [];
  return (
    <section className="panel" aria-labelledby="agents-title">
      <header className="panel-head">
        <div>
          <h2 id="agents-title">Enrolled agents</h2>
          <p className="muted">
            A program beside the kilns that reads devices and may ask for changes. It can switch nothing, and everything
            else goes on without it.
          </p>
        </div>
        <Button tone="primary" offBecause={off === null ? undefined : "agents-off"} onPress={() => setEnrolling("new")}>
          Enrol an agent…
        </Button>
      </header>
      {off === null ? null : (
        <p className="off-note" id="agents-off">
          {off}
        </p>
      )}
      {agents.state === "loading" ? <Skeleton rows={3} kind="row" label="Agents" /> : null}
      {agents.state === "failed" ? (
        <PanelFailure source="The agents" failure={agents} onRetry={tenant.agents.retry} />
      ) : null}
      {health.state === "failed" ? (
        <PanelFailure source="What the agents say of themselves" failure={health} onRetry={tenant.health.retry} />
      ) : null}
      {agents.state === "ready" ? (
        <>
          {agents.value.unreadable.map((record) => (
            <UnreadableNote key={record.id} {...record} />
          ))}
          {listed.length + agents.value.unreadable.length === 0 ? (
            <Empty title="No agent is enrolled">
              <p className="muted">
                The studio works without one. Install the agent on a small computer beside the kilns, and make a code
                for it here.
              </p>
            </Empty>
          ) : null}
          {[...listed].sort(byStatusAndName).map((agent) => (
            <AgentCard
              key={agent.agentId}
              view={view}
              agent={agent}
              health={health.state === "ready" ? healthOf(health.value.items, agent.agentId) : undefined}
              offBecause={off === null ? undefined : "agents-off"}
              onEnrol={() => setEnrolling(agent)}
              onRevoke={(keyId) => setRevoking({ agent, keyId })}
            />
          ))}
        </>
      ) : null}
      <EnrolSheet view={view} agents={listed} who={enrolling} onClose={() => setEnrolling(null)} />
      <RevokeSheet view={view} revocation={revoking} onClose={() => setRevoking(null)} />
    </section>
  );
}

const healthOf = (health: readonly AgentHealth[], agentId: string): AgentHealth | null =>
  health.find((one) => one.agentId === agentId) ?? null;

function byStatusAndName(a: Agent, b: Agent): number {
  if (a.status !== b.status) return a.status === "active" ? -1 : 1;
  return a.name.localeCompare(b.name);
}
