import { createRequire } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { environmentFor, listeningPorts, PORT_NAMES } from "./emulators/emulator-config.js";
import type { EmulatorName, EmulatorPorts } from "./emulators/emulator-config.js";
import { provideBinaries } from "./emulators/find-binaries.js";
import { startLoggedProcess } from "./emulators/logged-process.js";
import type { LoggedProcess } from "./emulators/logged-process.js";
import { pickFreePorts } from "./emulators/free-ports.js";
import { killTree, RUN_ID_VARIABLE } from "./emulators/process-tree.js";
import { waitForFunctions, waitForPorts } from "./emulators/readiness.js";
import { startReaper } from "./emulators/reaper.js";
import { prepareRun, removeRunFiles } from "./emulators/run-files.js";
import type { EmulatorRun } from "./emulators/run-files.js";

/** A `demo-` project: the emulators then need no credentials and refuse to reach a real one. */
export const PROJECT_ID = "demo-studio";
export const REGION = "us-central1";
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** From the first process to the last loaded function; about 15 s on two idle cores. */
const READY_TIMEOUT_MS = 120_000;
/** What firebase-tools prints when it has done all it can: whatever is not there soon after will not come. */
const ALL_STARTED = "All emulators ready!";
const SETTLE_MS = 10_000;

export interface StartEmulatorsOptions {
  readonly only: readonly EmulatorName[];
  /** Free ports are picked when absent. */
  readonly ports?: EmulatorPorts;
  /** Extra environment of the emulators, and so of the functions that they run. */
  readonly env?: Readonly<Record<string, string>>;
  /** Short sentences on what is being waited for. */
  readonly onProgress?: (message: string) => void;
  /** Every line that the emulators print, also what functions log. */
  readonly onLine?: (line: string) => void;
}

export interface RunningEmulators {
  readonly ports: EmulatorPorts;
  /** What a program needs in its environment to use these emulators. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Settles with the reason when the emulators end, asked or not. */
  readonly ended: Promise<string>;
  lastLines(): string;
  /** Ends every process of the run and removes its files; safe to call twice, synchronous so that an exit handler may. */
  stop(): void;
}

/**
 * Answers: are the asked-for emulators up, with every port accepting connections and every built function loaded?
 * Resolves only then. Rejects with a sentence and the emulators' last lines otherwise, leaving nothing behind.
 * They end with this program, also when it crashes or is killed.
 */
export async function startEmulators(options: StartEmulatorsOptions): Promise<RunningEmulators> {
  const progress = options.onProgress ?? (() => undefined);
  const binaries = provideBinaries(options.only, firebaseToolsEntry(), progress);
  const ports = options.ports ?? (await pickFreePorts(PORT_NAMES));
  const run = prepareRun(ROOT, PROJECT_ID, options.only, ports);
  progress(`starting ${options.only.join(", ")} (log: ${relative(ROOT, run.logFile)})`);
  const abort = new AbortController();
  const onLine = (line: string): void => {
    options.onLine?.(line);
    if (line.includes(ALL_STARTED)) setTimeout(() => abort.abort(), SETTLE_MS).unref();
  };
  const firebase = launch(run, { ...options, onLine }, binaries);
  const stop = endWithThisProgram(run, firebase);
  const problem = await problemWhileStarting(run, firebase, options.only, ports, abort);
  if (problem !== undefined) {
    stop();
    throw new Error(`The emulators ${problem}. Their last lines:\n${firebase.lastLines()}`);
  }
  const addresses = environmentFor(options.only, ports, PROJECT_ID, REGION);
  // Programs that use the run carry its id, so that they do not outlive it either.
  const env = { ...addresses, [RUN_ID_VARIABLE]: run.id };
  return { ports, env, logFile: run.logFile, ended: firebase.ended, lastLines: () => firebase.lastLines(), stop };
}

function launch(run: EmulatorRun, options: StartEmulatorsOptions, binaries: Record<string, string>): LoggedProcess {
  const args = [
    "emulators:start",
    "--project",
    PROJECT_ID,
    "--config",
    run.configFile,
    "--only",
    options.only.join(","),
  ];
  return startLoggedProcess({
    command: process.execPath,
    args: [firebaseToolsEntry(), ...args],
    // The emulators write their debug logs to the working directory.
    cwd: run.folder,
    env: {
      ...process.env,
      ...options.env,
      ...binaries,
      TMPDIR: run.temporaryFolder,
      [RUN_ID_VARIABLE]: run.id,
      // Saves four to five seconds: functions are discovered through a file instead of a server and a port.
      FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: "true",
      NO_UPDATE_NOTIFIER: "1",
    },
    logFile: run.logFile,
    onLine: options.onLine ?? (() => undefined),
  });
}

/** firebase-tools' command line program is run with this Node and without a shell, so its process id is known. */
function firebaseToolsEntry(): string {
  return createRequire(import.meta.url).resolve("firebase-tools/lib/bin/firebase.js");
}

function endWithThisProgram(run: EmulatorRun, firebase: LoggedProcess): () => void {
  const reaper = startReaper(firebase.pid, run.id, run.removedAfterwards);
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    process.removeListener("exit", stop);
    killTree(firebase.pid, run.id);
    removeRunFiles(run);
    reaper.stop();
  };
  process.once("exit", stop);
  return stop;
}

async function problemWhileStarting(
  run: EmulatorRun,
  firebase: LoggedProcess,
  only: readonly EmulatorName[],
  ports: EmulatorPorts,
  abort: AbortController,
): Promise<string | undefined> {
  const bounds = { deadline: Date.now() + READY_TIMEOUT_MS, signal: abort.signal };
  const ready = async (): Promise<string | undefined> => {
    const silent = await waitForPorts(listeningPorts(only, ports), bounds);
    if (silent.length > 0) return `did not open port ${silent.join(", ")} in time`;
    const missing = await waitForFunctions(ports.functions, run.expectedFunctions, bounds);
    return missing.length === 0 ? undefined : `did not load the functions ${missing.join(", ")}`;
  };
  const died = firebase.ended.then((how) => {
    abort.abort();
    return `${how} while starting`;
  });
  return Promise.race([ready(), died]);
}
