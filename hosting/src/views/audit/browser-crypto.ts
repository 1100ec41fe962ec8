import type { ProofCrypto } from "@studio-os/functions/audit-proofs";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Lower-case hex SHA-256 of the text's UTF-8 bytes. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** Hashing and signature checks of this browser, by which proofs are checked here and nowhere else. */
export const browserCrypto: ProofCrypto = { sha256, verifyEd25519 };

/**
 * Ed25519 by WebCrypto. A browser that does not know it, or that hides WebCrypto because the page did not come over TLS, checks
 * with a library, which is fetched then and not before.
 */
async function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  // Copies lie in buffers of their own, as WebCrypto's types ask.
  const [ownKey, ownMessage, ownSignature] = [key, message, signature].map((bytes) => Uint8Array.from(bytes));
  if (ownKey === undefined || ownMessage === undefined || ownSignature === undefined) return false;
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", ownKey, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    const { ed25519 } = await import("@noble/curves/ed25519.js");
    return ed25519.verify(signature, message, key, { zip215: false });
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, ownSignature, ownMessage);
}
