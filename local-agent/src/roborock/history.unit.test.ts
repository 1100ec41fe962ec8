import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import type { AttributeReading } from "./attribute-values.js";
import { recordAttributes, summaryAttributes } from "./history-attributes.js";
import { parseCleanRecord, parseCleanSummary } from "./history.js";
import { parseMessage } from "./rpc.js";
import { mapAttributes, networkAttributes, quietHoursAttributes, roomAttributes } from "./setup-attributes.js";
import { parseMaps, parseNetwork, parseQuietHours, parseRooms } from "./setup-facts.js";

const FOLDER = new URL("../../../../shared/fixtures/roborock/", import.meta.url);

const plain = (readings: readonly AttributeReading[]): Record<string, unknown> =>
  Object.fromEntries(readings.map(({ attribute, value }) => [attribute, value]));
const summaryOf = (result: unknown): Record<string, unknown> =>
  plain(summaryAttributes(parseCleanSummary(result)!, null));
const recordOf = (result: unknown): Record<string, unknown> => plain(recordAttributes(parseCleanRecord(result)!, null));

function recordedResult(name: string): unknown {
  const file = new URL(`protocols__testdata__v1_protocol__${name}.json`, FOLDER);
  const [answer] = parseMessage(readFileSync(file))?.answers ?? [];
  assert.ok(answer?.outcome.kind === "result");
  return answer.outcome.value;
}

describe("local-agent/roborock recorded history", () => {
  if (!existsSync(FOLDER)) {
    it("is not read: the folder ../shared/fixtures/roborock is not there");
    return;
  }

  it("gives totals above 2^32 mm² and the newest start of a real old clean summary", () => {
    const result = recordedResult("get_clean_summary");
    assert.deepEqual(summaryOf(result), {
      totalCleanTimeSec: 1_442_559,
      totalCleanAreaM2: 24_258.1,
      totalCleanCount: 296,
    });
    const { records } = parseCleanSummary(result)!;
    assert.deepEqual([records.length, records[0]], [20, 1_756_848_207]);
  });

  it("gives begin, end, time, area and outcome of a real nested clean record", () => {
    assert.deepEqual(recordOf(recordedResult("get_last_clean_record")), {
      lastRunStartedAt: "2025-02-06T17:52:46.000Z",
      lastRunEndedAt: "2025-02-06T19:09:24.000Z",
      lastRunTimeSec: 4_358,
      lastRunAreaM2: 81.1,
      lastRunErrorCode: 0,
      isLastRunComplete: false,
      lastRunStartedBy: "button",
      lastRunKind: "all",
      lastRunOutcome: "stopped_by_user",
    });
  });

  it("gives three rooms of a real room mapping, with the names of the home", () => {
    const rooms = parseRooms(recordedResult("get_room_mapping"));
    assert.deepEqual(rooms?.at(0), { segmentId: 16, homeRoomId: "3031886" });
    const names = new Map([["3031880", "Glaze room"]]);
    assert.deepEqual(plain(roomAttributes(rooms, names, null)), { roomCount: 3, rooms: "Glaze room" });
  });
});

describe("local-agent/roborock/history", () => {
  it("reads a summary as an object, as a list and as a bare number, and the newest record first", () => {
    const object = { clean_time: 10, clean_area: "2000000", clean_count: 3, records: [5, 9, 7, "x", -1] };
    assert.deepEqual(summaryOf(object), { totalCleanTimeSec: 10, totalCleanAreaM2: 2, totalCleanCount: 3 });
    assert.deepEqual(summaryOf([object]), summaryOf(object));
    assert.deepEqual(parseCleanSummary(object)?.records, [9, 7, 5]);
    assert.deepEqual(summaryOf(42), { totalCleanTimeSec: 42 });
    for (const result of [null, "ok", undefined, true]) assert.equal(parseCleanSummary(result), null);
  });

  it("adds up the segments of one run", () => {
    const run = recordOf([
      { begin: 1_700_000_000, end: 1_700_000_600, duration: 500, area: 1_000_000, complete: 0, start_type: 2 },
      { begin: 1_700_001_000, end: 1_700_001_600, duration: 600, area: 2_000_000, complete: 1, finish_reason: 52 },
    ]);
    assert.deepEqual(run, {
      lastRunStartedAt: "2023-11-14T22:13:20.000Z",
      lastRunEndedAt: "2023-11-14T22:40:00.000Z",
      lastRunTimeSec: 1_100,
      lastRunAreaM2: 3,
      isLastRunComplete: true,
      lastRunStartedBy: "app",
      lastRunOutcome: "finished",
    });
  });

  it("keeps a number that no source explains, and gives nothing for an empty record", () => {
    assert.equal(recordOf([[1, 2, 3, 4, 0, 1, 777, 9, 250]])["lastRunStartedBy"], "start_777");
    for (const result of [[], [[]], [[1, 2]], null, "retry", 7]) assert.equal(parseCleanRecord(result), null);
  });
});

describe("local-agent/roborock/setup-facts", () => {
  it("gives quiet hours as clock times, wrapped or bare, and no time for an impossible one", () => {
    const quiet = { start_hour: 22, start_minute: 5, end_hour: 8, end_minute: 0, enabled: 1 };
    const expected = { isQuietTimeSet: true, quietFrom: "22:05", quietUntil: "08:00" };
    assert.deepEqual(plain(quietHoursAttributes(parseQuietHours([quiet])!, null)), expected);
    assert.deepEqual(plain(quietHoursAttributes(parseQuietHours(quiet)!, null)), expected);
    assert.equal(parseQuietHours({ ...quiet, start_hour: 24 })?.startMinute, undefined);
  });

  it("keeps an IPv4 address and the signal of the network, and drops every name in it", () => {
    const network = { ip: "192.168.1.7", ssid: "Secret", mac: "aa:bb:cc:dd:ee:ff", bssid: "x", rssi: -50 };
    assert.deepEqual(parseNetwork([network]), { ip: "192.168.1.7", rssi: -50 });
    assert.deepEqual(parseNetwork({ ipAdress: "10.0.0.2" }), { ip: "10.0.0.2", rssi: undefined });
    for (const ip of ["evil.example", "192.168.1.7:22", "::1", 7, ""])
      assert.equal(parseNetwork({ ip })?.ip, undefined);
    assert.deepEqual(plain(networkAttributes({ ip: "192.168.1.7", rssi: 12 }, null)), {});
  });

  it("reads a room pair with a type, and one flat pair", () => {
    assert.deepEqual(parseRooms([[16, "1", 12]]), [{ segmentId: 16, homeRoomId: "1" }]);
    assert.deepEqual(parseRooms([16, "1"]), [{ segmentId: 16, homeRoomId: "1" }]);
    assert.deepEqual(parseRooms([]), []);
    assert.equal(parseRooms("unknown"), null);
  });

  it("counts maps with and without a name, and cuts control characters out of names", () => {
    const maps = parseMaps([{ map_info: [{ mapFlag: 0, name: "Ground\u0007 floor" }, { mapFlag: 1, name: "" }, "x"] }]);
    assert.deepEqual(plain(mapAttributes(maps ?? [], null)), { mapCount: 2, maps: "Ground floor" });
  });

  it("never throws, and gives texts of at most 200 characters, for any answer", () => {
    const names = new Map([["1", "x".repeat(60)]]);
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.constant([1, "1"]), { maxLength: 200 }), (any, pairs) => {
        const told = [any, [any], pairs].flatMap((result) => {
          const [quiet, network, rooms, maps] = [
            parseQuietHours(result),
            parseNetwork(result),
            parseRooms(result),
            parseMaps(result),
          ];
          const [summary, record] = [parseCleanSummary(result), parseCleanRecord(result)];
          return [
            ...(quiet ? quietHoursAttributes(quiet, null) : []),
            ...(network ? networkAttributes(network, null) : []),
            ...(rooms ? roomAttributes(rooms, names, null) : []),
            ...(maps ? mapAttributes(maps, null) : []),
            ...(summary ? summaryAttributes(summary, null) : []),
            ...(record ? recordAttributes(record, null) : []),
          ];
        });
        return told.every(({ value }) =>
          typeof value === "string" ? value.length <= 200 : typeof value !== "number" || Number.isFinite(value),
        );
      }),
    );
  });
});
