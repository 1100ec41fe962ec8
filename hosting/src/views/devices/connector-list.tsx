import type { ConnectorHealth } from "@studio-os/functions/contracts";
import { formatAge } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";
import { BREAKER_WORDS } from "./agent-facts.js";

const STATE_WORDS = {
  healthy: "Healthy",
  degraded: "Degraded",
  down: "Down",
  not_configured: "Not configured",
} as const;
const STATE_TONES = { healthy: "good", degraded: "attention", down: "bad", not_configured: "quiet" } as const;

/** How each connector does, by its own real calls, and how old that word is. */
export function ConnectorList({ connectors }: { connectors: readonly ConnectorHealth[] }) {
  const nowMs = useNow();
  if (connectors.length === 0) return null;
  return (
    <ul className="connectors">
      {connectors.map((connector) => {
        const breaker = connector.breaker === undefined ? null : BREAKER_WORDS[connector.breaker];
        return (
          <li key={`${connector.agentId}:${connector.connectorId}`} className="connector">
            <strong>{connector.connectorId}</strong>
            <span className={`badge badge-${STATE_TONES[connector.state]}`}>{STATE_WORDS[connector.state]}</span>
            <span className="muted">
              {connector.lastSuccessAt === null
                ? "never reached"
                : `last reached ${formatAge(connector.lastSuccessAt, nowMs)}`}
              {connector.consecutiveFailures > 0 ? ` · ${connector.consecutiveFailures} failures in a row` : ""}
              {connector.lastError === null ? "" : ` · ${connector.lastError}`} · reported{" "}
              {formatAge(connector.receivedAt, nowMs)}
            </span>
            {breaker === null ? null : <span className="connector-breaker">{breaker}.</span>}
          </li>
        );
      })}
    </ul>
  );
}
