import assert from "node:assert/strict";
import type { FiringLog } from "@studio-os/functions/contracts";
import { CHART, firingCurves, firingMoment, firingTable, SMALL_CHART } from "./firing-curves.js";

const aLog = (change: Partial<FiringLog> = {}): FiringLog => ({
  firingId: "f-1",
  kilnId: "kiln-a",
  kilnName: "L&L",
  title: "Bisque",
  program: "bisque",
  cone: "04",
  startAt: "2026-11-20T09:00:00.000Z",
  stepS: 30,
  expected: [
    { offsetS: 0, tempC: 20 },
    { offsetS: 36_000, tempC: 1_063 },
  ],
  zones: {},
  lastSampleAt: null,
  alarms: [],
  status: "running",
  endedAt: null,
  updatedAt: "2026-11-20T09:00:00.000Z",
  ...change,
});
const lines = (path: string): number => (path.match(/M/g) ?? []).length;
const nothing = (slots: number): null[] => Array.from({ length: slots }, () => null);

describe("views/devices/firing-curves", () => {
  it("joins samples up to 150 s apart, and draws nothing across a longer silence", () => {
    const joined = firingCurves(aLog({ zones: { middle: [20, ...nothing(4), 21, 22] } }));
    assert.equal(lines(joined.zones[0]?.path ?? ""), 1);
    assert.deepEqual(joined.gapMinutes, []);
    const broken = firingCurves(aLog({ zones: { middle: [20, 21, ...nothing(5), 24, ...nothing(40), 60] } }));
    assert.equal(lines(broken.zones[0]?.path ?? ""), 3);
    assert.deepEqual(broken.gapMinutes, [21, 3]);
  });

  it("keeps whatever is drawn inside the picture, hot, cold or empty", () => {
    const logs = [
      aLog(),
      aLog({ expected: [] }),
      aLog({ zones: { top: [1_400], middle: [0, 900] } }),
      aLog({
        alarms: [{ code: "no_reading", raisedAt: "2026-11-19T09:00:00.000Z", clearedAt: null, value: 5, bound: 5 }],
      }),
    ];
    for (const [log, size] of logs.flatMap((one) => [[one, CHART] as const, [one, SMALL_CHART] as const])) {
      const { expected, zones, hours, degrees, alarms } = firingCurves(log, size);
      const paths = [expected, ...zones.map(({ path }) => path)].join("");
      const points = [...paths.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(
        ([, x, y]) => [Number(x), Number(y)] as const,
      );
      const xs = [...points.map(([x]) => x), ...hours.map(({ x }) => x), ...alarms.map(({ x }) => x)];
      const ys = [...points.map(([, y]) => y), ...degrees.map(({ y }) => y)];
      assert.ok(
        xs.every((x) => x >= size.left && x <= size.width - size.right),
        JSON.stringify(xs),
      );
      assert.ok(
        ys.every((y) => y >= 0 && y <= size.height - size.bottom),
        JSON.stringify(ys),
      );
      assert.ok(hours.length >= 2 && hours.length <= 12 && degrees.length <= 8);
    }
  });

  it("marks where no zone was heard, and not where one of them was", () => {
    const both = { top: [20, ...nothing(20), 41], middle: [20, ...nothing(20), 40] };
    const { gaps, xOf } = firingCurves(aLog({ zones: both }));
    assert.deepEqual([gaps.length, gaps[0]?.x], [1, xOf(0)]);
    assert.ok(Math.abs((gaps[0]?.x ?? 0) + (gaps[0]?.width ?? 0) - xOf(21 * 30)) < 0.2);
    const one = { ...both, bottom: Array.from({ length: 22 }, (_, slot) => slot) };
    assert.deepEqual(firingCurves(aLog({ zones: one })).gaps, []);
  });

  it("keeps the names of zones apart that are equally hot", () => {
    const { zones } = firingCurves(aLog({ zones: { top: [0, 0], middle: [0, 0], bottom: [0, 1] } }));
    const ys = zones.map(({ name }) => name.y).sort((a, b) => a - b);
    assert.ok(
      ys.slice(1).every((y, i) => y - (ys[i] ?? 0) >= 12.9),
      JSON.stringify(ys),
    );
  });

  it("says of a zone how long before the others it was heard last, once that is longer than a gap", () => {
    const behind = (slots: number) => {
      const zones = { top: [20, 21], middle: Array.from({ length: slots + 2 }, () => 20) };
      return firingCurves(aLog({ zones })).zones.map(({ zone, behindMinutes }) => [zone, behindMinutes]);
    };
    assert.deepEqual(behind(5), [
      ["middle", null],
      ["top", null],
    ]);
    assert.deepEqual(behind(80), [
      ["middle", null],
      ["top", 40],
    ]);
  });

  it("says what was asked for and measured at a moment, and makes nothing up where nothing was heard", () => {
    const log = aLog({ zones: { middle: [20, ...nothing(9), 30, ...nothing(20), 60] } });
    const at = (offsetS: number) => firingMoment(log, offsetS).zones[0]?.tempC;
    assert.deepEqual([at(0), at(60), at(75), at(90), at(240), at(300), at(600)], [20, 20, null, null, 30, 30, null]);
    assert.deepEqual([firingMoment(log, 18_000).expectedC, firingMoment(log, 36_001).expectedC], [542, null]);
    assert.equal(firingMoment(aLog({ expected: [] }), 0).expectedC, null);
  });

  it("has a table of every ten minutes, of every half hour of a long firing, and of nothing none", () => {
    const rows = (slots: number) => firingTable(aLog({ zones: { middle: Array.from({ length: slots }, () => 20) } }));
    assert.deepEqual([rows(0).length, rows(41).map(({ offsetS }) => offsetS)], [0, [0, 600, 1_200]]);
    assert.deepEqual([rows(721)[1]?.offsetS, rows(2_880).length], [1_800, 49]);
  });

  it("draws the expected curve as one line, and nothing where the program has none", () => {
    assert.equal(lines(firingCurves(aLog()).expected), 1);
    assert.equal(firingCurves(aLog({ expected: [] })).expected, "");
  });
});
