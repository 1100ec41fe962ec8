import { hindrances } from "./agent-status.js";
import type { AgentStatus, ConnectorStatus } from "./agent-status.js";

/** The status as one page without script, picture or link: what a browser on this machine shows. */
export function statusPage(status: AgentStatus): string {
  const problems = hindrances(status);
  const verdict =
    problems.length === 0
      ? "<p class=ok>Everything works.</p>"
      : `<ul class=bad>${problems.map((it) => `<li>${text(it)}</li>`).join("")}</ul>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10">
<title>${text(status.agentId)} · studio agent</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #8884}
.ok{color:#176b2c}.bad{color:#9b1c1c}@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}.ok{color:#7ddc92}.bad{color:#ff9a9a}}</style></head><body>
<h1>${text(status.agentId)}</h1>${verdict}
<h2>Agent</h2>${table(agentRows(status))}
<h2>Connectors</h2>${table(status.connectors.map((connector) => [connector.id, connectorText(connector)]))}
</body></html>`;
}

/** The same rows for a terminal. */
export function statusLines(status: AgentStatus): string[] {
  const problems = hindrances(status);
  return [
    ...agentRows(status).map(([name, value]) => `${name.padEnd(14)} ${value}`),
    ...status.connectors.map((connector) => `connector ${connector.id}: ${connectorText(connector)}`),
    ...(problems.length === 0 ? ["everything works"] : problems.map((it) => `problem        ${it}`)),
  ];
}

function agentRows(status: AgentStatus): [string, string][] {
  const { outbox, uplink, clock, rules } = status;
  return [
    ["studio", status.tenantId],
    ["agent", status.agentId],
    ["key", status.keyId],
    ["sequence", status.bootId],
    ["started", status.startedAt],
    ["waiting", `${outbox.observations} observations (${outbox.bytes} bytes), ${outbox.proposals} proposals`],
    ["gaps", gapText(outbox)],
    ["published", uplink.lastPublishedAt ?? "nothing yet"],
    ["failures", `${uplink.failuresInARow} in a row, last ${uplink.lastErrorCode ?? "none"}`],
    ["clock", clock === null ? "not measured yet" : `${clock.skewMs} ms ahead, ± ${clock.uncertaintyMs} ms`],
    ["rules", `${rules.count}, since ${rules.loadedAt}`],
  ];
}

/** Everything of one connector that changes from hour to hour. */
function connectorText(connector: ConnectorStatus): string {
  const { state, breaker = "closed", readsInLastHour, lastSuccessAt, lastError, consecutiveFailures } = connector;
  const { ok, failed } = readsInLastHour;
  return (
    `${state}, breaker ${breaker}, ${ok} reads in the last hour and ${failed} that failed, ` +
    `last success ${lastSuccessAt ?? "never"}, last error ${lastError ?? "none"}, ${consecutiveFailures} failures in a row`
  );
}

/** A gap counts until a report of it has arrived in the cloud. */
function gapText({ unreportedDrops, unreportedGap }: AgentStatus["outbox"]): string {
  if (unreportedDrops === 0) return "none that is not reported";
  const span = unreportedGap === null ? "" : `, queued from ${unreportedGap.fromAt} to ${unreportedGap.toAt}`;
  return `${unreportedDrops} observations were dropped${span}`;
}

const table = (rows: readonly (readonly string[])[]): string =>
  `<table>${rows.map(([name = "", value = ""]) => `<tr><th>${text(name)}</th><td>${text(value)}</td></tr>`).join("")}</table>`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (plain: string): string => plain.replace(/[&<>"]/g, (found) => ENTITIES[found] ?? "");
