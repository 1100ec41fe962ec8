import { ROOT } from "../../dev/emulators.js";
import { measureAgent } from "../agent-footprint.js";
import { measureDeviceDay } from "../device-day.js";
import { measureAppends } from "../outbox-appends.js";
import { finding, ratioFinding } from "../report.js";
import type { Finding } from "../report.js";

/** What the agent takes of the small computer that it runs on, of the line, and of the database. */
export async function footprintOfTheAgent(): Promise<Finding[]> {
  const appends = await measureAppends();
  const day = await measureDeviceDay();
  const agent = await measureAgent(ROOT);
  const perDevice = (bytes: number): string => `${(bytes / day.devices / 1_024).toFixed(1)} KiB`;
  return [
    ratioFinding("ten observations into the outbox, flushed, over a bare fsync", appends.outbox, appends.bare),
    finding(`Firestore writes in a day of ${day.devices} devices, a firing of 8 h`, String(day.writes), {
      target: "≤ 4,000",
      isMet: day.writes <= 4_000,
    }),
    finding("Firestore reads in that day, for the ingest", String(day.reads)),
    finding("Pub/Sub messages for each device and day", (day.messages / day.devices).toFixed(1)),
    finding("bytes for each device and day, compressed", `${perDevice(day.sentBytes)} of ${perDevice(day.plainBytes)}`),
    finding("observations in that day", String(day.observations)),
    finding(`memory (RSS), highest over ${agent.polls} polls of 100 devices`, `${agent.maxRssMb.toFixed(1)} MB`, {
      target: "≤ 80 MB",
      isMet: agent.maxRssMb <= 80,
    }),
    finding(
      "growth of memory over 1,000 polls, second half of the run",
      `${agent.rssSlopeMbPerThousandPolls.toFixed(2)} MB`,
    ),
    finding(
      "processor at one poll every 5 s, every device changed every time",
      `${agent.cpuPercent.toFixed(2)} % of a core`,
      { target: "≤ 2 %", isMet: agent.cpuPercent <= 2 },
    ),
  ];
}
