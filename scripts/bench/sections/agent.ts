import { measureFootprints, measureGrowth } from "../agent-footprint.js";
import { measureDeviceDay } from "../device-day.js";
import { measureFrames } from "../frame-speed.js";
import { measureAppends } from "../outbox-appends.js";
import { measureReadingLatency } from "../reading-latency.js";
import { finding, ratioFinding } from "../report.js";
import type { Finding } from "../report.js";

const SIZES = [1, 10, 100, 500];
/** The size that M12.12 sets targets for. */
const AIMED_SIZE = 100;
const MAX_RSS_MB = 80;
const MAX_CPU_PERCENT = 2;
const MAX_WRITES = 4_000;

/** What the agent takes of the small computer that it runs on, of the line, and of the database, and how quickly it tells. */
export async function footprintOfTheAgent(): Promise<Finding[]> {
  return [
    ...(await footprints()),
    ...(await growth()),
    ...(await dayOfDevices()),
    ...frames(),
    ...(await appends()),
    ...(await latency()),
  ];
}

async function footprints(): Promise<Finding[]> {
  const sizes = await measureFootprints(SIZES);
  return sizes.flatMap(({ devices, maxRssMb, cpuPercent }) => {
    const isAimed = devices === AIMED_SIZE;
    const what = `${devices} ${devices === 1 ? "device" : "devices"}, one poll every 5 s, each changed every time`;
    return [
      finding(
        `memory (RSS, highest): ${what}`,
        `${maxRssMb.toFixed(1)} MB`,
        isAimed ? { target: `≤ ${MAX_RSS_MB} MB`, isMet: maxRssMb <= MAX_RSS_MB } : null,
      ),
      finding(
        `processor: ${what}`,
        `${cpuPercent.toFixed(2)} % of a core`,
        isAimed ? { target: `≤ ${MAX_CPU_PERCENT} %`, isMet: cpuPercent <= MAX_CPU_PERCENT } : null,
      ),
    ];
  });
}

async function growth(): Promise<Finding[]> {
  const { devices, polls, maxRssMb, rssSlopeMbPerThousandPolls: slope } = await measureGrowth();
  const what = `${polls} polls of ${devices} devices, ten a second`;
  return [
    finding(`memory (RSS, highest): ${what}`, `${maxRssMb.toFixed(1)} MB`, {
      target: `≤ ${MAX_RSS_MB} MB`,
      isMet: maxRssMb <= MAX_RSS_MB,
    }),
    finding("growth of memory for 1,000 of them, second half of the run", `${slope.toFixed(2)} MB`),
  ];
}

async function dayOfDevices(): Promise<Finding[]> {
  const { devices, writes, reads, messages, sentBytes, plainBytes, observations } = await measureDeviceDay();
  const perDevice = (bytes: number): string => `${(bytes / devices / 1_024).toFixed(1)} KiB`;
  return [
    finding(`Firestore writes in a day of ${devices} devices, a firing of 8 h`, String(writes), {
      target: `≤ ${MAX_WRITES.toLocaleString("en")}`,
      isMet: writes <= MAX_WRITES,
    }),
    finding("Firestore reads in that day, for the ingest", String(reads)),
    finding("Pub/Sub messages for each device and day", (messages / devices).toFixed(1)),
    finding("bytes for each device and day, compressed", `${perDevice(sentBytes)} of ${perDevice(plainBytes)}`),
    finding("observations in that day", String(observations)),
  ];
}

function frames(): Finding[] {
  return measureFrames().map(({ version, framesPerSecond, decoded, bare }) => {
    const pace = `${Math.round(framesPerSecond / 1_000)}k a second`;
    const found = ratioFinding(
      `200 vacuum frames of version ${version} decoded, over bare cipher and checksum`,
      decoded,
      bare,
    );
    return { ...found, measured: `${found.measured}; ${pace}` };
  });
}

async function appends(): Promise<Finding[]> {
  const { outbox, bare } = await measureAppends();
  return [ratioFinding("ten observations into the outbox, flushed, over a bare fsync", outbox, bare)];
}

async function latency(): Promise<Finding[]> {
  const { readings, bare } = await measureReadingLatency();
  const what = "a door that opens until a cockpit's listener has it, over a bare message and write";
  return [ratioFinding(`${what}, p50`, readings, bare), ratioFinding(`${what}, p95`, readings, bare, { share: 0.95 })];
}
