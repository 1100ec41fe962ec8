import { spawn } from "node:child_process";
import { startEmulators } from "./emulators.js";
import type { RunningEmulators } from "./emulators.js";
import { EMULATOR_NAMES } from "./emulators/emulator-config.js";
import type { EmulatorName } from "./emulators/emulator-config.js";

const USAGE = `Usage: tsx scripts/dev/with-emulators.ts --only ${EMULATOR_NAMES.join(",")} -- <command> [arguments]
Starts the real emulators on free ports, runs the command with their addresses in its environment, ends them and
returns the command's exit code. STUDIO_VERBOSE=1 shows everything that the emulators print.`;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** The shell's exit code for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<number> {
  const { only, command } = parseArguments(args);
  const startedAt = Date.now();
  const leaveEarly = (): void => process.exit(INTERRUPTED);
  for (const signal of SIGNALS) process.once(signal, leaveEarly);
  const isVerbose = process.env["STUDIO_VERBOSE"] === "1";
  const say = (message: string): void => console.error(`emulators: ${message}`);
  const emulators = await startEmulators({ only, onProgress: say, ...(isVerbose && { onLine: (line) => say(line) }) });
  say(`ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  for (const signal of SIGNALS) process.removeListener(signal, leaveEarly);
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
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`"${program}" could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? INTERRUPTED : 1)));
  });
  const died = emulators.ended.then((how) => {
    child.kill("SIGTERM");
    throw new Error(`The emulators ${how} while the command was running. Their last lines:\n${emulators.lastLines()}`);
  });
  return Promise.race([ended, died]);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
