import type { PointerEvent } from "react";
import type { FiringCurves, FiringMoment } from "./firing-curves.js";

interface FiringChartProps {
  readonly curves: FiringCurves;
  /** What is looked at; null: nothing. */
  readonly moment: FiringMoment | null;
  readonly onPick: (offsetS: number) => void;
  readonly label: string;
}

/** The picture alone. Whoever cannot point has the slider below it, and whoever cannot see it the table. */
export function FiringChart({ curves, moment, onPick, label }: FiringChartProps) {
  const { size, expected, zones, hours, degrees, alarms, gaps, lastS, xOf } = curves;
  const [bottom, right] = [size.height - size.bottom, size.width - size.right];
  const pick = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * size.width;
    const share = (x - size.left) / (right - size.left);
    onPick(Math.round((Math.min(1, Math.max(0, share)) * lastS) / 30) * 30);
  };
  return (
    <svg
      className="firing-chart"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={label}
      onPointerMove={pick}
      onPointerDown={pick}
    >
      {gaps.map(({ x, width }) => (
        <rect key={x} className="firing-gap" x={x} y={size.top} width={width} height={bottom - size.top} />
      ))}
      {degrees.map(({ y, label: words }) => (
        <g key={words}>
          <line className="firing-grid" x1={size.left} x2={right} y1={y} y2={y} />
          <text className="firing-tick" x={size.left - 4} y={y + 4} textAnchor="end">
            {words}
          </text>
        </g>
      ))}
      {hours.map(({ x, label: words }) => (
        <text key={words} className="firing-tick" x={x} y={size.height - 6} textAnchor="middle">
          {words}
        </text>
      ))}
      {expected === "" ? null : <path className="firing-expected" d={expected} />}
      {zones.map(({ zone, path, name }, index) => (
        <g key={zone}>
          <path className={`firing-zone firing-zone-${index % 3}`} d={path} />
          <text className={`firing-name firing-name-${index % 3}`} x={name.x} y={name.y}>
            {zone}
          </text>
        </g>
      ))}
      {alarms.map(({ x, code }, index) => (
        <line key={`${code}:${index}`} className="firing-alarm" x1={x} x2={x} y1={size.top} y2={bottom} />
      ))}
      {moment === null ? null : (
        <line className="firing-cursor" x1={xOf(moment.offsetS)} x2={xOf(moment.offsetS)} y1={size.top} y2={bottom} />
      )}
    </svg>
  );
}
