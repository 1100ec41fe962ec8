import { createDecipheriv } from "node:crypto";
import { crc32 } from "node:zlib";
import { decodeMessage, encodeFrame, HEADER_BYTES } from "../../local-agent/src/roborock/frame.js";
import type { FrameVersion } from "../../local-agent/src/roborock/frame.js";
import { deriveL01Aad, deriveL01Iv, deriveL01Key, deriveV1Key } from "../../local-agent/src/roborock/frame-keys.js";

const ROUNDS = 200;
const FRAMES = 200;
const LENGTH_BYTES = 2;
const CRC_BYTES = 4;
const TAG_BYTES = 16;
const SECRETS = { localKey: "benchLocalKey001", connectNonce: 4_711, ackNonce: 815 };
/** As long as a status is. */
const PAYLOAD = JSON.stringify({ dps: { "102": JSON.stringify({ id: 1, result: [{ status: "x".repeat(500) }] }) } });

export interface FrameSpeed {
  readonly version: FrameVersion;
  readonly framesPerSecond: number;
  /** Milliseconds of each round of 200 frames, decoded. */
  readonly decoded: readonly number[];
  /** The checksum and the cipher of Node itself on the same bytes, with the key at hand. */
  readonly bare: readonly number[];
}

/** How fast are frames of a vacuum decoded, over what their checksum and cipher cost? The two take turns. */
export function measureFrames(): FrameSpeed[] {
  return (["1.0", "L01"] as const).map((version) => {
    const frames = Array.from({ length: FRAMES }, (_, n) => ({
      numbers: { seq: n + 1, random: 30_000 + n, timestamp: 1_700_000_000 + n },
      bytes: encodeFrame(
        { version, seq: n + 1, random: 30_000 + n, timestamp: 1_700_000_000 + n, protocol: 102, payload: PAYLOAD },
        SECRETS,
      ),
    }));
    const bareOf = frames.map(({ bytes, numbers }) => bareRead(version, bytes, numbers));
    const times: { decoded: number[]; bare: number[] } = { decoded: [], bare: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      let startedAt = performance.now();
      for (const { bytes } of frames)
        if (decodeMessage(bytes, SECRETS)[0]?.kind !== "frame") throw new Error("a frame could not be decoded");
      times.decoded.push(performance.now() - startedAt);
      startedAt = performance.now();
      for (const read of bareOf) read();
      times.bare.push(performance.now() - startedAt);
    }
    const seconds = times.decoded.reduce((sum, ms) => sum + ms, 0) / 1_000;
    return { version, framesPerSecond: (ROUNDS * FRAMES) / seconds, ...times };
  });
}

function bareRead(
  version: FrameVersion,
  bytes: Buffer,
  numbers: { readonly seq: number; readonly random: number; readonly timestamp: number },
): () => Buffer {
  const crcAt = bytes.length - CRC_BYTES;
  const [whole, secret] = [bytes.subarray(0, crcAt), bytes.subarray(HEADER_BYTES + LENGTH_BYTES, crcAt)];
  if (version === "1.0") {
    const key = deriveV1Key(SECRETS.localKey, numbers.timestamp);
    return () => {
      crc32(whole);
      const decipher = createDecipheriv("aes-128-ecb", key, null);
      return Buffer.concat([decipher.update(secret), decipher.final()]);
    };
  }
  const key = deriveL01Key(SECRETS.localKey, numbers.timestamp);
  const iv = deriveL01Iv(numbers);
  const aad = deriveL01Aad(numbers, SECRETS.connectNonce, SECRETS.ackNonce);
  const tagAt = secret.length - TAG_BYTES;
  return () => {
    crc32(whole);
    const decipher = createDecipheriv("aes-256-gcm", key, iv);
    decipher.setAAD(aad);
    decipher.setAuthTag(secret.subarray(tagAt));
    return Buffer.concat([decipher.update(secret.subarray(0, tagAt)), decipher.final()]);
  };
}
