import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { SIGNATURE_TYPES, formatVerifierKey, nodeCrypto } from "@studio-os/functions/log-proofs";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { textOf } from "../terminal/read-log.js";

/** `studio audit key`: how the public key of a log is handed out. */
export const addShowAuditKey: AddCommand = (program, { alone }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("key <origin>")
    .description("The verifier key of a log, <host>/audit/<studio>, from the signing key's public half.")
    .requiredOption("--pem <file>", "the public key as Cloud KMS gives it out: an Ed25519 key in PEM")
    .action(
      alone((given, [origin = ""]) => {
        const raw = rawKey(textOf(given, "pem") ?? "");
        const key = formatVerifierKey(nodeCrypto.sha256, origin, SIGNATURE_TYPES.ed25519, raw);
        return Promise.resolve({ lines: [key], json: { key } });
      }),
    );
};

function rawKey(file: string): Uint8Array {
  try {
    const key = createPublicKey(readFileSync(file));
    if (key.asymmetricKeyType !== "ed25519") throw new Error("another algorithm");
    return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
  } catch {
    throw unusable("USAGE", `${file} is not an Ed25519 public key in PEM.`);
  }
}
