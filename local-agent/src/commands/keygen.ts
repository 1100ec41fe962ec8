import { createKeyFile } from "../uplink/agent-key.js";

/** `studio-agent keygen`: prints what the enrolment needs, and nothing of the private half. */
export function keygen(options: { readonly out: string }): void {
  const { publicKeyBase64, keyId } = createKeyFile(options.out);
  console.log(JSON.stringify({ keyId, publicKey: publicKeyBase64 }));
}
