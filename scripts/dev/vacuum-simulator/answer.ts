import { randomBytes } from "node:crypto";
import { DEFAULT_SLOW_MS } from "./faults.js";
import type { VacuumFault } from "./faults.js";
import { toConsumableResult, toStatusResult } from "./robot.js";
import type { RobotState } from "./robot.js";
import { writeWireFrame } from "./wire.js";

const ANSWER_PROTOCOL = 102;

/** What the robot says, as the text inside a frame. */
function toAnswerText(id: number, told: { result: unknown } | { error: unknown }, t: number): string {
  return JSON.stringify({ t, dps: { "102": JSON.stringify({ id, ...told }) } });
}

export interface Asked {
  readonly id: number;
  readonly method: string;
  readonly localKey: string;
  readonly robot: RobotState;
  /** The robot's own frame counter. */
  readonly seq: number;
  readonly t: number;
}

/** Answers: which bytes does the robot send, and after how long? Null is silence. A method it does not know it says so. */
export function answer(
  asked: Asked,
  fault: VacuumFault | null,
): { readonly bytes: Buffer; readonly delayMs: number } | null {
  const framed = (text: string, key = asked.localKey, version?: string): Buffer =>
    writeWireFrame(
      { seq: asked.seq, random: 40_000 + (asked.seq % 1_000), timestamp: asked.t, protocol: ANSWER_PROTOCOL, text },
      key,
      version,
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
    case "bad_crc":
      good.writeUInt8(good.readUInt8(good.length - 1) ^ 1, good.length - 1);
      return now(good);
    case "wrong_key":
      return now(framed("{}", "another key 1234"));
    case "unsupported":
      return now(framed("{}", asked.localKey, "A01"));
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
    case undefined:
      return now(good);
  }
}

function resultOf({ method, robot, seq }: Asked): unknown {
  if (method === "get_status") return toStatusResult(robot, seq);
  return method === "get_consumable" ? toConsumableResult(robot) : "unknown_method";
}
