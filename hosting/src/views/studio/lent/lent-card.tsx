import type { Agent, CapabilityOffer, Delegation, StaffEntry } from "@studio-os/functions/contracts";
import { formatLeft, formatMoment } from "../../../ui/age.js";
import { Button } from "../../../ui/button.js";
import { joinWords } from "../../../ui/join-words.js";
import { useNow } from "../../../ui/use-live.js";
import { entryOf } from "../../queue/me.js";
import { count } from "../../queue/proposal-words.js";
import type { TenantView } from "../../tenant-view.js";
import { formatCents } from "../parse-cents.js";
import { mayTakeBack, standingOf } from "./lent-standing.js";

interface LentCardProps {
  readonly view: TenantView;
  readonly grant: Delegation;
  readonly around: {
    readonly staff: readonly StaffEntry[];
    readonly agents: readonly Agent[];
    readonly offers: readonly CapabilityOffer[];
  };
  readonly offBecause: string | undefined;
  readonly onTakeBack: () => void;
}

const PHASES = {
  running: { words: "Counts now", tone: "badge-good" },
  over: { words: "Over", tone: "" },
  taken_back: { words: "Taken back", tone: "" },
  agent_revoked: { words: "Agent revoked", tone: "" },
} as const;
const HOLLOW = { words: "Counts for nothing now", tone: "badge-attention" } as const;

/** One grant: who lent what to whom, how far it reaches, and until when. */
export function LentCard({ view, grant, around, offBecause, onTakeBack }: LentCardProps) {
  const nowMs = useNow();
  const { staff, agents, offers } = around;
  const { phase, lostScopes } = standingOf(grant, { ...around, nowMs });
  const isRunning = phase === "running";
  const isHollow = isRunning && lostScopes.length === grant.scopes.length;
  const { words, tone } = isHollow ? HOLLOW : PHASES[phase];
  const nameOf = (uid: string) => entryOf(staff, uid)?.name ?? uid;
  const titleOf = (id: string) => offers.find((offer) => offer.id === id)?.title ?? id;
  const agent = agents.find(({ agentId }) => agentId === grant.delegate)?.name ?? grant.delegate;
  return (
    <li className={isRunning ? "card" : "card card-out"}>
      <div className="card-main">
        <p className="card-title">
          <strong className="plain-text">
            {agent} asks for {nameOf(grant.delegator)}
          </strong>
          <span className={`badge ${tone}`}>{words}</span>
        </p>
        <p className="plain-text">{joinWords(grant.scopes.map(titleOf), "or")}</p>
        <p>
          {grant.revokedAt === null
            ? `until ${formatMoment(grant.expiresAt, view.timeZone)}${isRunning ? ` · ${formatLeft(grant.expiresAt, nowMs)} left` : ""}`
            : `taken back ${formatMoment(grant.revokedAt, view.timeZone)} by ${nameOf(grant.revokedBy ?? "")}`}
        </p>
        <p className="facts">{boundsWords(grant)}</p>
        {isRunning && lostScopes.length > 0 ? (
          <p className="hint problem">
            {nameOf(grant.delegator)} may not ask for {joinWords(lostScopes.map(titleOf), "or")}, so neither may {agent}
            .
          </p>
        ) : null}
      </div>
      {isRunning && mayTakeBack(grant, staff, view.me) ? (
        <Button
          offBecause={offBecause}
          label={`Take back: ${agent} asks for ${nameOf(grant.delegator)}`}
          onPress={onTakeBack}
        >
          Take back…
        </Button>
      ) : null}
    </li>
  );
}

/** How far a grant reaches, beside what it names. */
function boundsWords({ resourceRefs, constraints }: Delegation): string {
  const { maxAmountCents, maxPerDay } = constraints;
  return [
    resourceRefs.length === 0 ? "Any record these capabilities reach" : `Only about ${resourceRefs.join(", ")}`,
    maxAmountCents === null ? null : `at most ${formatCents(maxAmountCents)} in one change`,
    maxPerDay === null ? null : `at most ${count(maxPerDay, "request")} in 24 hours`,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
