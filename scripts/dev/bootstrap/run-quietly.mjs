import { spawn } from "node:child_process";

/** How much of a program's output is kept to explain its failure. */
const MAX_KEPT_CHARS = 20_000;

/**
 * Runs a program without input and answers with its exit code and the end of everything it printed; a program that
 * cannot be started, or does not end in time, answers with code -1.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, timeoutMs: number, env?: Record<string, string> }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs,
      // npm is a .cmd file on Windows, which only a shell can run. No argument here comes from outside.
      shell: process.platform === "win32",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (/** @type {string} */ chunk) => {
        output = (output + chunk).slice(-MAX_KEPT_CHARS);
      });
    }
    child.once("error", (error) => resolve({ code: -1, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
  });
}
