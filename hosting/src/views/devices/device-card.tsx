import type { Device, LatestReading, Quality } from "@studio-os/functions/contracts";
import { formatAge } from "../../ui/age.js";
import { useNow } from "../../ui/use-live.js";
import { fieldWords } from "../proposal/diff-words.js";
import { readingText, shownQuality } from "./reading-quality.js";

/** One device: each attribute with value, unit, age and how far it can be trusted. No number stands without its age. */
export function DeviceCard({ device }: { device: Device }) {
  const nowMs = useNow();
  const readings = Object.entries(device.readings).sort(([a], [b]) => a.localeCompare(b));
  return (
    <article className="device" aria-label={device.name}>
      <header>
        <h4>{device.name}</h4>
        <p className="facts">
          {device.kind} · <code>{device.deviceId}</code>
        </p>
      </header>
      {readings.length === 0 ? <p className="muted">It has said nothing yet.</p> : null}
      <table className="readings">
        <caption className="for-readers">Readings of {device.name}</caption>
        <thead className="for-readers">
          <tr>
            <th scope="col">Attribute</th>
            <th scope="col">Value</th>
            <th scope="col">Age and quality</th>
          </tr>
        </thead>
        <tbody>
          {readings.map(([attribute, reading]) => (
            <Reading key={attribute} attribute={attribute} reading={reading} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
      <p className="facts">Last seen {formatAge(device.lastSeenAt, nowMs)}</p>
    </article>
  );
}

interface ReadingProps {
  readonly attribute: string;
  readonly reading: LatestReading;
  readonly nowMs: number;
}

function Reading({ attribute, reading, nowMs }: ReadingProps) {
  const quality = shownQuality(attribute, reading, nowMs);
  return (
    <tr className={`reading reading-${quality}`}>
      <th scope="row">{fieldWords(attribute)}</th>
      <td className="reading-value">{readingText(reading)}</td>
      <td className="reading-age">
        {formatAge(reading.observedAt, nowMs)}
        <QualityBadge quality={quality} />
      </td>
    </tr>
  );
}

const BADGES: Readonly<Record<Quality, readonly [tone: string, word: string] | null>> = {
  live: null,
  stale: ["attention", "stale"],
  unknown: ["bad", "unknown"],
  simulated: ["quiet", "simulated"],
};

function QualityBadge({ quality }: { quality: Quality }) {
  const badge = BADGES[quality];
  return badge === null ? null : <span className={`badge badge-${badge[0]}`}>{badge[1]}</span>;
}
