import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

/** How many of its last lines are kept to explain a failure. */
const KEPT_LINES = 40;

/** A running program whose output goes to a log file, line by line. */
export interface LoggedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Settles when the program has ended, however it ended; never rejects. */
  readonly ended: Promise<string>;
  lastLines(): string;
}

export interface LoggedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly onLine: (line: string) => void;
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C in the terminal reaches only the program that started
 * it, which then ends everything in the right order.
 */
export function startLoggedProcess(options: LoggedProcessOptions): LoggedProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: "a" });
  const kept: string[] = [];
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (raw) => {
      const line = stripVTControlCharacters(raw);
      log.write(`${line}\n`);
      if (!isTableLine(line)) kept.push(line);
      if (kept.length > KEPT_LINES) kept.shift();
      options.onLine(line);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `exited with code ${String(code)}` : `was ended by ${signal}`),
    );
  });
  void ended.then(() => log.end());
  return { child, pid: child.pid ?? -1, ended, lastLines: () => kept.join("\n") };
}

/** firebase-tools ends its start with a drawn table, which would push what went wrong out of the last lines. */
function isTableLine(line: string): boolean {
  return /^[┌├└│]/.test(line);
}
