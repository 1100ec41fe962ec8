import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";

/** The agent's own key pair: the private half never leaves this machine. */
export interface AgentSigningKey {
  readonly privateKey: KeyObject;
  readonly publicKeyBase64: string;
  readonly keyId: string;
}

/** Group and others: a private key that they can read is not private. */
const OTHERS_MASK = 0o077;
const KEY_FILE_MODE = 0o600;
/** An Ed25519 key in PKCS #8 PEM has 119 characters; a file beyond this is something else. */
const MAX_KEY_FILE_BYTES = 4_096;
const RAW_PUBLIC_KEY_BYTES = 32;

/** Why a key file cannot be used, in a sentence that holds nothing of the key. */
export class UnusableKey extends Error {
  override readonly name = "UnusableKey";
}

/** Reads an Ed25519 private key (PKCS #8 PEM) that nobody but its owner may read. Throws `UnusableKey`. */
export function readKeyFile(path: string): AgentSigningKey {
  return toSigningKey(readPrivateFile(path));
}

/** Makes a key pair and writes its private half to a new file of mode 0600. An existing file is never overwritten. */
export function createKeyFile(path: string): AgentSigningKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  try {
    writeFileSync(path, pem, { mode: KEY_FILE_MODE, flag: "wx", flush: true });
  } catch (error) {
    if (isErrno(error, "EEXIST")) throw new UnusableKey("the file exists already; a key is never overwritten");
    throw new UnusableKey(`the file cannot be written (${errnoOf(error)})`);
  }
  return describeKey(privateKey);
}

/** The first 16 hex digits of SHA-256 over the raw public key: names a key without being one. */
function keyIdOf(rawPublicKey: Uint8Array): string {
  return createHash("sha256").update(rawPublicKey).digest("hex").slice(0, 16);
}

function readPrivateFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new UnusableKey(`the file cannot be opened (${errnoOf(error)})`);
  }
  try {
    // The open file is asked, not its name: nobody can swap it in between.
    const { mode, size } = fstatSync(file);
    if (process.platform !== "win32" && (mode & OTHERS_MASK) !== 0) {
      throw new UnusableKey(`others may read the file (mode ${(mode & 0o777).toString(8)}); expected 600`);
    }
    if (size > MAX_KEY_FILE_BYTES) throw new UnusableKey("the file is too large to be a key");
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function toSigningKey(pem: string): AgentSigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: "pem" });
  } catch {
    throw new UnusableKey("expected a private key as PKCS #8 PEM");
  }
  if (key.asymmetricKeyType !== "ed25519") throw new UnusableKey("expected an Ed25519 key");
  return describeKey(key);
}

function describeKey(privateKey: KeyObject): AgentSigningKey {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const raw = spki.subarray(spki.length - RAW_PUBLIC_KEY_BYTES); // RFC 8410 §4: the key is the end of the structure
  return { privateKey, publicKeyBase64: raw.toString("base64"), keyId: keyIdOf(raw) };
}

const errnoOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown error";
const isErrno = (error: unknown, code: string): boolean => errnoOf(error) === code;
