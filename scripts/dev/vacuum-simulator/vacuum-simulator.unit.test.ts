import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { connectAsync } from "mqtt";
import { decodeMessage, encodeFrame } from "../../../local-agent/src/roborock/frame.js";
import { startVacuumSimulator } from "./index.js";
import type { VacuumSimulator } from "./index.js";
import {
  advanceRobot,
  CHARGING,
  CLEANING,
  FULL,
  INITIAL_ROBOT,
  RETURNING,
  shownBattery,
  toPushedPoints,
} from "./robot.js";
import { readWireFrame, writeWireFrame } from "./wire.js";

const md5Hex = (text: string): string => createHash("md5").update(text).digest("hex");

describe("scripts/dev/vacuum-simulator/wire", () => {
  const u32 = fc.nat(0xffff_ffff);
  const frames = fc.record({
    seq: u32,
    random: u32,
    timestamp: u32,
    protocol: fc.nat(600),
    text: fc.string({ maxLength: 200 }),
  });

  it("agrees with the client's codec byte for byte, in both directions", () => {
    fc.assert(
      fc.property(frames, fc.string({ minLength: 1, maxLength: 20 }), (frame, localKey) => {
        fc.pre(frame.text.isWellFormed() && localKey.isWellFormed());
        const wire = writeWireFrame(frame, localKey);
        const { text: payload, ...header } = frame;
        assert.equal(
          encodeFrame({ ...header, version: "1.0", payload }, { localKey }).toString("hex"),
          wire.toString("hex"),
        );
        assert.deepEqual(readWireFrame(wire, localKey), { ...frame });
        const [decoded] = decodeMessage(wire, { localKey });
        assert.equal(decoded?.kind === "frame" ? decoded.payload?.toString("utf8") : decoded, payload);
      }),
    );
  });
});

describe("scripts/dev/vacuum-simulator/robot", () => {
  it("charges until full, rests, cleans, comes home and charges again", () => {
    const seen: number[] = [];
    let robot = INITIAL_ROBOT;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      robot = advanceRobot(robot, 60);
      if (seen.at(-1) !== robot.stateCode) seen.push(robot.stateCode);
    }
    assert.deepEqual(seen.slice(0, 6), [CHARGING, FULL, CLEANING, RETURNING, CHARGING, FULL]);
    assert.ok(robot.usedSec.filter > INITIAL_ROBOT.usedSec.filter);
  });

  it("is in the same state after one leap as after many small steps of a minute", () => {
    let robot = INITIAL_ROBOT;
    for (let minute = 0; minute < 300; minute += 1) robot = advanceRobot(robot, 60);
    assert.deepEqual(advanceRobot(INITIAL_ROBOT, 300 * 60), robot);
  });

  it("keeps the battery between 0 and 100 for any time that passes", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { maxLength: 5 }), (leaps) => {
        const robot = leaps.reduce(advanceRobot, INITIAL_ROBOT);
        return shownBattery(robot) >= 0 && shownBattery(robot) <= 100;
      }),
      { numRuns: 50 },
    );
  });

  it("pushes only what changed", () => {
    assert.deepEqual(toPushedPoints(INITIAL_ROBOT, INITIAL_ROBOT), {});
    assert.deepEqual(toPushedPoints(INITIAL_ROBOT, { ...INITIAL_ROBOT, stateCode: CLEANING, battery: 86.2 }), {
      "121": CLEANING,
      "122": 86,
      "133": 0,
    });
  });
});

describe("scripts/dev/vacuum-simulator", () => {
  let simulator: VacuumSimulator;
  before(async () => {
    simulator = await startVacuumSimulator({ isJournalled: false, speed: 0 });
  });
  after(() => simulator.stop());

  const account = (): { username: string; password: string } => {
    const { u, s, k } = simulator.rriot;
    return { username: md5Hex(`${u}:${k}`).slice(2, 10), password: md5Hex(`${s}:${k}`).slice(16) };
  };
  const connect = (change: object = {}): ReturnType<typeof connectAsync> =>
    connectAsync(simulator.brokerUrl, { ...account(), reconnectPeriod: 0, ...change });

  it("turns away a wrong password, a wrong user and a client without either", async () => {
    for (const change of [{ password: "wrong" }, { username: "wrong" }, { username: undefined, password: undefined }]) {
      await assert.rejects(connect(change), /Not authorized|Connection refused/u);
    }
  });

  it("lets a client hear its own vacuums and nothing else", async () => {
    const client = await connect();
    const own = `rr/m/o/${simulator.rriot.u}/${account().username}/${simulator.devices[0]!.duid}`;
    const granted = await client.subscribeAsync([own]);
    assert.deepEqual(
      granted.map(({ qos }) => qos),
      [0],
    );
    for (const foreign of ["#", "rr/m/o/#", "rr/m/i/#"]) await assert.rejects(client.subscribeAsync(foreign));
    await client.endAsync();
  });

  it("records as a violation what is not one of the two reads on its own topic", async () => {
    const client = await connect();
    const { duid, localKey } = simulator.devices[0]!;
    const topic = `rr/m/i/${simulator.rriot.u}/${account().username}/${duid}`;
    const framed = (inner: unknown, protocol = 101): Buffer => {
      const text = JSON.stringify({ dps: { "101": JSON.stringify(inner) }, t: 1_767_225_600 });
      return writeWireFrame({ seq: 1, random: 2, timestamp: 1_767_225_600, protocol, text }, localKey);
    };
    const messages: [string, Buffer][] = [
      [topic, framed({ id: 1, method: "get_status", params: [] })],
      [topic, framed({ id: 1, method: "app_start", params: [] })],
      [topic, framed({ id: 1, method: "get_status", params: ["app_start"] })],
      [topic, framed({ id: 1, method: "get_status", params: [] }, 4)],
      [topic, Buffer.from("no frame")],
      [`${topic}/x`, framed({ id: 1, method: "get_status", params: [] })],
    ];
    for (const [to, payload] of messages) await client.publishAsync(to, payload, { qos: 1 });
    await client.endAsync();
    assert.deepEqual(
      simulator.requests.map(({ method, violation }) => [method, violation]),
      [
        ["get_status", null],
        ["app_start", "METHOD_NOT_ALLOWED"],
        ["get_status", "PARAMETERS_NOT_ALLOWED"],
        ["get_status", "WRONG_PROTOCOL"],
        [null, "UNREADABLE"],
        [null, "FOREIGN_TOPIC"],
      ],
    );
    assert.equal(simulator.violations.length, 5);
  });
});
