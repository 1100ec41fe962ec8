import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

/**
 * The frames of protocol version 1.0 as the robot sees them. Written apart from the client's codec on purpose, with its own
 * CRC and key derivation: two readings of the same reference that agree are worth more than one that agrees with itself.
 */
export interface WireFrame {
  readonly seq: number;
  readonly random: number;
  readonly timestamp: number;
  readonly protocol: number;
  readonly text: string;
}

const SALT = "TXdfu$jyZ#TZHsg4";
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** Answers: what does this single whole frame say? Null when it is not version 1.0, or its length, CRC or padding is wrong. */
export function readWireFrame(bytes: Buffer, localKey: string): WireFrame | null {
  if (bytes.length < 23 || bytes.toString("latin1", 0, 3) !== "1.0") return null;
  const end = 19 + bytes.readUInt16BE(17);
  if (bytes.length !== end + 4 || crcOf(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return null;
  const timestamp = bytes.readUInt32BE(11);
  try {
    const decipher = createDecipheriv("aes-128-ecb", keyOf(localKey, timestamp), null);
    const text = Buffer.concat([decipher.update(bytes.subarray(19, end)), decipher.final()]).toString("utf8");
    return {
      seq: bytes.readUInt32BE(3),
      random: bytes.readUInt32BE(7),
      timestamp,
      protocol: bytes.readUInt16BE(15),
      text,
    };
  } catch {
    return null;
  }
}

/** The frame on the wire. `version` other than 1.0 only changes the label: enough to be refused. */
export function writeWireFrame(frame: WireFrame, localKey: string, version = "1.0"): Buffer {
  const cipher = createCipheriv("aes-128-ecb", keyOf(localKey, frame.timestamp), null);
  const secret = Buffer.concat([cipher.update(frame.text, "utf8"), cipher.final()]);
  const bytes = Buffer.alloc(19 + secret.length + 4);
  bytes.write(version, 0, "latin1");
  bytes.writeUInt32BE(frame.seq, 3);
  bytes.writeUInt32BE(frame.random, 7);
  bytes.writeUInt32BE(frame.timestamp, 11);
  bytes.writeUInt16BE(frame.protocol, 15);
  bytes.writeUInt16BE(secret.length, 17);
  secret.copy(bytes, 19);
  bytes.writeUInt32BE(crcOf(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** Nibble 0 is the highest of the timestamp; the key spells nibbles 5 6 3 7 1 2 0 4. */
function keyOf(localKey: string, timestamp: number): Buffer {
  const nibble = (place: number): string => ((timestamp >>> (28 - 4 * place)) & 0xf).toString(16);
  const spelled = `${nibble(5)}${nibble(6)}${nibble(3)}${nibble(7)}${nibble(1)}${nibble(2)}${nibble(0)}${nibble(4)}`;
  return createHash("md5").update(spelled).update(localKey, "utf8").update(SALT).digest();
}
