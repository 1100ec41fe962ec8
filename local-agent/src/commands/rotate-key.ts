import { existsSync, renameSync } from "node:fs";
import { askCloud } from "../enrolment/cloud-api.js";
import { readEnrolmentSettings } from "../enrolment/enrolment-settings.js";
import { proveKey } from "../enrolment/prove-key.js";
import { createKeyFile, readKeyFile } from "../uplink/agent-key.js";

/**
 * `studio-agent rotate-key`: puts a new key in the place of the enrolled one. The new key is on disk before it is asked
 * for, beside the old one, and takes its place when the cloud has it: wherever this is cut off, the next run goes on.
 */
export async function rotateKey(options: { readonly config: string }): Promise<void> {
  const settings = readEnrolmentSettings(options.config);
  const nextFile = `${settings.keyFile}.next`;
  const current = readKeyFile(settings.keyFile);
  const next = existsSync(nextFile) ? readKeyFile(nextFile) : createKeyFile(nextFile);
  const { tenantId, agentId } = settings;
  const publicKey = next.publicKeyBase64;
  const { keyId } = current;
  const signedAt = new Date().toISOString();
  const facts = { purpose: "rotate", tenantId, agentId, publicKey, keyId, signedAt } as const;
  const answer = await askCloud("rotateAgentKey", settings, {
    publicKey,
    keyId,
    signedAt,
    signature: proveKey(current, facts),
    proof: proveKey(next, facts),
  });
  renameSync(nextFile, settings.keyFile);
  console.log(`Key ${answer.keyId} counts now, key ${keyId} until ${answer.oldKeyUntil}.`);
  console.log("Reload the agent before then: systemctl reload studio-agent");
}
