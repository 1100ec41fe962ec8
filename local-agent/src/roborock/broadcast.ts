import { createDecipheriv, createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Answers: which vacuum announces itself at which address? Broadcasts are unauthenticated, so this is a hint and no proof. */
export type Broadcast =
  | {
      readonly kind: "broadcast";
      readonly version: "1.0" | "L01";
      /** Known for version 1.0 only. */
      readonly seq: number | null;
      readonly protocol: number | null;
      readonly json: string;
    }
  | { readonly kind: "rejected"; readonly reason: "TRUNCATED" | "UNSUPPORTED" | "CRC_MISMATCH" | "DECRYPT_FAILED" };

/** A constant of the vendor's protocol, the same in every device: it hides nothing. */
const BROADCAST_TOKEN = "qWKYcdQWrbm9hPqe";
const MAX_DATAGRAM_BYTES = 1_024;
const CRC_BYTES = 4;
const TAG_BYTES = 16;
/** Version, then six bytes whose meaning differs by version, then the payload length. */
const LENGTH_AT = 9;
const PAYLOAD_AT = LENGTH_AT + 2;

/** Decodes one UDP datagram of port 58866. Never throws. */
export function decodeBroadcast(datagram: Uint8Array): Broadcast {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const version = bytes.toString("latin1", 0, 3);
  if (version !== "1.0" && version !== "L01") return { kind: "rejected", reason: "UNSUPPORTED" };
  if (bytes.length < PAYLOAD_AT || bytes.length > MAX_DATAGRAM_BYTES) return { kind: "rejected", reason: "TRUNCATED" };
  const crcAt = PAYLOAD_AT + bytes.readUInt16BE(LENGTH_AT);
  if (bytes.length < crcAt + CRC_BYTES) return { kind: "rejected", reason: "TRUNCATED" };
  if (crc32(bytes.subarray(0, crcAt)) !== bytes.readUInt32BE(crcAt))
    return { kind: "rejected", reason: "CRC_MISMATCH" };
  const secret = bytes.subarray(PAYLOAD_AT, crcAt);
  try {
    const plain = version === "1.0" ? decryptV1(secret) : decryptL01(secret, bytes.subarray(0, LENGTH_AT));
    const [seq, protocol] = version === "1.0" ? [bytes.readUInt32BE(3), bytes.readUInt16BE(7)] : [null, null];
    return { kind: "broadcast", version, seq, protocol, json: plain.toString("utf8") };
  } catch {
    return { kind: "rejected", reason: "DECRYPT_FAILED" };
  }
}

function decryptV1(secret: Buffer): Buffer {
  const decipher = createDecipheriv("aes-128-ecb", Buffer.from(BROADCAST_TOKEN), null);
  return Buffer.concat([decipher.update(secret), decipher.final()]);
}

function decryptL01(secret: Buffer, head: Buffer): Buffer {
  if (secret.length < TAG_BYTES) throw new RangeError("An L01 broadcast is at least its 16-byte tag");
  const key = createHash("sha256").update(BROADCAST_TOKEN).digest();
  const iv = createHash("sha256").update(head).digest().subarray(0, 12);
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(secret.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(secret.subarray(0, -TAG_BYTES)), decipher.final()]);
}
