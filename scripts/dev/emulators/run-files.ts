import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { configForRun, readFirebaseJson } from "./emulator-config.js";
import type { EmulatorName, EmulatorPorts } from "./emulator-config.js";
import { stageFunctions } from "./stage-functions.js";
import { stageHosting } from "./stage-hosting.js";

/** Runs whose logs are kept in `.studio/emulators`. */
const KEPT_RUNS = 8;
const ALIVE_WITHIN_MS = 3_600_000;

/** The files and names of one run of the emulators. */
export interface EmulatorRun {
  readonly id: string;
  /** The working directory; holds the logs and outlives the run. */
  readonly folder: string;
  readonly configFile: string;
  readonly temporaryFolder: string;
  readonly logFile: string;
  /** The functions that the build declares and the emulator must load; empty when functions are not asked for. */
  readonly expectedFunctions: readonly string[];
  /** Everything that must not outlive the run. */
  readonly removedAfterwards: readonly string[];
}

/** Writes what one run needs: its configuration beside `firebase.json`, its copy of the built functions, its folders. */
export function prepareRun(
  root: string,
  projectId: string,
  only: readonly EmulatorName[],
  ports: EmulatorPorts,
): EmulatorRun {
  const id = randomBytes(5).toString("hex");
  const runsFolder = join(root, ".studio", "emulators");
  const folder = join(runsFolder, id);
  const functionsFolder = join(folder, "functions");
  const hostingFolder = join(folder, "hosting");
  mkdirSync(folder, { recursive: true });
  forgetOldRuns(runsFolder);
  const expectedFunctions = only.includes("functions") ? stageFunctions(join(root, "functions"), functionsFolder) : [];
  if (only.includes("hosting")) stageHosting(join(root, "hosting", "dist"), hostingFolder, projectId, ports);
  // In the system's temporary folder, because the functions' Unix sockets need a path of less than 108 bytes.
  const temporaryFolder = mkdtempSync(join(tmpdir(), "studio-"));
  const configFile = join(root, `firebase.local-${id}.json`);
  const config = configForRun(readFirebaseJson(root), ports, {
    functionsSource: relative(root, functionsFolder),
    hostingPublic: relative(root, hostingFolder),
  });
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  const removedAfterwards = [configFile, temporaryFolder, functionsFolder, hostingFolder];
  return {
    id,
    folder,
    configFile,
    temporaryFolder,
    logFile: join(folder, "emulators.log"),
    expectedFunctions,
    removedAfterwards,
  };
}

export function removeRunFiles(run: EmulatorRun): void {
  for (const path of run.removedAfterwards) rmSync(path, { recursive: true, force: true });
}

function forgetOldRuns(runsFolder: string): void {
  const runs = readdirSync(runsFolder).map((name) => join(runsFolder, name));
  const newestFirst = runs.map((path) => ({ path, at: modifiedAt(path) })).sort((a, b) => b.at - a.at);
  for (const { path } of newestFirst.slice(KEPT_RUNS)) {
    if (!mayBeAlive(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** A run that has logged within the hour may still be at work beside this one. */
function mayBeAlive(path: string): boolean {
  return modifiedAt(join(path, "emulators.log")) > Date.now() - ALIVE_WITHIN_MS;
}

/** Milliseconds since the epoch; 0 when the path is gone, as another run may tidy up at the same time. */
function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
