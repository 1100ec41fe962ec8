import type { FiringAlarm, FiringLog } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import { formatAge, formatMoment, formatSpan } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";
import { useMedia } from "../../ui/use-media.js";
import type { TenantView } from "../tenant-view.js";
import { FiringChart } from "./firing-chart.js";
import { CHART, firingCurves, firingMoment, SMALL_CHART } from "./firing-curves.js";
import type { FiringCurves, FiringMoment } from "./firing-curves.js";
import { FiringTable } from "./firing-table.js";

const ALARM_WORDS: Readonly<Record<FiringAlarm["code"], (alarm: FiringAlarm) => string>> = {
  rate_too_fast: ({ value, bound }) => `Rises ${value} °C an hour; the program allows ${bound}.`,
  zone_spread: ({ value, bound }) => `Zones are ${value} °C apart for ten minutes; ${bound} are allowed.`,
  over_target: ({ value, bound }) => `At ${value} °C, above ${bound} °C.`,
  no_reading: ({ value }) => `No reading for ${value} minutes while it fires.`,
};

/** One firing: what its program asks for, what was measured, the alarms, and gaps as gaps. */
export function FiringPanel({ view, log }: { view: TenantView; log: FiringLog }) {
  const nowMs = useNow();
  const { timeZone } = view;
  const isNarrow = useMedia("(max-width: 699px)");
  const curves = useMemo(() => firingCurves(log, isNarrow ? SMALL_CHART : CHART), [log, isNarrow]);
  const [pickedS, setPickedS] = useState<number | null>(null);
  const open = log.alarms.filter(({ clearedAt }) => clearedAt === null);
  const over = log.alarms.filter(({ clearedAt }) => clearedAt !== null);
  const moment = pickedS === null ? null : firingMoment(log, pickedS);
  return (
    <article className="firing" aria-label={`${log.title} on ${log.kilnName}`}>
      <header>
        <h3>
          {log.title} · {log.kilnName}
        </h3>
        <p className="facts">
          {log.program}
          {log.cone === "" ? "" : `, cone ${log.cone.replace(/^cone\s*/i, "")}`} ·{" "}
          {log.status === "running" ? "under way" : "over"} · from {formatMoment(log.startAt, timeZone)} ·{" "}
          {log.lastSampleAt === null ? "nothing was heard yet" : `last reading ${formatAge(log.lastSampleAt, nowMs)}`}
        </p>
      </header>
      {open.map((alarm) => (
        <p key={`${alarm.code}:${alarm.raisedAt}`} className="notice notice-attention" role="status">
          <span aria-hidden="true">▲</span> <span>{ALARM_WORDS[alarm.code](alarm)}</span>
          <span>since {formatMoment(alarm.raisedAt, timeZone)}</span>
        </p>
      ))}
      <FiringChart curves={curves} moment={moment} onPick={setPickedS} label={chartWords(curves)} />
      {curves.zones.length === 0 ? null : (
        <Picker log={log} lastS={curves.lastS} moment={moment} pickedS={pickedS} onPick={setPickedS} />
      )}
      <p className="facts">
        {curves.expected === "" ? "This program has no known curve. " : "Dashed: what the program asks for. "}
        {curves.gaps.length === 0 ? "" : "Grey: nothing was heard. "}
        {summaryOf(curves.zones)}
        {gapWords(curves.gapMinutes)}
        {log.stepS > 30 ? ` · kept every ${formatSpan(log.stepS * 1_000)}` : ""}
      </p>
      {over.length === 0 ? null : (
        <details className="firing-more">
          <summary>Earlier alarms ({over.length})</summary>
          <ul className="sentences">
            {over.map((alarm) => (
              <li key={`${alarm.code}:${alarm.raisedAt}`}>
                {formatMoment(alarm.raisedAt, timeZone)} to {formatMoment(alarm.clearedAt ?? "", timeZone)}:{" "}
                {ALARM_WORDS[alarm.code](alarm)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {curves.zones.length === 0 ? null : <FiringTable log={log} />}
    </article>
  );
}

interface PickerProps {
  readonly log: FiringLog;
  readonly lastS: number;
  readonly moment: FiringMoment | null;
  readonly pickedS: number | null;
  readonly onPick: (offsetS: number) => void;
}

/** A moment of the firing, chosen by keys, finger or pointer, and what it was then. */
function Picker({ log, lastS, moment, pickedS, onPick }: PickerProps) {
  const lastHeardS = Math.max(0, ...Object.values(log.zones).map(({ length }) => (length - 1) * log.stepS));
  const words = moment === null ? "not chosen" : momentWords(moment);
  return (
    <div className="firing-pick">
      <label>
        <span>Look at a moment</span>
        <input
          type="range"
          min={0}
          max={Math.floor(lastS)}
          step={300}
          value={pickedS ?? lastHeardS}
          aria-valuetext={words}
          onChange={(event) => onPick(Number(event.target.value))}
        />
      </label>
      <p className="firing-moment">{moment === null ? "Move along the chart." : words}</p>
    </div>
  );
}

function momentWords({ offsetS, expectedC, zones }: FiringMoment): string {
  const time = `${Math.floor(offsetS / 3_600)}:${String(Math.floor((offsetS % 3_600) / 60)).padStart(2, "0")} h`;
  const asked = expectedC === null ? "" : `, asked for ${expectedC} °C`;
  const measured = zones.map(
    ({ zone, tempC }) => `${zone} ${tempC === null ? "not heard" : `${Math.round(tempC)} °C`}`,
  );
  return `${time}${asked}: ${measured.join(", ")}`;
}

/** The last of each zone; one that fell silent before the others is never named without how long before. */
const summaryOf = (zones: FiringCurves["zones"]): string =>
  zones
    .map(({ zone, lastC, behindMinutes }) => {
      const last = `${zone} ${Math.round(lastC)} °C`;
      return behindMinutes === null ? last : `${last} (heard ${behindMinutes} min before the newest)`;
    })
    .join(", ");

function chartWords({ zones, gapMinutes }: FiringCurves): string {
  const summary = summaryOf(zones);
  return `Temperature over time: ${summary === "" ? "nothing was heard yet" : summary}${gapWords(gapMinutes)}`;
}

function gapWords(minutes: readonly number[]): string {
  const [longest] = minutes;
  if (longest === undefined) return "";
  return `. ${minutes.length} ${minutes.length === 1 ? "gap" : "gaps"}, the longest of ${longest} minutes`;
}
