import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kilnRoomDay } from "../../test/support/kiln-room-day.js";
import { parseRules } from "./parse-rules.js";
import { parseRecording, replayDay } from "./replay-day.js";

const EXAMPLES = join(import.meta.dirname, "..", "..", "examples");
const readExample = (name: string): string => readFileSync(join(EXAMPLES, name), "utf8");

/** Phoenix is seven hours behind all year. */
const wallClock = (at: string): string => new Date(Date.parse(at) - 7 * 3_600_000).toISOString().slice(11, 16);

describe("local-agent/rules/replay-day", () => {
  const rules = () => {
    const parsed = parseRules(readExample("rules.json"));
    assert.ok(parsed.kind === "rules", JSON.stringify(parsed));
    return parsed.rules;
  };

  it("shows on a day with one cause for each rule each proposal of the example rules, once, at the time at which its time had run out", () => {
    const recording = parseRecording(kilnRoomDay());
    assert.deepEqual(recording.unreadable, []);
    const { proposals, from, to } = replayDay(rules(), recording);
    assert.deepEqual(
      proposals.map(({ at, proposal }) => [wallClock(at), proposal.ruleId]),
      [
        ["03:16", "kiln-sensor-silent"],
        ["09:45", "drying-room-dry"],
        ["14:05", "kiln-room-hot"],
        ["15:30", "kiln-room-leak"],
        ["17:40", "vacuum-brush-worn"],
        ["21:30", "kiln-room-door"],
      ],
    );
    assert.deepEqual(
      [from, to].map((at) => wallClock(at ?? "")),
      ["00:00", "23:58"],
    );
    const hot = proposals.find(({ proposal }) => proposal.ruleId === "kiln-room-hot");
    assert.match(
      JSON.stringify(hot?.proposal.request["note"]),
      /^"Kiln room climate \(Kiln room\) has been above 40 °C for 5 min/,
    );
  });

  it("reads envelopes of a dry run as well as bare readings, in the order of their time, and names what it cannot read", () => {
    const observation = (observedAt: string, value: number) => ({
      deviceId: "hubitat:12",
      attribute: "temperature",
      value,
      unit: "°C",
      observedAt,
      source: "poll",
      quality: "live",
    });
    const envelope = {
      v: 1,
      tenantId: "mudworks",
      agentId: "agent-1",
      keyId: "0123456789abcdef",
      bootId: "boot-1",
      seq: 1,
      sentAt: "2026-11-21T08:00:00.000Z",
      payload: {
        kind: "observations",
        devices: [{ deviceId: "hubitat:12", name: "Ceiling", kind: "sensor", room: null }],
        observations: [observation("2026-11-21T08:00:00.000Z", 1)],
      },
      signature: `${"A".repeat(86)}==`,
    };
    const lines = [
      JSON.stringify(observation("2026-11-21T09:00:00.000Z", 2)),
      "",
      "not json",
      '{"a":1}',
      JSON.stringify(envelope),
    ];
    const recording = parseRecording(lines);
    assert.deepEqual(recording.unreadable, [3, 4]);
    assert.deepEqual(
      recording.observations.map(({ value }) => value),
      [1, 2],
    );
    assert.equal(recording.devices.get("hubitat:12")?.name, "Ceiling");
    assert.deepEqual(replayDay([], parseRecording([])), { proposals: [], from: null, to: null });
  });
});
