import { spawn } from "node:child_process";
import { startEmulators } from "./emulators.js";
import type { RunningEmulators } from "./emulators.js";
import { EMULATOR_NAMES } from "./emulators/emulator-config.js";
import type { EmulatorName } from "./emulators/emulator-config.js";

const USAGE = `Usage: tsx scripts/dev/with-emulators.ts --only ${EMULATOR_NAMES.join(",")} -- <command> [arguments]
Starts the real emulators on free ports, runs the command with their addresses in its environment, ends them and
returns the command's exit code. STUDIO_VERBOSE=1 shows everything that the emulators print.`;

async function main(args: readonly string[]): Promise<number> {
  const { only, command } = parseArguments(args);
  const startedAt = Date.now();
  const isVerbose = process.env["STUDIO_VERBOSE"] === "1";
  const say = (message: string): void => console.error(`emulators: ${message}`);
  const emulators = await startEmulators({ only, onProgress: say, ...(isVerbose && { onLine: (line) => say(line) }) });
  say(`ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  try {
    return await runCommand(command, emulators);
  } finally {
    emulators.stop();
  }
}

function parseArguments(args: readonly string[]): { only: EmulatorName[]; command: string[] } {
  const separator = args.indexOf("--");
  const [flag, list] = args;
  if (flag !== "--only" || list === undefined || separator !== 2 || args.length === 3) throw new Error(USAGE);
  const only = list.split(",").map((name) => {
    const known = EMULATOR_NAMES.find((it) => it === name);
    if (known === undefined) throw new Error(`There is no emulator "${name}".\n${USAGE}`);
    return known;
  });
  return { only, command: args.slice(3) };
}

/** The command shares this terminal, so Ctrl-C reaches it too; this program waits for its end and then cleans up. */
function runCommand(command: readonly string[], emulators: RunningEmulators): Promise<number> {
  const [program = "", ...rest] = command;
  const child = spawn(program, rest, {
    stdio: "inherit",
    env: { ...process.env, ...emulators.env },
    shell: process.platform === "win32",
  });
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`"${program}" could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
  const died = emulators.ended.then((how) => {
    child.kill("SIGTERM");
    throw new Error(`The emulators ${how} while the command was running. Their last lines:\n${emulators.lastLines()}`);
  });
  return Promise.race([ended, died]);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // Before the command runs there is nothing to wait for: the exit handlers end the emulators.
  process.once(signal, () => {
    if (process.listenerCount(signal) === 0) process.exit(130);
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
