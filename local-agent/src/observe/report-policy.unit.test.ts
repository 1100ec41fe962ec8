import assert from "node:assert/strict";
import { staleAfterMs } from "@studio-os/functions/contracts";
import type { Reading } from "../connector.js";
import { consumableAttributes, pointAttributes, statusAttributes } from "../roborock/attributes.js";
import { DEFAULT_CADENCE, intervalOf, SLOW_READS, statusIntervalMs } from "../roborock/cadence.js";
import { recordAttributes, summaryAttributes } from "../roborock/history-attributes.js";
import { parseCleanRecord, parseCleanSummary } from "../roborock/history.js";
import { parseConsumables, parseStatus } from "../roborock/schema.js";
import {
  mapAttributes,
  networkAttributes,
  quietHoursAttributes,
  roomAttributes,
} from "../roborock/setup-attributes.js";
import { NOTHING_TRACKED, detectChanges, detectStale } from "./detect-changes.js";
import { heartbeatMsOf, MAX_HUB_POLL_MS, MAX_VACUUM_POLL_MS, ROUTINE_EVERY_MS } from "./report-policy.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const HOUR_MS = 3_600_000;
/** From the agent's disk to the cockpit, a cold start included. */
const ON_THE_WAY_MS = 9_000;
const JITTER = 1.1;

const status = parseStatus([
  {
    ...{ state: 8, battery: 90, error_code: 0, charge_status: 1, back_type: 0, in_returning: 0, in_cleaning: 0 },
    ...{ clean_time: 1, clean_area: 1_000_000, clean_percent: 5, fan_power: 102, water_box_mode: 200, mop_mode: 300 },
    ...{ water_box_status: 1, water_box_carriage_status: 1, water_shortage_status: 0, map_present: 1, map_status: 3 },
    ...{ dock_type: 3, dock_error_status: 0, dust_collection_status: 0, dry_status: 0, dss: 168 },
  },
]);
const consumables = parseConsumables([
  {
    ...{ main_brush_work_time: 1, side_brush_work_time: 1, filter_work_time: 1, sensor_dirty_time: 1 },
    ...{ moproller_work_time: 1, strainer_work_times: 1, cleaning_brush_work_times: 1, dust_collection_work_times: 1 },
  },
]);
const summary = parseCleanSummary({
  ...{ clean_time: 10, clean_area: 10_000_000, clean_count: 1, dust_collection_count: 1, records: [1_700_000_000] },
});
const record = parseCleanRecord([
  {
    ...{ begin: 1_700_000_000, end: 1_700_000_600, duration: 600, area: 5_000_000, error: 0, complete: 1 },
    ...{ start_type: 2, clean_type: 1, finish_reason: 52 },
  },
]);

/** Every attribute that a vacuum is asked for, with how long it takes until it is asked again. */
function vacuumReads(): (readonly [attribute: string, everyMs: number])[] {
  assert.ok(status !== null && consumables !== null && summary !== null && record !== null);
  const idleMs = statusIntervalMs(DEFAULT_CADENCE, false, false);
  const every = (readings: readonly { readonly attribute: string }[], ms: number) =>
    readings.map(({ attribute }) => [attribute, ms + MAX_VACUUM_POLL_MS * JITTER] as const);
  const slow = Object.fromEntries(SLOW_READS.map((read) => [read, intervalOf(read, DEFAULT_CADENCE)]));
  const at = (read: (typeof SLOW_READS)[number]): number => slow[read] ?? 0;
  return [
    ...every(statusAttributes(status, null), idleMs),
    ...every(pointAttributes(new Map([[121, 8], [122, 50], [133, 1], [134, 0]]), null), idleMs), // prettier-ignore
    ...every(consumableAttributes(consumables, null), at("consumables")),
    ...every([...summaryAttributes(summary, null), ...recordAttributes(record, null)], at("history")),
    ...every(networkAttributes({ ip: undefined, rssi: -50 }, null), at("network")),
    ...every(quietHoursAttributes({ enabledCode: 1, startMinute: 1, endMinute: 2 }, null), at("quietHours")),
    ...every(roomAttributes([{ segmentId: 1, homeRoomId: "1" }], new Map([["1", "Studio"]]), null), at("rooms")),
    ...every(mapAttributes([{ mapFlag: 0, name: "Studio" }], null), at("maps")),
    // Once for each home data, which is asked for hourly.
    ["isOnline", HOUR_MS + MAX_VACUUM_POLL_MS * JITTER],
  ];
}

/**
 * The oldest that a value which never changes gets in the cockpit, while it is read every `everyMs`: a report is taken along
 * by the next routine envelope, at the latest after its whole wait.
 */
function oldestShownMs(deviceId: string, attribute: string, everyMs: number, pollMs: number): number {
  const options = { policy: {}, isSimulated: false, pollMsOf: () => pollMs };
  let state = NOTHING_TRACKED;
  let shownAtMs = T0;
  let oldest = 0;
  for (let nowMs = T0; nowMs < T0 + 20 * everyMs + 12 * HOUR_MS; nowMs += everyMs) {
    const reading: Reading = {
      ...{ deviceId, attribute, value: 5, unit: null, observedAt: new Date(nowMs).toISOString() },
      ...{ source: "poll", quality: "live" },
    };
    assert.deepEqual(detectStale(state, nowMs).observations, [], `${attribute} goes stale between two reads`);
    const detected = detectChanges(state, [reading], nowMs, options);
    state = detected.state;
    if (detected.observations.length === 0) continue;
    oldest = Math.max(oldest, nowMs + ROUTINE_EVERY_MS + ON_THE_WAY_MS - shownAtMs);
    shownAtMs = nowMs;
  }
  return oldest;
}

describe("local-agent/observe/report-policy", () => {
  it("never lets a value of a vacuum look stale that is read at its own slow pace", () => {
    const reads = vacuumReads();
    assert.ok(new Set(reads.map(([attribute]) => attribute)).size > 50);
    for (const [attribute, everyMs] of reads) {
      const oldest = oldestShownMs("roborock:v1", attribute, everyMs, MAX_VACUUM_POLL_MS);
      assert.ok(oldest <= staleAfterMs(attribute), `${attribute}: ${oldest} ms of ${staleAfterMs(attribute)}`);
    }
  });

  it("never lets a value of a hub look stale that is read at the slowest pace that a configuration may ask for", () => {
    for (const attribute of ["temperature", "power", "lock", "contact", "humidity", "water"])
      for (const pollMs of [5_000, 20_000, MAX_HUB_POLL_MS]) {
        const oldest = oldestShownMs("hubitat:1", attribute, pollMs * JITTER, pollMs);
        assert.ok(oldest <= staleAfterMs(attribute), `${attribute} every ${pollMs} ms: ${oldest} ms`);
      }
  });

  it("lets a setting repeat a value sooner, and never so late that it goes stale", () => {
    assert.equal(heartbeatMsOf({ temperature: { heartbeatMs: 10_000 } }, "temperature", 5_000), 10_000);
    const own = heartbeatMsOf({}, "temperature", 5_000);
    assert.equal(heartbeatMsOf({ temperature: { heartbeatMs: 3_600_000 } }, "temperature", 5_000), own);
  });

  it("keeps the thresholds of M12.4, and none that outlives two reads of its kind and a half", () => {
    assert.deepEqual([staleAfterMs("temperature"), staleAfterMs("lock")], [120_000, 600_000]);
    assert.equal(staleAfterMs("constructor"), staleAfterMs("anythingElse"));
    for (const [attribute, everyMs] of vacuumReads())
      assert.ok(
        staleAfterMs(attribute) <= Math.max(2.5 * everyMs, 3 * DEFAULT_CADENCE.statusIdleMs + 300_000),
        attribute,
      );
  });
});
