import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { ED25519_SPKI_HEAD, nodeCrypto } from "./node-crypto.js";
import { ProofError } from "./proof-error.js";
import type { Signer } from "./signer.js";
import { SIGNATURE_TYPES, formatVerifierKey } from "./verifier-key.js";

/** The fixed head of an Ed25519 private key in RFC 8410 PKCS #8; the 32-byte seed follows. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

/**
 * A signer that holds its key in memory: for the emulator, tests and small set-ups. Who reads the seed once can sign for ever and
 * unseen; production keeps the key in Cloud KMS. Throws `KEY_MALFORMED`, never with the seed in the message.
 */
export function seedSigner(keyName: string, seed: Uint8Array): Signer {
  if (seed.length !== SEED_BYTES) throw new ProofError("KEY_MALFORMED", "The seed of an Ed25519 key has 32 bytes.");
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const publicKey = spki.subarray(ED25519_SPKI_HEAD.length);
  return {
    keyName,
    verifierKey: formatVerifierKey(nodeCrypto.sha256, keyName, SIGNATURE_TYPES.ed25519, publicKey),
    sign: (message) => Promise.resolve(sign(null, message, key)),
  };
}
