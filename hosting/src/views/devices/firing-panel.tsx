import type { FiringAlarm, FiringLog } from "@studio-os/functions/contracts";
import { formatAge } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";
import { CHART, firingCurves } from "./firing-curves.js";

const ALARM_WORDS: Readonly<Record<FiringAlarm["code"], (alarm: FiringAlarm) => string>> = {
  rate_too_fast: ({ value, bound }) => `Rises ${value} °C an hour; the program allows ${bound}.`,
  zone_spread: ({ value, bound }) => `Zones are ${value} °C apart for ten minutes; ${bound} are allowed.`,
  over_target: ({ value, bound }) => `At ${value} °C, above ${bound} °C.`,
  no_reading: ({ value }) => `No reading for ${value} minutes while it fires.`,
};

/** One firing: what its program asks for, what was measured, the alarms, and gaps as gaps. */
export function FiringPanel({ log }: { log: FiringLog }) {
  const nowMs = useNow();
  const { expected, zones, hours, degrees, alarms, gapMinutes } = firingCurves(log);
  const open = log.alarms.filter(({ clearedAt }) => clearedAt === null);
  const summary = zones.map(({ zone, lastC }) => `${zone} ${Math.round(lastC)} °C`).join(", ");
  return (
    <article className="firing" aria-label={`${log.title} on ${log.kilnName}`}>
      <header>
        <h3>
          {log.title} · {log.kilnName}
        </h3>
        <p className="facts">
          {log.program}, cone {log.cone} · {log.status === "running" ? "under way" : "over"} ·{" "}
          {log.lastSampleAt === null ? "nothing was heard yet" : `last reading ${formatAge(log.lastSampleAt, nowMs)}`}
        </p>
      </header>
      {open.map((alarm) => (
        <p key={`${alarm.code}:${alarm.raisedAt}`} className="notice notice-attention" role="status">
          <span aria-hidden="true">▲</span> <span>{ALARM_WORDS[alarm.code](alarm)}</span>
        </p>
      ))}
      <svg
        className="firing-chart"
        viewBox={`0 0 ${CHART.width} ${CHART.height}`}
        role="img"
        aria-label={`Temperature over time: ${summary === "" ? "nothing was heard yet" : summary}${gapWords(gapMinutes)}`}
      >
        {degrees.map(({ y, label }) => (
          <g key={label}>
            <line className="firing-grid" x1={CHART.left} x2={CHART.width - CHART.right} y1={y} y2={y} />
            <text className="firing-tick" x={CHART.left - 4} y={y + 4} textAnchor="end">
              {label}
            </text>
          </g>
        ))}
        {hours.map(({ x, label }) => (
          <text key={label} className="firing-tick" x={x} y={CHART.height - 6} textAnchor="middle">
            {label}
          </text>
        ))}
        {expected === "" ? null : <path className="firing-expected" d={expected} />}
        {zones.map(({ zone, path }, index) => (
          <path key={zone} className={`firing-zone firing-zone-${index % 3}`} d={path} />
        ))}
        {alarms.map(({ x, code }, index) => (
          <line
            key={`${code}:${index}`}
            className="firing-alarm"
            x1={x}
            x2={x}
            y1={CHART.top}
            y2={CHART.height - CHART.bottom}
          />
        ))}
      </svg>
      <p className="facts">
        {expected === "" ? "This program has no known curve. " : "Dashed: what the program asks for. "}
        {summary}
        {gapWords(gapMinutes)}
      </p>
    </article>
  );
}

function gapWords(minutes: readonly number[]): string {
  const [longest] = minutes;
  if (longest === undefined) return "";
  return `. ${minutes.length} ${minutes.length === 1 ? "gap" : "gaps"}, the longest of ${longest} minutes`;
}
