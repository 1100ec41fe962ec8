import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

/**
 * The vendor's frames as the robot sees them. Written apart from the client's codec on purpose, with its own CRC and key
 * derivation: two readings of the same reference that agree are worth more than one that agrees with itself.
 */
export interface WireFrame {
  readonly seq: number;
  readonly random: number;
  readonly timestamp: number;
  readonly protocol: number;
  readonly text: string;
}

/** The two numbers of a LAN session that version L01 needs: `random` of the greeting and of its answer. */
export interface Greeting {
  readonly connectNonce: number;
  readonly ackNonce: number;
}

const SALT = "TXdfu$jyZ#TZHsg4";
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/**
 * Answers: what does this single whole frame say? Null when its version is not the expected one, or its length, CRC, padding
 * or tag is wrong.
 */
export function readWireFrame(bytes: Buffer, localKey: string, greeting?: Greeting): WireFrame | null {
  const version = greeting === undefined ? "1.0" : "L01";
  if (bytes.length < 23 || bytes.toString("latin1", 0, 3) !== version) return null;
  const end = 19 + bytes.readUInt16BE(17);
  if (bytes.length !== end + 4 || crcOf(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return null;
  const header = {
    seq: bytes.readUInt32BE(3),
    random: bytes.readUInt32BE(7),
    timestamp: bytes.readUInt32BE(11),
    protocol: bytes.readUInt16BE(15),
  };
  const secret = bytes.subarray(19, end);
  try {
    const text =
      greeting === undefined ? openV1(secret, localKey, header) : openL01(secret, localKey, header, greeting);
    return { ...header, text };
  } catch {
    return null;
  }
}

/** The frame on the wire. `label` other than 1.0 only changes the first three bytes: enough to be refused. */
export function writeWireFrame(frame: WireFrame, localKey: string, label = "1.0", greeting?: Greeting): Buffer {
  const secret = greeting === undefined ? sealV1(frame, localKey) : sealL01(frame, localKey, greeting);
  const bytes = Buffer.alloc(19 + secret.length + 4);
  writeHeader(bytes, frame, greeting === undefined ? label : "L01");
  bytes.writeUInt16BE(secret.length, 17);
  secret.copy(bytes, 19);
  bytes.writeUInt32BE(crcOf(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

/** A frame of the LAN channel that is nothing but its header: a greeting's answer, a ping's answer, an acknowledgement. */
export function writeControlFrame(header: Omit<WireFrame, "text">, version: string): Buffer {
  const bytes = Buffer.alloc(17);
  writeHeader(bytes, header, version);
  return bytes;
}

/** The length that stands before each frame on the LAN channel. */
export function prefixed(frame: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(frame.length);
  return Buffer.concat([prefix, frame]);
}

function writeHeader(bytes: Buffer, header: Omit<WireFrame, "text">, version: string): void {
  bytes.write(version, 0, "latin1");
  bytes.writeUInt32BE(header.seq, 3);
  bytes.writeUInt32BE(header.random, 7);
  bytes.writeUInt32BE(header.timestamp, 11);
  bytes.writeUInt16BE(header.protocol, 15);
}

type Numbers = Pick<WireFrame, "seq" | "random" | "timestamp">;

function openV1(secret: Buffer, localKey: string, { timestamp }: Numbers): string {
  const decipher = createDecipheriv("aes-128-ecb", keyOf("md5", localKey, timestamp), null);
  return Buffer.concat([decipher.update(secret), decipher.final()]).toString("utf8");
}

function sealV1(frame: WireFrame, localKey: string): Buffer {
  const cipher = createCipheriv("aes-128-ecb", keyOf("md5", localKey, frame.timestamp), null);
  return Buffer.concat([cipher.update(frame.text, "utf8"), cipher.final()]);
}

function openL01(secret: Buffer, localKey: string, numbers: Numbers, greeting: Greeting): string {
  const { key, iv, aad } = l01Of(localKey, numbers, greeting);
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
  decipher.setAAD(aad);
  decipher.setAuthTag(secret.subarray(-16));
  return Buffer.concat([decipher.update(secret.subarray(0, -16)), decipher.final()]).toString("utf8");
}

function sealL01(frame: WireFrame, localKey: string, greeting: Greeting): Buffer {
  const { key, iv, aad } = l01Of(localKey, frame, greeting);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(frame.text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

function l01Of(localKey: string, { seq, random, timestamp }: Numbers, { connectNonce, ackNonce }: Greeting) {
  return {
    key: keyOf("sha256", localKey, timestamp),
    iv: createHash("sha256")
      .update(words(seq, random, timestamp))
      .digest()
      .subarray(0, 12),
    aad: words(seq, connectNonce, ackNonce, random, timestamp),
  };
}

function words(...numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.map((number) => number.toString(16).padStart(8, "0")).join(""), "hex");
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** Nibble 0 is the highest of the timestamp; the key spells nibbles 5 6 3 7 1 2 0 4. */
function keyOf(hash: "md5" | "sha256", localKey: string, timestamp: number): Buffer {
  const nibble = (place: number): string => ((timestamp >>> (28 - 4 * place)) & 0xf).toString(16);
  const spelled = `${nibble(5)}${nibble(6)}${nibble(3)}${nibble(7)}${nibble(1)}${nibble(2)}${nibble(0)}${nibble(4)}`;
  return createHash(hash).update(spelled).update(localKey, "utf8").update(SALT).digest();
}
