// Loaded into a process that is measured: says on its standard error, at its end, how much memory it ever had and what processor time
// it took. The kernel's own high-water mark, because that of getrusage can be the parent's.
import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

function report() {
  const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  const { user, system } = process.cpuUsage();
  writeSync(2, JSON.stringify({ peakMb: Number(kibibytes) / 1_024, processorMs: (user + system) / 1_000 }));
}

// Its threads load this as well.
if (isMainThread) process.on("exit", report);
