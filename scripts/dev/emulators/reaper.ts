import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { killTree } from "./process-tree.js";

/**
 * Makes sure that a run leaves nothing behind even if this program is ended with SIGKILL: a small detached process
 * waits for the end of this one (its standard input closes), ends the run's processes and removes its files. Without a
 * run id only `rootPid` and its descendants are ended.
 */
export function startReaper(rootPid: number, runId = "", paths: readonly string[] = []): { stop(): void } {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), "--reap", String(rootPid), runId, ...paths];
  const reaper = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "ignore"], detached: true });
  reaper.unref();
  const pipe = reaper.stdin;
  // The reaper may be gone first; that must not become this program's crash.
  pipe.on("error", () => undefined);
  if (pipe instanceof Socket) pipe.unref();
  return { stop: () => reaper.kill("SIGKILL") };
}

function reapWhenParentEnds(rootPid: number, runId: string, paths: readonly string[]): void {
  process.stdin.resume();
  process.stdin.once("close", () => {
    killTree(rootPid, runId);
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    process.exit(0);
  });
}

if (process.argv[2] === "--reap") {
  const [rootPid, runId, ...paths] = process.argv.slice(3);
  if (rootPid !== undefined && runId !== undefined) reapWhenParentEnds(Number(rootPid), runId, paths);
}
