import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import * as z from "zod";
import { consumableAttributes, pointAttributes, statusAttributes } from "./attributes.js";
import type { AttributeReading } from "./attribute-values.js";
import { parseMessage } from "./rpc.js";
import { parseConsumables, parseStatus } from "./schema.js";

const FOLDER = new URL("../../../../shared/fixtures/roborock/", import.meta.url);

const plain = (readings: readonly AttributeReading[]): Record<string, unknown> =>
  Object.fromEntries(readings.map(({ attribute, value }) => [attribute, value]));
const statusOf = (fields: object): Record<string, unknown> => plain(statusAttributes(parseStatus([fields])!, null));
const recorded = (name: string): Buffer => readFileSync(new URL(name, FOLDER));

describe("local-agent/roborock recorded answers", () => {
  if (!existsSync(FOLDER)) {
    it("are not read: the folder ../shared/fixtures/roborock is not there");
    return;
  }

  it("give state, battery, error, run time and area of a real get_status", () => {
    const message = parseMessage(recorded("protocols__testdata__v1_protocol__get_status.json"));
    const [answer] = message?.answers ?? [];
    assert.ok(answer?.outcome.kind === "result");
    const status = parseStatus(answer.outcome.value);
    assert.ok(status);
    const readings = statusAttributes(status, message?.deviceTime ?? null);
    assert.deepEqual(plain(readings), {
      state: "charging",
      batteryPct: 100,
      errorCode: 0,
      errorName: "none",
      isRunning: false,
      isReturning: false,
      isJobOpen: false,
      isWaterTankAttached: false,
      isMopAttached: false,
      hasMap: true,
      mapIndex: 0,
      cleanTimeSec: 5_405,
      cleanAreaM2: 91.3,
      fanPowerCode: 106,
      waterModeCode: 204,
    });
    assert.deepEqual(readings[1], {
      attribute: "batteryPct",
      value: 100,
      unit: "%",
      source: "rpc",
      deviceTime: 1_755_785_773,
    });
  });

  it("give used and remaining life of a real get_consumable, with an overdue filter above 100 %", () => {
    const [answer] = parseMessage(recorded("protocols__testdata__v1_protocol__get_consumeables.json"))?.answers ?? [];
    assert.ok(answer?.outcome.kind === "result");
    const used = parseConsumables(answer.outcome.value);
    assert.ok(used);
    assert.deepEqual(plain(consumableAttributes(used, null)), {
      mainBrushUsedPct: 81.4,
      mainBrushLifePct: 19,
      sideBrushUsedPct: 98.3,
      sideBrushLifePct: 2,
      filterUsedPct: 136.8,
      filterLifePct: 0,
      sensorUsedPct: 421.8,
      sensorLifePct: 0,
    });
  });

  it("give the same words for the data points that the cloud keeps of a real S7 MaxV", () => {
    const device = z
      .object({ deviceStatus: z.record(z.string(), z.number()), pv: z.string() })
      .parse(JSON.parse(recorded("testdata__home_data_device_s7_maxv.json").toString("utf8")));
    const points = new Map(Object.entries(device.deviceStatus).map(([key, value]) => [Number(key), value]));
    assert.deepEqual(plain(pointAttributes(points, null)), {
      errorCode: 0,
      errorName: "none",
      state: "charging",
      batteryPct: 100,
      fanPowerCode: 102,
      waterModeCode: 203,
      mainBrushLifePct: 94,
      sideBrushLifePct: 90,
      filterLifePct: 87,
      isCharging: true,
    });
  });
});

describe("local-agent/roborock/attributes", () => {
  it("tells a run from a rest, also at a dock that washes in the middle of a job", () => {
    const runs = (state: number, in_cleaning = 0): unknown => statusOf({ state, in_cleaning })["isRunning"];
    assert.deepEqual(
      [runs(5), runs(18), runs(8), runs(23), runs(23, 1), runs(8, 1)],
      [true, true, false, false, true, false],
    );
  });

  it("reads the packed parts of a washing dock, and nothing where the dock does not tell", () => {
    assert.deepEqual(statusOf({ dss: 2_728 }), {
      isCleanWaterEmpty: false,
      isDirtyWaterFull: false,
      isDustBagMissing: false,
    });
    assert.deepEqual(statusOf({ dss: 0b01_01_01_00 }), {
      isCleanWaterEmpty: true,
      isDirtyWaterFull: true,
      isDustBagMissing: true,
    });
    for (const dss of [0, -1, 2 ** 40, null]) assert.deepEqual(statusOf({ dss }), {});
  });

  it("gives the current map's index, and none for 63", () => {
    assert.deepEqual([statusOf({ map_status: 7 }), statusOf({ map_status: 252 })], [{ mapIndex: 1 }, {}]);
  });

  it("keeps a state number that no source explains", () => {
    assert.deepEqual(statusOf({ state: 4_711 }), { state: "state_4711", isRunning: false });
  });

  it("gives no reading for a battery of 101 %, -1 % or text, and none for absent fields", () => {
    for (const battery of [101, -1, "full", null, [], Number.POSITIVE_INFINITY])
      assert.deepEqual(statusOf({ battery }), {});
    assert.deepEqual(statusOf({ battery: "87" }), { batteryPct: 87 });
  });

  it("reads a bare object like one in a list, and answers null to anything else", () => {
    assert.deepEqual(parseStatus({ state: 5 }), parseStatus([{ state: 5 }]));
    for (const result of [null, undefined, 7, "ok", [], [[]], ["ok"]]) assert.equal(parseStatus(result), null);
  });

  it("ignores unknown points and points of other products", () => {
    assert.deepEqual(
      pointAttributes(
        new Map([
          [101, 1],
          [128, 0],
          [999, 1],
          [122, 4_294_965_348],
        ]),
        null,
      ),
      [],
    );
  });

  it("never throws and never gives a number that is not finite", () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.dictionary(fc.constantFrom("state", "battery", "clean_area", "filter_work_time"), fc.anything()),
        (any, odd) => {
          const readings = [any, odd, [odd]].flatMap((result) => {
            const [status, used] = [parseStatus(result), parseConsumables(result)];
            return [
              ...(status ? statusAttributes(status, null) : []),
              ...(used ? consumableAttributes(used, null) : []),
            ];
          });
          return readings.every(({ value }) => typeof value !== "number" || Number.isFinite(value));
        },
      ),
    );
  });
});
