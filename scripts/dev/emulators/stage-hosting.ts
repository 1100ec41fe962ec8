import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmulatorPorts } from "./emulator-config.js";

/** Any value does: the emulators check no key, and the web SDK wants one. */
const DEMO_API_KEY = "demo-key";

/**
 * Gives a run its own copy of the built cockpit with a configuration that leads to this run's emulators, so that
 * several runs, and a rebuild, do not disturb each other. Without a build there are no pages, only the configuration.
 */
export function stageHosting(builtFolder: string, stagedFolder: string, projectId: string, ports: EmulatorPorts): void {
  if (existsSync(builtFolder)) cpSync(builtFolder, stagedFolder, { recursive: true });
  mkdirSync(stagedFolder, { recursive: true });
  writeFileSync(
    join(stagedFolder, "studio-config.json"),
    JSON.stringify(cockpitConfig(projectId, ports), undefined, 2),
  );
}

/** Answers: what tells a cockpit to sign in and read on these emulators? `hosting/src/data/config.ts` holds its schema. */
function cockpitConfig(projectId: string, ports: EmulatorPorts): object {
  return {
    projectId,
    apiKey: DEMO_API_KEY,
    environment: "emulator",
    authEmulatorUrl: `http://127.0.0.1:${ports.auth}`,
    firestoreEmulator: { host: "127.0.0.1", port: ports.firestore },
  };
}
