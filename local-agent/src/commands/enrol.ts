import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { askCloud } from "../enrolment/cloud-api.js";
import { readEnrolmentSettings } from "../enrolment/enrolment-settings.js";
import { proveKey, readTypedCode } from "../enrolment/prove-key.js";
import { createKeyFile, readKeyFile } from "../uplink/agent-key.js";
import { Unusable } from "./unusable.js";

export interface EnrolOptions {
  readonly config: string;
  readonly code?: string;
}

/**
 * `studio-agent enrol`: makes the key pair if there is none, and has it enrolled by the one-time code. A key that is there
 * is used as it is, so that a run that was cut off can be repeated.
 */
export async function enrol(options: EnrolOptions): Promise<void> {
  const settings = readEnrolmentSettings(options.config);
  const code = readTypedCode(options.code ?? (await askForCode()));
  if (code === null) throw new Unusable("A code has twenty letters and digits, as in 7K2QM-XXXXX-XXXXX-XXXXX.");
  const key = existsSync(settings.keyFile) ? readKeyFile(settings.keyFile) : createKeyFile(settings.keyFile);
  const { tenantId, agentId } = settings;
  const publicKey = key.publicKeyBase64;
  const proof = proveKey(key, { purpose: "enrol", tenantId, agentId, publicKey });
  const { name, keyId } = await askCloud("redeemEnrolmentCode", settings, { code, publicKey, proof });
  console.log(`Enrolled as ${agentId} (${name}) with key ${keyId}. Compare it with the cockpit, then run doctor.`);
}

async function askForCode(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question("One-time code: ");
  } finally {
    terminal.close();
  }
}
