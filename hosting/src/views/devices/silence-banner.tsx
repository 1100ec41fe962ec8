import { useEffect } from "react";
import { formatAge, formatClock } from "../../ui/age.js";
import { announce } from "../../ui/announce.js";
import { joinWords } from "../../ui/join-words.js";
import { Link } from "../../ui/link.js";
import { devicesPath } from "../../ui/route.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { silentAgents } from "./agent-silence.js";

/**
 * Over every screen while an agent says nothing: since when the view of its devices is old (M12.11). Everything else goes
 * on. While the cockpit itself has no connection it cannot know, and says nothing of agents.
 */
export function SilenceBanner({ view }: { view: TenantView }) {
  const { tenant, connection, timeZone } = view;
  const nowMs = useNow();
  const agents = useFeed(tenant.agents);
  const health = useFeed(tenant.health);
  const silent =
    connection.kind !== "offline" && health.state === "ready"
      ? silentAgents(agents.state === "ready" ? agents.value.items : [], health.value.items, nowMs)
      : [];
  const who = joinWords(
    silent.map(({ name }) => name),
    "and",
  );
  useEffect(() => {
    if (who !== "") announce(`Nothing is heard of ${who}. What the devices say may no longer be so.`);
  }, [who]);
  if (silent.length === 0) return null;
  return (
    <section className="banner banner-silent" aria-label="Silent agents">
      <div className="banner-text">
        {silent.map(({ agentId, name, lastHeardAt }) => (
          <span key={agentId}>
            <strong>Device view last seen {formatClock(lastHeardAt, nowMs, timeZone)}</strong>,{" "}
            {formatAge(lastHeardAt, nowMs)}, by {name}.
          </span>
        ))}
        <span>The queue and everything else go on.</span>
      </div>
      <Link to={devicesPath(tenant.tenantId, "agents")}>Look at the agents</Link>
    </section>
  );
}
