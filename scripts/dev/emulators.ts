import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  configForRun,
  environmentFor,
  listeningPorts,
  PORT_NAMES,
  readFirebaseJson,
} from "./emulators/emulator-config.js";
import type { EmulatorName, EmulatorPorts } from "./emulators/emulator-config.js";
import { findBinaries, howToGetEmulators } from "./emulators/find-binaries.js";
import type { JavaEmulator } from "./emulators/find-binaries.js";
import { firebaseToolsEntry, startLoggedProcess } from "./emulators/firebase-process.js";
import type { LoggedProcess } from "./emulators/firebase-process.js";
import { pickFreePorts } from "./emulators/free-ports.js";
import { killTree, RUN_ID_VARIABLE } from "./emulators/process-tree.js";
import { missingFunctions, waitForPorts } from "./emulators/readiness.js";
import { startReaper } from "./emulators/reaper.js";
import { stageFunctions } from "./emulators/stage-functions.js";

/** A `demo-` project: the emulators then need no credentials and refuse to reach a real one. */
export const PROJECT_ID = "demo-studio";
export const REGION = "us-central1";
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const READY_TIMEOUT_MS = 120_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
/** Runs whose logs are kept in `.studio/emulators`. */
const KEPT_RUNS = 8;

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
 */
export async function startEmulators(options: StartEmulatorsOptions): Promise<RunningEmulators> {
  const progress = options.onProgress ?? (() => undefined);
  const binaries = await provideBinaries(options.only, progress);
  const ports = options.ports ?? (await pickFreePorts(PORT_NAMES));
  const run = prepareRun(options.only, ports);
  const onExit = (): void => run.cleanUp();
  process.once("exit", onExit);
  try {
    const firebase = launch(run, options, binaries);
    const stop = armStop(run, firebase, onExit);
    try {
      progress(`starting ${options.only.join(", ")} (log: ${relative(ROOT, run.logFile)})`);
      await waitUntilReady(run, firebase, options.only, ports);
    } catch (error) {
      stop();
      throw error;
    }
    const env = environmentFor(options.only, ports, PROJECT_ID, REGION);
    return { ports, env, logFile: run.logFile, ended: firebase.ended, lastLines: () => firebase.lastLines(), stop };
  } catch (error) {
    onExit();
    process.removeListener("exit", onExit);
    throw error;
  }
}

/** The files and names of one run. */
interface Run {
  readonly id: string;
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly expectedFunctions: readonly string[];
  cleanUp(): void;
}

async function provideBinaries(
  only: readonly EmulatorName[],
  progress: (message: string) => void,
): Promise<Record<string, string>> {
  const wanted = only.filter((name): name is JavaEmulator => name === "firestore" || name === "pubsub");
  const { env, missing } = findBinaries(wanted);
  for (const emulator of missing) {
    progress(`downloading the ${emulator} emulator`);
    const args = [firebaseToolsEntry(), `setup:emulators:${emulator}`];
    const download = spawnSync(process.execPath, args, { encoding: "utf8", timeout: DOWNLOAD_TIMEOUT_MS });
    if (download.status !== 0) throw new Error(howToGetEmulators(missing));
  }
  return env;
}

function prepareRun(only: readonly EmulatorName[], ports: EmulatorPorts): Run {
  const id = randomBytes(5).toString("hex");
  const runsFolder = join(ROOT, ".studio", "emulators");
  const folder = join(runsFolder, id);
  const functionsFolder = join(folder, "functions");
  mkdirSync(folder, { recursive: true });
  forgetOldRuns(runsFolder);
  const expectedFunctions = only.includes("functions") ? stageFunctions(join(ROOT, "functions"), functionsFolder) : [];
  // In the system's temporary folder, because the functions' Unix sockets need a path of less than 108 bytes.
  const temporaryFolder = mkdtempSync(join(tmpdir(), "studio-"));
  const configFile = join(ROOT, `firebase.local-${id}.json`);
  const config = configForRun(readFirebaseJson(ROOT), ports, relative(ROOT, functionsFolder));
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  const cleanUp = (): void => {
    for (const path of [configFile, temporaryFolder, functionsFolder]) rmSync(path, { recursive: true, force: true });
  };
  return {
    id,
    folder,
    temporaryFolder,
    configFile,
    logFile: join(folder, "emulators.log"),
    expectedFunctions,
    cleanUp,
  };
}

function launch(run: Run, options: StartEmulatorsOptions, binaries: Record<string, string>): LoggedProcess {
  const only = options.only.join(",");
  const args = ["emulators:start", "--project", PROJECT_ID, "--config", run.configFile, "--only", only];
  return startLoggedProcess({
    command: process.execPath,
    args: [firebaseToolsEntry(), ...args, "--log-verbosity", "INFO"],
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

function armStop(run: Run, firebase: LoggedProcess, onExit: () => void): () => void {
  const reaper = startReaper(firebase.pid, run.id, [run.configFile, run.temporaryFolder]);
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    killTree(firebase.pid, run.id);
    run.cleanUp();
    reaper.stop();
    process.removeListener("exit", stop);
    process.removeListener("exit", onExit);
  };
  process.once("exit", stop);
  return stop;
}

async function waitUntilReady(
  run: Run,
  firebase: LoggedProcess,
  only: readonly EmulatorName[],
  ports: EmulatorPorts,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  const abort = new AbortController();
  const fail = (problem: string): Error =>
    new Error(`The emulators ${problem}. Their last lines:\n${firebase.lastLines()}`);
  const died = firebase.ended.then((how) => {
    abort.abort();
    return how;
  });
  const ready = (async () => {
    const silent = await waitForPorts(listeningPorts(only, ports), deadline, abort.signal);
    if (silent.length > 0) return `did not open port ${silent.join(", ")} within ${READY_TIMEOUT_MS / 1_000} s`;
    if (!only.includes("functions")) return undefined;
    return describeMissing(await waitForFunctions(ports.functions, run.expectedFunctions, deadline, abort.signal));
  })();
  const problem = await Promise.race([ready, died.then((how) => `${how} while starting`)]);
  if (problem !== undefined) throw fail(problem);
}

function describeMissing(missing: readonly string[]): string | undefined {
  return missing.length === 0
    ? undefined
    : `did not load the function${missing.length === 1 ? "" : "s"} ${missing.join(", ")}`;
}

/** The functions emulator opens its port before it has read the functions: ask until all are there. */
async function waitForFunctions(
  port: number,
  expected: readonly string[],
  deadline: number,
  signal: AbortSignal,
): Promise<string[]> {
  let missing = await missingFunctions(port, expected);
  while (missing.length > 0 && Date.now() < deadline && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    missing = await missingFunctions(port, expected);
  }
  return missing;
}

function forgetOldRuns(runsFolder: string): void {
  const runs = readdirSync(runsFolder).map((name) => join(runsFolder, name));
  const newestFirst = runs.map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { path } of newestFirst.slice(KEPT_RUNS)) rmSync(path, { recursive: true, force: true });
}
