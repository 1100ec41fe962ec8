import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { decodeBroadcast } from "./broadcast.js";
import { createFrameStream } from "./frame-stream.js";
import {
  decodeMessage,
  encodeFrame,
  MAX_FRAME_BYTES,
  MAX_FRAMES_PER_MESSAGE,
  MAX_MESSAGE_BYTES,
  withLengthPrefix,
} from "./frame.js";
import { parseMessage } from "./rpc.js";

/** A few thousand inputs by default; a million in the full run. */
const IS_FULL = process.env["STUDIO_TEST_FULL"] === "1";
const RUNS = IS_FULL ? 1_000_000 : 3_000;
const FULL_TIMEOUT_MS = 1_800_000;

const SECRETS = { localKey: "q9Wm3ZtR7xB1vN5k", connectNonce: 893_563, ackNonce: 485_592_656 };
const u32 = fc.nat(0xffff_ffff);
const versions = fc.constantFrom("1.0" as const, "L01" as const);
const aFrame = fc.record({
  version: versions,
  seq: u32,
  random: u32,
  timestamp: u32,
  protocol: fc.constantFrom(4, 101, 102),
  payload: fc.string({ unit: "binary", maxLength: 300, size: "medium" }),
});
/** A thousand times quicker than asking for every byte, which is what makes a million inputs affordable. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, x = seed | 1; index < length; index += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[index] = x & 0xff;
  }
  return bytes;
}

/** Noise behind a known version, which reaches the header. */
const withVersion = (bytes: Buffer, version: string): Buffer => Buffer.concat([Buffer.from(version, "latin1"), bytes]);

/** Noise in a frame whose length and CRC are right, which reaches the ciphers. */
function wellFramed(bytes: Buffer, version: string): Buffer {
  const frame = withVersion(
    Buffer.concat([bytes.subarray(0, 14), Buffer.alloc(2), bytes.subarray(14), Buffer.alloc(4)]),
    version,
  );
  if (frame.length < 23) return frame;
  frame.writeUInt16BE(frame.length - 23, 17);
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}

const hostileBytes = fc
  .record({
    seed: u32,
    length: fc.nat(400),
    version: fc.constantFrom("1.0", "L01", "A01", "B01", "Z99"),
    shape: fc.constantFrom(
      (bytes: Buffer) => bytes,
      withVersion,
      wellFramed,
      (bytes: Buffer, version: string) => withLengthPrefix(wellFramed(bytes, version)),
      (bytes: Buffer, version: string) => Buffer.concat([wellFramed(bytes, version), wellFramed(bytes, "1.0"), bytes]),
    ),
  })
  .map(({ seed, length, version, shape }) => shape(noise(seed, length), version));

describe("local-agent/roborock/frame", function () {
  if (IS_FULL) this.timeout(FULL_TIMEOUT_MS);

  it("decodes what it encoded, in both versions, whatever the numbers and the payload", () => {
    fc.assert(
      fc.property(fc.array(aFrame, { minLength: 1, maxLength: 4 }), fc.boolean(), (frames, isPrefixed) => {
        const wire = frames.map((frame) => encodeFrame(frame, SECRETS));
        const message = Buffer.concat(isPrefixed ? wire.map(withLengthPrefix) : wire);
        const decoded = decodeMessage(message, SECRETS);
        assert.deepEqual(
          decoded.map((r) => (r.kind === "frame" ? [r.version, r.seq, r.protocol, r.payload?.toString("utf8")] : r)),
          frames.map((f) => [f.version, f.seq, f.protocol, Buffer.from(f.payload, "utf8").toString("utf8")]),
        );
      }),
      { numRuns: IS_FULL ? 50_000 : 500 },
    );
  });

  it("answers any bytes with typed results, never with an exception", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        const results = decodeMessage(bytes, SECRETS);
        for (const result of results) seen.add(result.kind === "rejected" ? result.reason : result.kind);
        for (const result of results)
          if (result.kind === "frame" && result.payload !== null) parseMessage(result.payload);
        decodeBroadcast(bytes);
        return results.length <= MAX_FRAMES_PER_MESSAGE + 1 && (bytes.length === 0) === (results.length === 0);
      }),
      { numRuns: RUNS },
    );
    // The inputs are worth something only if they get as far as the ciphers.
    assert.ok(
      ["TRUNCATED", "UNSUPPORTED", "CRC_MISMATCH", "DECRYPT_FAILED"].every((reason) => seen.has(reason)),
      [...seen].join(),
    );
  });

  it("never takes a frame with one altered byte for the frame that was sent", () => {
    fc.assert(
      fc.property(aFrame, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
        const wire = encodeFrame(frame, SECRETS);
        const index = at % wire.length;
        wire.writeUInt8((wire[index] ?? 0) ^ flip, index);
        const [result] = decodeMessage(wire, SECRETS);
        return result?.kind !== "frame";
      }),
      { numRuns: RUNS },
    );
  });

  it("never decrypts an L01 frame under another nonce, key or counter", () => {
    fc.assert(
      fc.property(aFrame, u32, (frame, nonce) => {
        fc.pre(nonce !== SECRETS.connectNonce);
        const wire = encodeFrame({ ...frame, version: "L01" }, SECRETS);
        const [result] = decodeMessage(wire, { ...SECRETS, connectNonce: nonce });
        return result?.kind === "rejected" && result.reason === "DECRYPT_FAILED";
      }),
      { numRuns: 300 },
    );
  });

  it("answers DECRYPT_FAILED for an L01 frame when no handshake gave a nonce", () => {
    const wire = encodeFrame({ version: "L01", seq: 1, random: 2, timestamp: 3, protocol: 4, payload: "x" }, SECRETS);
    assert.deepEqual(decodeMessage(wire, { localKey: SECRETS.localKey }), [
      { kind: "rejected", reason: "DECRYPT_FAILED", version: null },
    ]);
  });

  it("refuses a message above 1 MiB and stops after 64 frames", () => {
    const [tooLarge] = decodeMessage(Buffer.alloc(MAX_MESSAGE_BYTES + 1), SECRETS);
    assert.equal(tooLarge?.kind === "rejected" ? tooLarge.reason : null, "MESSAGE_TOO_LARGE");
    const one = encodeFrame({ version: "1.0", seq: 1, random: 2, timestamp: 3, protocol: 102, payload: "{}" }, SECRETS);
    const results = decodeMessage(Buffer.concat(Array.from({ length: 65 }, () => one)), SECRETS);
    assert.equal(results.length, MAX_FRAMES_PER_MESSAGE + 1);
    const last = results.at(-1);
    assert.equal(last?.kind === "rejected" ? last.reason : null, "TOO_MANY_FRAMES");
  });

  it("reads the frames around one whose CRC is wrong", () => {
    const frames = [1, 2, 3].map((seq) =>
      encodeFrame({ version: "1.0", seq, random: 2, timestamp: 3, protocol: 102, payload: "{}" }, SECRETS),
    );
    const middle = frames[1]!;
    middle.writeUInt8(middle.at(-1)! ^ 1, middle.length - 1);
    const kinds = decodeMessage(Buffer.concat(frames), SECRETS).map((r) => (r.kind === "rejected" ? r.reason : r.seq));
    assert.deepEqual(kinds, [1, "CRC_MISMATCH", 3]);
  });
});

describe("local-agent/roborock/frame-stream", function () {
  this.timeout(FULL_TIMEOUT_MS);
  it("gives the same frames however TCP splits the bytes", () => {
    fc.assert(
      fc.property(
        fc.array(aFrame, { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (frames, cuts) => {
          const wire = frames.map((frame) => encodeFrame(frame, SECRETS));
          const bytes = Buffer.concat(wire.map(withLengthPrefix));
          const stream = createFrameStream();
          const found: string[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            found.push(...stream.push(bytes.subarray(at, at + size)).frames.map((frame) => frame.toString("hex")));
            at += size;
          }
          assert.deepEqual(
            found,
            wire.map((frame) => frame.toString("hex")),
          );
          assert.equal(stream.pendingBytes, 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("stays faulty after a length above 65,558 or below 17, and holds nothing", () => {
    for (const [prefix, fault] of [
      ["00010017", "LENGTH_TOO_LARGE"],
      ["ffffffff", "LENGTH_TOO_LARGE"],
      ["00000010", "LENGTH_TOO_SMALL"],
      ["00000000", "LENGTH_TOO_SMALL"],
    ] as const) {
      const stream = createFrameStream();
      assert.deepEqual(stream.push(Buffer.from(`${prefix}${"00".repeat(64)}`, "hex")), { frames: [], fault });
      assert.deepEqual(stream.push(Buffer.alloc(64)), { frames: [], fault });
      assert.equal(stream.pendingBytes, 0);
    }
  });

  it("never holds more than one frame and never throws on any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200, size: "max" }), { maxLength: 20 }), (chunks) => {
        const stream = createFrameStream();
        for (const chunk of chunks) stream.push(chunk);
        return stream.pendingBytes <= MAX_FRAME_BYTES + 4;
      }),
      { numRuns: IS_FULL ? 100_000 : 1_000 },
    );
  });
});
