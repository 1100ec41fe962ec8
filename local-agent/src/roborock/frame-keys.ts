import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

/** What a frame needs besides the local key to derive its key, IV and additional data. */
export interface FrameNumbers {
  readonly seq: number;
  readonly random: number;
  /** Unix seconds, from the frame itself: robot clocks are wrong, so it is never compared with ours. */
  readonly timestamp: number;
}

/** Secrets of one device. The nonces belong to one LAN session and are needed for L01 only. */
export interface FrameSecrets {
  readonly localKey: string;
  readonly connectNonce?: number | null;
  readonly ackNonce?: number | null;
}

const SALT = "TXdfu$jyZ#TZHsg4";
const GCM_TAG_BYTES = 16;
const GCM_IV_BYTES = 12;
/** Which hex digit of the timestamp stands at each place of the key material. */
const TIMESTAMP_ORDER = [5, 6, 3, 7, 1, 2, 0, 4] as const;

/** Answers: how is a frame's timestamp spelled inside the key material? 0x12345678 becomes `67482315`. */
export function permuteTimestamp(timestamp: number): string {
  const hex = (timestamp >>> 0).toString(16).padStart(8, "0");
  return TIMESTAMP_ORDER.map((place) => hex.charAt(place)).join("");
}

/** The 16-byte AES-128-ECB key of one frame of version 1.0. */
export function deriveV1Key(localKey: string, timestamp: number): Buffer {
  return createHash("md5").update(keyMaterial(localKey, timestamp)).digest();
}

/** The 32-byte AES-256-GCM key of one frame of version L01. */
export function deriveL01Key(localKey: string, timestamp: number): Buffer {
  return createHash("sha256").update(keyMaterial(localKey, timestamp)).digest();
}

/** The 12-byte IV of one frame of version L01. */
export function deriveL01Iv({ seq, random, timestamp }: FrameNumbers): Buffer {
  return createHash("sha256")
    .update(u32(seq, random, timestamp))
    .digest()
    .subarray(0, GCM_IV_BYTES);
}

/** The additional authenticated data of one L01 frame: 16 bytes before the handshake is answered, 20 after. */
export function deriveL01Aad(
  { seq, random, timestamp }: FrameNumbers,
  connectNonce: number,
  ackNonce: number | null,
): Buffer {
  return ackNonce === null
    ? u32(seq, connectNonce, random, timestamp)
    : u32(seq, connectNonce, ackNonce, random, timestamp);
}

export function encryptV1(plain: Uint8Array, secrets: FrameSecrets, numbers: FrameNumbers): Buffer {
  const cipher = createCipheriv("aes-128-ecb", deriveV1Key(secrets.localKey, numbers.timestamp), null);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

/** Throws node's own error on a wrong key, a wrong length or wrong padding: the codec turns it into a reason. */
export function decryptV1(secret: Uint8Array, secrets: FrameSecrets, numbers: FrameNumbers): Buffer {
  const decipher = createDecipheriv("aes-128-ecb", deriveV1Key(secrets.localKey, numbers.timestamp), null);
  return Buffer.concat([decipher.update(secret), decipher.final()]);
}

export function encryptL01(plain: Uint8Array, secrets: FrameSecrets, numbers: FrameNumbers): Buffer {
  const cipher = createCipheriv("aes-256-gcm", deriveL01Key(secrets.localKey, numbers.timestamp), deriveL01Iv(numbers));
  cipher.setAAD(deriveL01Aad(numbers, requireConnectNonce(secrets), secrets.ackNonce ?? null));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws on a missing nonce, a short payload or a wrong tag. */
export function decryptL01(secret: Uint8Array, secrets: FrameSecrets, numbers: FrameNumbers): Buffer {
  const connectNonce = requireConnectNonce(secrets);
  const tagAt = secret.length - GCM_TAG_BYTES;
  if (tagAt < 0) throw new RangeError("An L01 payload is at least its 16-byte tag");
  const key = deriveL01Key(secrets.localKey, numbers.timestamp);
  const decipher = createDecipheriv("aes-256-gcm", key, deriveL01Iv(numbers), { authTagLength: GCM_TAG_BYTES });
  decipher.setAAD(deriveL01Aad(numbers, connectNonce, secrets.ackNonce ?? null));
  decipher.setAuthTag(secret.subarray(tagAt));
  return Buffer.concat([decipher.update(secret.subarray(0, tagAt)), decipher.final()]);
}

function requireConnectNonce(secrets: FrameSecrets): number {
  if (secrets.connectNonce === undefined || secrets.connectNonce === null) {
    throw new RangeError("L01 needs the connect nonce of the LAN handshake");
  }
  return secrets.connectNonce;
}

function keyMaterial(localKey: string, timestamp: number): Buffer {
  return Buffer.from(permuteTimestamp(timestamp) + localKey + SALT, "utf8");
}

function u32(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => bytes.writeUInt32BE(number >>> 0, 4 * index));
  return bytes;
}
