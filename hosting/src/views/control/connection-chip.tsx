import type { Connection } from "../../data/studio-data.js";
import { formatAge } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";

/** `live · 2 s ago`: how old the newest word of the server is. */
export function ConnectionChip({ connection }: { connection: Connection }) {
  const nowMs = useNow();
  return (
    <span className={`connection connection-${connection.kind}`} data-testid="connection">
      <span className="connection-dot" aria-hidden="true" />
      {words(connection, nowMs)}
    </span>
  );
}

function words(connection: Connection, nowMs: number): string {
  switch (connection.kind) {
    case "connecting":
      return "connecting…";
    case "live":
      return `live · ${formatAge(connection.sinceMs, nowMs)}`;
    case "reconnecting":
      return `reconnecting · last ${formatAge(connection.lastMs, nowMs)}`;
    case "offline":
      return `offline · last ${formatAge(connection.lastMs, nowMs)}`;
  }
}
