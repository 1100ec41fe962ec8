import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createFrameStream } from "./frame-stream.js";
import { decodeMessage, encodeFrame } from "./frame.js";
import { createInbox } from "./inbox.js";
import { createPendingRequests } from "./pending-requests.js";
import type { Runtime } from "./runtime.js";

/** A few thousand frames by default; a million in the full run. */
const IS_FULL = process.env["STUDIO_TEST_FULL"] === "1";
const FRAMES = IS_FULL ? 1_000_000 : 5_000;
const FULL_TIMEOUT_MS = 1_800_000;
const MAX_HEAP_GROWTH_BYTES = 8 * 1_048_576;
/** One frame of at most 1 kB: anything near this is a loop. */
const MAX_FRAME_MS = 1_000;

const SECRETS = { localKey: "q9Wm3ZtR7xB1vN5k", connectNonce: 893_563, ackNonce: 485_592_656 };
const TEXTS = [
  '{"t":1,"dps":{"102":"{\\"id\\":10001,\\"result\\":[{\\"state\\":8}]}"}}',
  '{"t":1,"dps":{"121":5,"122":87,"128":0,"134":"x"}}',
  '{"dps":{"102":"[[[[[[[[[[[["}}',
  '{"dps":null}',
  "\u0000",
  "",
];

/** Numbers that are the same in every run, so that a frame that once hurt can be found again. */
function createNoise(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** A good frame with some of its bytes changed, cut, doubled or nothing done to it at all. */
function hostileFrame(noise: () => number): Buffer {
  const version = noise() % 3 === 0 ? "L01" : "1.0";
  const payload = TEXTS[noise() % TEXTS.length] ?? "";
  const header = { version, seq: noise(), random: noise(), timestamp: noise(), protocol: noise() % 6 } as const;
  const isStranger = noise() % 6 === 0;
  const good = encodeFrame({ ...header, payload }, isStranger ? { ...SECRETS, localKey: "anotherKey123456" } : SECRETS);
  switch (noise() % 5) {
    case 0:
      return good;
    case 1:
      return good.subarray(0, noise() % (good.length + 1));
    case 2:
      return Buffer.concat([good, good.subarray(noise() % good.length)]);
    default: {
      for (let flips = 1 + (noise() % 4); flips > 0; flips -= 1) good[noise() % good.length] = noise() & 0xff;
      return good;
    }
  }
}

describe("local-agent/roborock inbound bytes", function () {
  this.timeout(FULL_TIMEOUT_MS);

  it(`takes ${FRAMES} hostile frames through codec, stream and inbox: nothing thrown, no loop, memory flat`, () => {
    const noise = createNoise(0x5eed);
    const runtime: Runtime = { nowMs: () => 0, chance: () => 0, after: () => () => undefined };
    const pending = createPendingRequests(runtime, 1, { answered: () => undefined, timedOut: () => undefined });
    let pushed = 0;
    let staleKeys = 0;
    const receive = createInbox(pending, { onPush: () => (pushed += 1), onStaleKey: () => (staleKeys += 1) });
    const outcomes = new Map<string, number>();
    let stream = createFrameStream();
    let slowestMs = 0;
    const heapBefore = heapAfterCollection();
    for (let count = 0; count < FRAMES; count += 1) {
      const bytes = hostileFrame(noise);
      const startedMs = performance.now();
      for (const frame of decodeMessage(bytes, SECRETS)) {
        const outcome = frame.kind === "rejected" ? frame.reason : frame.kind;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        receive("one", frame);
      }
      const { frames, fault } = stream.push(bytes);
      for (const whole of frames) for (const frame of decodeMessage(whole, SECRETS)) receive("two", frame);
      if (fault !== null) stream = createFrameStream();
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    }
    assert.ok(pushed > 0 && staleKeys > 0, "the good frames among them were read");
    for (const outcome of ["frame", "CRC_MISMATCH", "TRUNCATED", "UNSUPPORTED", "DECRYPT_FAILED"])
      assert.ok((outcomes.get(outcome) ?? 0) > 0, `no ${outcome}`);
    assert.equal(pending.size, 0);
    assert.ok(slowestMs < MAX_FRAME_MS, `one frame took ${slowestMs} ms`);
    const grownBytes = heapAfterCollection() - heapBefore;
    assert.ok(grownBytes < MAX_HEAP_GROWTH_BYTES, `the heap grew by ${grownBytes} bytes`);
  });
});

/** What is still held, and not what merely waits to be collected. */
function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed;
}
