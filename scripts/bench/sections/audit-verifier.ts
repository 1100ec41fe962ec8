import { availableParallelism } from "node:os";
import { PROVED_LEAVES, measureProofs } from "../proof-speed.js";
import { finding } from "../report.js";
import type { Finding } from "../report.js";
import { quantile } from "../statistics.js";
import { measureVerifier } from "../verify-speed.js";
import type { VerifySpeed } from "../verify-speed.js";

/** How fast an outsider verifies a bundle and in how much memory, and how fast proofs are made. */
export async function speedOfTheVerifier(): Promise<Finding[]> {
  const speeds = await measureVerifier();
  const proofs = await measureProofs();
  const [smallest, largest] = [speeds[0], speeds.at(-1)];
  if (smallest === undefined || largest === undefined) throw new Error("no bundle was measured");
  const growth = largest.peakMbInOneThread / smallest.peakMbInOneThread;
  const size = `${(PROVED_LEAVES / 1e6).toFixed(0)} million entries`;
  return [
    ...speeds.map(inThreads),
    ratio(largest, "the same, one thread", largest.inOneThread),
    ratio(largest, "the same, one thread, by processor time", largest.processorOfOneThread, largest.processorOfRaw),
    ratio(
      largest,
      "the three hashes of each entry alone, nothing read or checked, by processor time",
      [largest.hashesAlone],
      largest.processorOfRaw,
    ),
    finding(
      `highest memory (RSS) in one thread, ${speeds.map(({ events }) => counted(events)).join(", ")} events`,
      `${speeds.map(({ peakMbInOneThread }) => peakMbInOneThread.toFixed(0)).join(", ")} MB`,
      { target: "the largest ≤ 1.25× the smallest", isMet: growth <= 1.25 },
    ),
    finding(
      `the same with ${availableParallelism()} threads`,
      `${speeds.map(({ peakMbInThreads }) => peakMbInThreads.toFixed(0)).join(", ")} MB`,
    ),
    finding(
      `inclusion proofs made in a log of ${size}`,
      `${proofs.inclusion.toFixed(0)} a second, ${proofs.tiles.toFixed(1)} tiles each`,
    ),
    finding(`consistency proofs made in it`, `${proofs.consistency.toFixed(0)} a second`),
  ];
}

const inThreads = (speed: VerifySpeed): Finding =>
  ratio(
    speed,
    `verify ${counted(speed.events)} events, ${speed.megabytes.toFixed(0)} MB, ${availableParallelism()} threads, over SHA-256 of the same bytes`,
    speed.inThreads,
    speed.raw,
    speed.events === 1_000_000 ? 0.4 : null,
  );

function ratio(
  { events, megabytes, raw }: VerifySpeed,
  what: string,
  seconds: readonly number[],
  floors: readonly number[] = raw,
  atLeast: number | null = null,
): Finding {
  const [floor, taken] = [quantile(floors, 0.5), quantile(seconds, 0.5)];
  const share = floor / taken;
  const speed = (of: number): string => `${(megabytes / of).toFixed(0)} MB/s`;
  return finding(
    what,
    `${share.toFixed(2)}× (${(events / taken / 1e3).toFixed(0)}k events/s, ${speed(taken)} against ${speed(floor)})`,
    atLeast === null ? null : { target: `≥ ${atLeast}×`, isMet: share >= atLeast },
  );
}

const counted = (count: number): string => count.toLocaleString("en-US");
