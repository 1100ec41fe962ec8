import type { FiringLog } from "@studio-os/functions/contracts";
import { useState } from "react";
import { firingTable } from "./firing-curves.js";

/** The chart in numbers, for those who read it rather than see it. Made when somebody opens it. */
export function FiringTable({ log }: { log: FiringLog }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="firing-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen ? <Rows log={log} /> : null}
    </details>
  );
}

function Rows({ log }: { log: FiringLog }) {
  const rows = firingTable(log);
  const zones = Object.keys(log.zones).sort((a, b) => a.localeCompare(b));
  return (
    <div className="firing-table" tabIndex={0} role="region" aria-label="The firing as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">After the start</th>
            <th scope="col">Asked for</th>
            {zones.map((zone) => (
              <th key={zone} scope="col">
                {zone}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.offsetS}>
              <th scope="row">
                {Math.floor(row.offsetS / 3_600)} h {String((row.offsetS % 3_600) / 60).padStart(2, "0")} min
              </th>
              <td>{row.expectedC === null ? "–" : `${row.expectedC} °C`}</td>
              {row.zones.map(({ zone, tempC }) => (
                <td key={zone}>{tempC === null ? "not heard" : `${Math.round(tempC)} °C`}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
