import { spawn } from "node:child_process";
import { killTree } from "../emulators/process-tree.js";

export interface ProgramOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Output goes straight to the terminal; otherwise it is kept and returned. */
  readonly isVisible?: boolean;
}

/**
 * Runs a program to its end without input. Answers with its exit code (null when it was ended from outside) and what it
 * printed. One that does not end in time is ended with everything it started, as it is when this program ends.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<{ code: number | null; output: string; isTimedOut: boolean }> {
  const output = options.isVisible === true ? "inherit" : "pipe";
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", output, output],
  });
  const end = (): void => {
    if (child.pid !== undefined) killTree(child.pid);
  };
  process.once("exit", end);
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    end();
  }, options.timeoutMs);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      process.removeListener("exit", end);
      resolve({ code, output: Buffer.concat(chunks).toString("utf8"), isTimedOut });
    });
  });
}
