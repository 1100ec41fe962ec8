import { randomBytes } from "node:crypto";
import { DEFAULT_SLOW_MS } from "./faults.js";
import type { VacuumFault } from "./faults.js";
import { resultOf } from "./robot-answers.js";
import type { AskedOfRobot } from "./robot-answers.js";
import { writeWireFrame } from "./wire.js";
import type { Greeting } from "./wire.js";

/** What the robot says, as the text inside a frame. */
function toAnswerText(id: number, told: { result: unknown } | { error: unknown }, t: number): string {
  return JSON.stringify({ t, dps: { "102": JSON.stringify({ id, ...told }) } });
}

export interface Asked extends AskedOfRobot {
  readonly id: number;
  readonly localKey: string;
  /** 102 over the cloud, 4 on the local network. */
  readonly protocol: number;
  /** Of a local session in version L01. */
  readonly greeting?: Greeting | undefined;
}

/** Answers: which bytes does the robot send, and after how long? Null is silence. */
export function answer(
  asked: Asked,
  fault: VacuumFault | null,
): { readonly bytes: Buffer; readonly delayMs: number } | null {
  const framed = (text: string, key = asked.localKey, version?: string): Buffer =>
    writeWireFrame(
      { seq: asked.seq, random: 40_000 + (asked.seq % 1_000), timestamp: asked.t, protocol: asked.protocol, text },
      key,
      version,
      version === undefined ? asked.greeting : undefined,
    );
  const say = (told: { result: unknown } | { error: unknown }, id = asked.id): Buffer =>
    framed(toAnswerText(id, told, asked.t));
  const good = say({ result: resultOf(asked) });
  const now = (bytes: Buffer): { bytes: Buffer; delayMs: number } => ({ bytes, delayMs: 0 });
  switch (fault?.kind) {
    case "slow":
      return { bytes: good, delayMs: fault.delayMs ?? DEFAULT_SLOW_MS };
    case "silent":
    case "refuse_connect":
      return null;
    case "garbage":
      // The first byte begins no version that exists.
      return now(Buffer.concat([Buffer.from([0xff]), randomBytes(63)]));
    case "truncated":
      return now(good.subarray(0, Math.ceil(good.length / 2)));
    case "bad_crc":
      good.writeUInt8(good.readUInt8(good.length - 1) ^ 1, good.length - 1);
      return now(good);
    case "wrong_key":
      return now(framed("{}", "another key 1234"));
    case "unsupported":
      return now(framed("{}", asked.localKey, "A01"));
    case "oversized":
      return now(framed(toAnswerText(asked.id, { result: [{ state: 8, filler: "x".repeat(60_000) }] }, asked.t)));
    case "error":
      return now(say({ error: { code: -10_000, message: "refused by the simulated vacuum" } }));
    case "busy":
      return now(say({ error: { code: -10_007, message: "invalid status" } }));
    case "unknown_method":
      return now(say({ result: "unknown_method" }));
    case "not_json":
      return now(framed("this is no JSON"));
    case "ok":
      return now(say({ result: ["ok"] }));
    case "foreign":
      return now(say({ result: resultOf(asked) }, asked.id === 1 ? 2 : 1));
    case "duplicate":
      return now(asked.greeting === undefined && asked.protocol !== 4 ? Buffer.concat([good, good]) : good);
    case undefined:
      return now(good);
  }
}
