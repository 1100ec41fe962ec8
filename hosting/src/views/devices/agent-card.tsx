import type { Agent, AgentHealth, AgentKey, ObservationGap } from "@studio-os/functions/contracts";
import { formatAge, formatMoment } from "../../ui/age.js";
import { Button } from "../../ui/button.js";
import { useNow } from "../../ui/use-live.js";
import { entryOf } from "../queue/me.js";
import { useStaffList } from "../studio/use-staff-list.js";
import type { TenantView } from "../tenant-view.js";
import { agentState, counted, isGood, keyState, vitalsOf } from "./agent-facts.js";
import type { AgentState, KeyState } from "./agent-facts.js";
import { ConnectorList } from "./connector-list.js";

interface AgentCardProps {
  readonly view: TenantView;
  readonly agent: Agent;
  /** null: it never reported; undefined: that is not known now. */
  readonly health: AgentHealth | null | undefined;
  /** The id of the element that says why nothing can be done here; undefined: it can. */
  readonly offBecause: string | undefined;
  readonly onEnrol: () => void;
  /** null: the agent with all its keys. */
  readonly onRevoke: (keyId: string | null) => void;
}

const STATE_WORDS: Readonly<Record<AgentState, readonly [tone: string, words: string]>> = {
  online: ["good", "Online"],
  silent: ["attention", "Silent"],
  unheard: ["quiet", "Not heard yet"],
  revoked: ["bad", "Revoked"],
};

/** One agent: whether it is heard, what it says of itself, the readings that it lost, and the keys that count for it. */
export function AgentCard(props: AgentCardProps) {
  const { view, agent, health, offBecause, onEnrol, onRevoke } = props;
  const nowMs = useNow();
  const staff = useStaffList(view);
  const state = health === undefined ? null : agentState(agent, health, nowMs);
  const isActive = agent.status === "active";
  return (
    <article className="agent" aria-label={agent.name}>
      <header>
        <p className="card-title">
          <strong className="plain-text">{agent.name}</strong>
          <code>{agent.agentId}</code>
          {state === null ? null : (
            <span className={`badge badge-${STATE_WORDS[state][0]}`}>{STATE_WORDS[state][1]}</span>
          )}
        </p>
        <p className="facts">
          {entryOf(staff, agent.ownerUid)?.name ?? agent.ownerUid} answers for it · enrolled{" "}
          {formatMoment(agent.enrolledAt, view.timeZone)}
          {agent.revokedAt === null || isActive ? "" : ` · revoked ${formatMoment(agent.revokedAt, view.timeZone)}`}
          {health == null
            ? ""
            : ` · last heard ${formatMoment(health.lastHeardAt, view.timeZone)}, ${formatAge(health.lastHeardAt, nowMs)}`}
        </p>
      </header>
      {state === "unheard" ? <p className="muted">It has not reported since it was enrolled.</p> : null}
      {health == null ? null : <Vitals health={health} />}
      {health == null ? null : <ConnectorList connectors={health.connectors} />}
      {health == null ? null : <Gaps view={view} gaps={health.gaps} />}
      <Keys view={view} agent={agent} offBecause={offBecause} onRevoke={onRevoke} />
      <div className="agent-actions">
        <Button
          {...(offBecause === undefined ? {} : { offBecause })}
          label={isActive ? `New code for ${agent.name}` : `Let in again: ${agent.name}`}
          onPress={onEnrol}
        >
          {isActive ? "New code…" : "Let in again…"}
        </Button>
        {isActive ? (
          <Button
            {...(offBecause === undefined ? {} : { offBecause })}
            label={`Revoke ${agent.name}`}
            onPress={() => onRevoke(null)}
          >
            Revoke…
          </Button>
        ) : null}
      </div>
    </article>
  );
}

function Vitals({ health: { vitals, vitalsAt } }: { health: AgentHealth }) {
  const nowMs = useNow();
  if (vitals === null || vitalsAt === null) return <p className="muted">It has said nothing of itself yet.</p>;
  return (
    <div className="vitals">
      <dl>
        {vitalsOf(vitals, nowMs).map(({ label, words, tone }) => (
          <div key={label} className="vital">
            <dt>{label}</dt>
            <dd className={tone === null ? "" : `vital-${tone}`}>
              {tone === null ? null : <span aria-hidden="true">▲ </span>}
              {words}
            </dd>
          </div>
        ))}
      </dl>
      <p className="facts">As it said itself {formatAge(vitalsAt, nowMs)}.</p>
    </div>
  );
}

/** Readings that it had to drop because its disk was full: the charts show nothing there. */
function Gaps({ view, gaps }: { view: TenantView; gaps: readonly ObservationGap[] }) {
  if (gaps.length === 0) return null;
  return (
    <details className="agent-gaps">
      <summary>
        {counted(gaps.length, "gap")}:{" "}
        {counted(
          gaps.reduce((sum, { observations }) => sum + observations, 0),
          "reading",
        )}{" "}
        lost
      </summary>
      <ul className="sentences">
        {[...gaps].reverse().map(({ fromAt, toAt, observations }) => (
          <li key={`${fromAt}:${toAt}`}>
            {formatMoment(fromAt, view.timeZone)} to {formatMoment(toAt, view.timeZone)}:{" "}
            {counted(observations, "reading")}
          </li>
        ))}
      </ul>
    </details>
  );
}

const KEY_WORDS: Readonly<Record<KeyState, readonly [tone: string, words: string]>> = {
  current: ["good", "In use"],
  ending: ["attention", "Replaced"],
  ended: ["quiet", "Ended"],
  revoked: ["bad", "Revoked"],
};

function Keys({
  view,
  agent,
  offBecause,
  onRevoke,
}: Pick<AgentCardProps, "view" | "agent" | "offBecause" | "onRevoke">) {
  const nowMs = useNow();
  const good = agent.status === "active" ? agent.keys.filter((key) => isGood(key, nowMs)) : [];
  return (
    <div className="agent-keys">
      <h3>Keys</h3>
      <ul>
        {[...agent.keys].reverse().map((key) => (
          <li key={key.keyId} className="agent-key">
            <code>{key.keyId}</code>
            <span className={`badge badge-${KEY_WORDS[keyState(key, nowMs)][0]}`}>
              {KEY_WORDS[keyState(key, nowMs)][1]}
            </span>
            <span className="muted">
              since {formatMoment(key.notBefore, view.timeZone)}
              {endWords(key, nowMs, view.timeZone)}
            </span>
            {good.length > 1 && good.includes(key) ? (
              <Button
                tone="quiet"
                {...(offBecause === undefined ? {} : { offBecause })}
                label={`Revoke this key, ${key.keyId}`}
                onPress={() => onRevoke(key.keyId)}
              >
                Revoke this key…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {good.length > 1 ? <p className="facts">A new key took over; the old one counts for a day from then.</p> : null}
      {good.length === 1 ? (
        <p className="facts">
          To change it without a pause, type <code>studio-agent rotate-key</code> on its machine.
        </p>
      ) : null}
    </div>
  );
}

function endWords(key: AgentKey, nowMs: number, timeZone: string | undefined): string {
  const { notAfter, revokedAt } = key;
  if (revokedAt !== null) return ` · revoked ${formatMoment(revokedAt, timeZone)}`;
  if (notAfter === null) return "";
  return keyState(key, nowMs) === "ending"
    ? ` · counts until ${formatMoment(notAfter, timeZone)}`
    : ` · ended ${formatMoment(notAfter, timeZone)}`;
}
