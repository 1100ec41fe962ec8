import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeBase64 } from "../../../functions/src/audit/bytes.js";
import { readLogSettings } from "../../../functions/src/audit/log-settings.js";
import { nodeCrypto } from "../../../functions/src/audit/node-crypto.js";
import { formatOrigin } from "../../../functions/src/audit/origin.js";
import { seedSigner } from "../../../functions/src/audit/seed-signer.js";
import { parseVerifierKey } from "../../../functions/src/audit/verifier-key.js";
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
    ...(projectId.startsWith("demo-") ? { auditLog: emulatorLog(projectId) } : {}),
  };
}

/** The log's host and the emulator's own key, which is no secret. */
function emulatorLog(projectId: string): object {
  const { host, keys } = readLogSettings({ FUNCTIONS_EMULATOR: "true", GCLOUD_PROJECT: projectId });
  const seeds = keys.flatMap((key) => (key.kind === "seed" ? [key.seed] : []));
  const publicKeys = seeds.map((seed) => {
    const { verifierKey } = seedSigner(formatOrigin({ host, tenantId: "studio", epoch: 1 }), seed);
    return encodeBase64(parseVerifierKey(nodeCrypto.sha256, verifierKey).publicKey);
  });
  return { host, publicKeys };
}
