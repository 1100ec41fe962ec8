import assert from "node:assert/strict";
import type { FiringLog } from "@studio-os/functions/contracts";
import { CHART, firingCurves } from "./firing-curves.js";

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
    for (const log of logs) {
      const { expected, zones, hours, degrees, alarms } = firingCurves(log);
      const paths = [expected, ...zones.map(({ path }) => path)].join("");
      const points = [...paths.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(
        ([, x, y]) => [Number(x), Number(y)] as const,
      );
      const xs = [...points.map(([x]) => x), ...hours.map(({ x }) => x), ...alarms.map(({ x }) => x)];
      const ys = [...points.map(([, y]) => y), ...degrees.map(({ y }) => y)];
      assert.ok(
        xs.every((x) => x >= CHART.left && x <= CHART.width - CHART.right),
        JSON.stringify(xs),
      );
      assert.ok(
        ys.every((y) => y >= 0 && y <= CHART.height - CHART.bottom),
        JSON.stringify(ys),
      );
      assert.ok(hours.length >= 2 && hours.length <= 12 && degrees.length <= 8);
    }
  });

  it("draws the expected curve as one line, and nothing where the program has none", () => {
    assert.equal(lines(firingCurves(aLog()).expected), 1);
    assert.equal(firingCurves(aLog({ expected: [] })).expected, "");
  });
});
