import { spawnSync } from "node:child_process";
import { createHash, hash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { LOG_SIGNER } from "../../functions/test/support/audit-bundles.js";
import { VERIFIER_FILE } from "../dev/build-verifier.js";
import { layAuditBundle } from "./lay-audit-bundle.js";
import { quantile } from "./statistics.js";

const SIZES = [10_000, 100_000, 1_000_000] as const;
const ROUNDS = 5;
const PEAK_REPORTER = fileURLToPath(new URL("./report-peak.mjs", import.meta.url));
const Peak = z.object({ peakMb: z.number(), processorMs: z.number() });
const CHUNK_BYTES = 1 << 20;
const NODE_BYTES = 65;
const LINE_FEED = 10;

/** One bundle, verified. Megabytes are millions of bytes of entries: leaves, events, copies. */
export interface VerifySpeed {
  readonly events: number;
  readonly megabytes: number;
  /** Of the kernel's count, the process as a whole. */
  readonly peakMbInOneThread: number;
  readonly peakMbInThreads: number;
  /** Seconds, by round, of the whole program with as many threads as it takes by itself, and with one. */
  readonly inThreads: readonly number[];
  readonly inOneThread: readonly number[];
  /** Seconds of hashing the same bytes in pieces of a megabyte, reading not counted; in turns with those above. */
  readonly raw: readonly number[];
  /** Seconds that a processor worked for one thread, and for the hashing: what else the machine does is not in them. */
  readonly processorOfOneThread: readonly number[];
  readonly processorOfRaw: readonly number[];
  /** Processor seconds of nothing but the three hashes that each entry needs, one call each: what checking comes on top of. */
  readonly hashesAlone: number;
}

/** How fast is the verifier, over the floor of hashing what it verifies? The file that is handed out, started as a program. */
export async function measureVerifier(): Promise<readonly VerifySpeed[]> {
  const speeds: VerifySpeed[] = [];
  for (const events of SIZES) {
    const folder = mkdtempSync(join(tmpdir(), "studio-verify-"));
    try {
      speeds.push(measureBundle(events, folder, await layAuditBundle(folder, events)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return speeds;
}

function measureBundle(events: number, folder: string, files: readonly string[]): VerifySpeed {
  const [inThreads, inOneThread, raw] = [[], [], []] as number[][] as [number[], number[], number[]];
  const [processorOfOneThread, processorOfRaw] = [[], []] as number[][] as [number[], number[]];
  let [peakMbInThreads, peakMbInOneThread] = [0, 0];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const floor = hashFiles(files);
    bytes = floor.bytes;
    raw.push(floor.seconds);
    processorOfRaw.push(floor.processorSeconds);
    const several = verify(folder, []);
    inThreads.push(several.seconds);
    peakMbInThreads = Math.max(peakMbInThreads, several.peakMb);
    const one = verify(folder, ["--threads", "1"]);
    inOneThread.push(one.seconds);
    processorOfOneThread.push(one.processorSeconds);
    peakMbInOneThread = Math.max(peakMbInOneThread, one.peakMb);
  }
  return {
    ...{ events, megabytes: bytes / 1e6, peakMbInOneThread, peakMbInThreads },
    ...{ inThreads, inOneThread, raw, processorOfOneThread, processorOfRaw },
    hashesAlone: hashEntries(files, events),
  };
}

/** By wall clock, with the start of the process. */
function verify(
  folder: string,
  options: readonly string[],
): { seconds: number; processorSeconds: number; peakMb: number } {
  const args = ["--import", PEAK_REPORTER, VERIFIER_FILE, "--key", LOG_SIGNER.verifierKey, ...options, folder];
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const seconds = (performance.now() - startedMs) / 1_000;
  if (status !== 0) throw new Error(`the verifier ended in ${status}: ${stdout}${stderr}`);
  const { peakMb, processorMs } = Peak.parse(JSON.parse(stderr));
  return { seconds, processorSeconds: processorMs / 1_000, peakMb };
}

function hashFiles(files: readonly string[]): { seconds: number; processorSeconds: number; bytes: number } {
  const sha256 = createHash("sha256");
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let [milliseconds, microseconds, bytes] = [0, 0, 0];
  for (const file of files) {
    const descriptor = openSync(file, "r");
    for (;;) {
      const read = readSync(descriptor, chunk);
      if (read === 0) break;
      bytes += read;
      const [startedMs, before] = [performance.now(), process.cpuUsage()];
      sha256.update(chunk.subarray(0, read));
      const { user, system } = process.cpuUsage(before);
      milliseconds += performance.now() - startedMs;
      microseconds += user + system;
    }
    closeSync(descriptor);
  }
  return { seconds: milliseconds / 1e3, processorSeconds: microseconds / 1e6, bytes };
}

/** Of the first part's entries, for as many as there are. */
function hashEntries(files: readonly string[], events: number): number {
  const linesOf = (name: string): Buffer[] => {
    const whole = readFileSync(files.find((file) => file.endsWith(join("part-00000", name))) ?? "");
    const lines: Buffer[] = [];
    for (let from = 0; from < whole.length;) {
      const to = whole.indexOf(LINE_FEED, from);
      lines.push(whole.subarray(from, to));
      from = to + 1;
    }
    return lines;
  };
  const lines = linesOf("events.jsonl").map((event, n) => ({ event, n }));
  const leaves = linesOf("leaves.jsonl");
  const node = Buffer.alloc(NODE_BYTES, 1);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (const { event, n } of lines) {
      hash("sha256", event, "hex");
      hash("sha256", leaves[n] ?? node, "binary");
      hash("sha256", node, "binary");
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return (quantile(rounds, 0.5) * events) / lines.length;
}
