import { crc32 } from "node:zlib";
import { decryptL01, decryptV1, encryptL01, encryptV1 } from "./frame-keys.js";
import type { FrameNumbers, FrameSecrets } from "./frame-keys.js";

/** Versions that are decoded. `A01` and `B01` share the header and are recognised, never decoded. */
export type FrameVersion = "1.0" | "L01";

export interface FrameHeader extends FrameNumbers {
  readonly version: string;
  readonly protocol: number;
}

interface Frame extends FrameHeader {
  readonly kind: "frame";
  readonly version: FrameVersion;
  /** CRC-32 over header and ciphertext. */
  readonly crc: number;
  /** Decrypted bytes; null when the frame carries none. */
  readonly payload: Buffer | null;
}

/** A handshake, ping or acknowledgement of the LAN channel: 17 header bytes, perhaps 4 more. Its CRC is not insisted on. */
interface ControlFrame extends FrameHeader {
  readonly kind: "control";
  readonly version: FrameVersion;
  /** A CRC-32, a keep-alive in seconds or a return code, depending on the sender; null in the 17-byte form. */
  readonly tail: number | null;
}

type FrameFault =
  "TRUNCATED" | "UNSUPPORTED" | "CRC_MISMATCH" | "DECRYPT_FAILED" | "MESSAGE_TOO_LARGE" | "TOO_MANY_FRAMES";

interface RejectedFrame {
  readonly kind: "rejected";
  readonly reason: FrameFault;
  /** With `UNSUPPORTED`: the protocol version, as text where its three bytes are a word, as `0x…` otherwise. */
  readonly version: string | null;
}

export type DecodedFrame = Frame | ControlFrame | RejectedFrame;

export const HEADER_BYTES = 17;
const LENGTH_BYTES = 2;
const CRC_BYTES = 4;
const PREFIX_BYTES = 4;
const MAX_PAYLOAD_BYTES = 65_535;
/** The largest frame that a 16-bit payload length can describe. */
export const MAX_FRAME_BYTES = HEADER_BYTES + LENGTH_BYTES + MAX_PAYLOAD_BYTES + CRC_BYTES;
/** Far above the broker's own packet limit of 64 KiB. */
export const MAX_MESSAGE_BYTES = 1_048_576;
export const MAX_FRAMES_PER_MESSAGE = 64;

const DECODED_VERSIONS: ReadonlySet<string> = new Set<FrameVersion>(["1.0", "L01"]);
const RECOGNISED_VERSIONS: ReadonlySet<string> = new Set(["A01", "B01"]);
/** CONNECT, CONNACK, PING, PING response and PUBACK: the frames that may come without a length field. */
const CONTROL_PROTOCOLS: ReadonlySet<number> = new Set([0, 1, 2, 3, 5]);

/**
 * Answers: which frames does one message hold? Never throws and never loops, whatever the bytes: each result is a frame, a
 * control frame or a rejection with its reason. A frame with a broken CRC or payload is dropped and the next one is still
 * read; after an unknown version or a missing end nothing more can be cut out. A 4-byte length before a frame is skipped.
 */
export function decodeMessage(message: Uint8Array, secrets: FrameSecrets): DecodedFrame[] {
  if (message.length > MAX_MESSAGE_BYTES) return [rejected("MESSAGE_TOO_LARGE")];
  const results: DecodedFrame[] = [];
  let rest = view(message);
  while (rest.length > 0) {
    if (results.length === MAX_FRAMES_PER_MESSAGE) return [...results, rejected("TOO_MANY_FRAMES")];
    const { result, used } = decodeNext(withoutPrefix(rest), secrets);
    results.push(result);
    if (used === 0) return results;
    rest = withoutPrefix(rest).subarray(used);
  }
  return results;
}

/** Answers: what does a frame look like on the wire? A null payload gives the 21-byte control form. Throws RangeError on numbers that do not fit. */
export function encodeFrame(
  frame: FrameHeader & { readonly version: FrameVersion; readonly payload: Uint8Array | string | null },
  secrets: FrameSecrets,
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(frame.version, 0, "latin1");
  header.writeUInt32BE(frame.seq, 3);
  header.writeUInt32BE(frame.random, 7);
  header.writeUInt32BE(frame.timestamp, 11);
  header.writeUInt16BE(frame.protocol, 15);
  if (frame.payload === null) return withCrc(header);
  const plain = typeof frame.payload === "string" ? Buffer.from(frame.payload, "utf8") : frame.payload;
  const secret = frame.version === "1.0" ? encryptV1(plain, secrets, frame) : encryptL01(plain, secrets, frame);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(secret.length);
  return withCrc(Buffer.concat([header, length, secret]));
}

/** A frame as the LAN channel carries it: its length as four bytes, then the frame. */
export function withLengthPrefix(frame: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(frame.length);
  return Buffer.concat([prefix, frame]);
}

interface Step {
  readonly result: DecodedFrame;
  /** Bytes consumed; 0 means that nothing after this can be cut out. */
  readonly used: number;
}

function decodeNext(bytes: Buffer, secrets: FrameSecrets): Step {
  if (bytes.length < 3) return stop("TRUNCATED");
  const version = bytes.toString("latin1", 0, 3);
  if (RECOGNISED_VERSIONS.has(version))
    return { result: rejected("UNSUPPORTED", version), used: wholeFrameBytes(bytes) };
  if (!isDecoded(version)) return { result: rejected("UNSUPPORTED", toVersionText(version)), used: 0 };
  if (bytes.length < HEADER_BYTES) return stop("TRUNCATED");
  const header = readHeader(bytes, version);
  if (isControl(bytes, header.protocol)) return { result: toControl(bytes, header), used: bytes.length };
  const used = wholeFrameBytes(bytes);
  return used === 0 ? stop("TRUNCATED") : { result: open(bytes.subarray(0, used), header, secrets), used };
}

function open(whole: Buffer, header: FrameHeader & { version: FrameVersion }, secrets: FrameSecrets): DecodedFrame {
  const crcAt = whole.length - CRC_BYTES;
  const crc = whole.readUInt32BE(crcAt);
  if (crc32(whole.subarray(0, crcAt)) !== crc) return rejected("CRC_MISMATCH");
  const secret = whole.subarray(HEADER_BYTES + LENGTH_BYTES, crcAt);
  if (secret.length === 0) return { kind: "frame", ...header, crc, payload: null };
  try {
    const payload = header.version === "1.0" ? decryptV1(secret, secrets, header) : decryptL01(secret, secrets, header);
    return { kind: "frame", ...header, crc, payload };
  } catch {
    // The cipher's own message adds nothing: key, length and padding faults look alike from outside.
    return rejected("DECRYPT_FAILED");
  }
}

function wholeFrameBytes(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES + LENGTH_BYTES) return 0;
  const size = HEADER_BYTES + LENGTH_BYTES + bytes.readUInt16BE(HEADER_BYTES) + CRC_BYTES;
  return bytes.length >= size ? size : 0;
}

function isControl(bytes: Buffer, protocol: number): boolean {
  return (
    CONTROL_PROTOCOLS.has(protocol) && (bytes.length === HEADER_BYTES || bytes.length === HEADER_BYTES + CRC_BYTES)
  );
}

function toControl(bytes: Buffer, header: FrameHeader & { version: FrameVersion }): ControlFrame {
  return { kind: "control", ...header, tail: bytes.length === HEADER_BYTES ? null : bytes.readUInt32BE(HEADER_BYTES) };
}

function readHeader<V extends string>(bytes: Buffer, version: V): FrameHeader & { version: V } {
  return {
    version,
    seq: bytes.readUInt32BE(3),
    random: bytes.readUInt32BE(7),
    timestamp: bytes.readUInt32BE(11),
    protocol: bytes.readUInt16BE(15),
  };
}

function withoutPrefix(bytes: Buffer): Buffer {
  if (bytes.length < PREFIX_BYTES + 3 || isKnown(bytes.toString("latin1", 0, 3))) return bytes;
  const length = bytes.readUInt32BE(0);
  const fits = length >= HEADER_BYTES && length <= bytes.length - PREFIX_BYTES;
  return fits && isKnown(bytes.toString("latin1", PREFIX_BYTES, PREFIX_BYTES + 3))
    ? bytes.subarray(PREFIX_BYTES)
    : bytes;
}

function toVersionText(version: string): string {
  return /^[A-Za-z0-9.]{3}$/u.test(version) ? version : `0x${Buffer.from(version, "latin1").toString("hex")}`;
}

function isKnown(version: string): boolean {
  return isDecoded(version) || RECOGNISED_VERSIONS.has(version);
}

function isDecoded(version: string): version is FrameVersion {
  return DECODED_VERSIONS.has(version);
}

function withCrc(bytes: Buffer): Buffer {
  const tail = Buffer.alloc(CRC_BYTES);
  tail.writeUInt32BE(crc32(bytes));
  return Buffer.concat([bytes, tail]);
}

function stop(reason: FrameFault): Step {
  return { result: rejected(reason), used: 0 };
}

function rejected(reason: FrameFault, version: string | null = null): RejectedFrame {
  return { kind: "rejected", reason, version };
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
