import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One row of the process table. */
export interface ProcessRow {
  readonly pid: number;
  readonly parentPid: number;
}

/** The environment variable by which a run's processes are known, also those whose parent is gone. */
export const RUN_ID_VARIABLE = "STUDIO_RUN_ID";

/**
 * Ends a process and everything it started, at once and for good: children that moved to process groups of their own
 * (the emulators' Java processes do) and, on Linux, orphans that carry the run's id. Safe to call twice, also in an
 * `exit` handler (it is synchronous).
 *
 * SIGKILL and not a polite signal, on purpose: emulators hold memory only, and firebase-tools' own slow path for a
 * stuck Pub/Sub emulator ends every Pub/Sub emulator on the machine.
 */
export function killTree(rootPid: number, runId?: string): void {
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(rootPid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  const victims = [...descendantsOf(rootPid, processTable()), rootPid];
  for (const pid of new Set([...victims, ...(runId === undefined || runId === "" ? [] : pidsOfRun(runId))]))
    killQuietly(pid);
}

/** Answers: which processes descend from `rootPid`, children first and the root itself left out? */
export function descendantsOf(rootPid: number, table: readonly ProcessRow[]): number[] {
  const found = new Set<number>([rootPid]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const row of table) if (found.has(row.parentPid)) found.add(row.pid);
  }
  found.delete(rootPid);
  return [...found];
}

function processTable(): ProcessRow[] {
  const listing = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).stdout;
  return listing.split("\n").flatMap((line) => {
    const [pid, parentPid] = line.trim().split(/\s+/).map(Number);
    return pid !== undefined && parentPid !== undefined ? [{ pid, parentPid }] : [];
  });
}

function pidsOfRun(runId: string): number[] {
  if (process.platform !== "linux") return [];
  const mark = `${RUN_ID_VARIABLE}=${runId}\0`;
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).includes(mark));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // The process ended meanwhile or belongs to someone else: not ours to end.
    return "";
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Already gone, which is what was wanted.
  }
}
