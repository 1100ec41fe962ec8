import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { joinEventText } from "./event-text.js";
import { parsePostedEvent, parseSocketEvent } from "./live-event.js";

const FIXTURES = new URL("../../../../../shared/fixtures/hubitat/", import.meta.url);
const areFixturesThere = existsSync(FIXTURES);

/** As HELOG recorded it: uneven blanks, the word "null". */
const SOCKET_TEXT =
  '{ "source":"DEVICE","name":"temperature","displayName" : "Underfloor Heating", "value" : "20", "type" : "null", "unit":"C","deviceId":36,"hubId":0,"installedAppId":0,"descriptionText" : "null"}';
const SOCKET_EVENT = { kind: "value", deviceId: "36", attribute: "temperature", raw: "20", unit: "C" };

function joinAll(messages: readonly string[]): { readonly events: unknown[]; readonly lost: number } {
  let pending = "";
  const events: unknown[] = [];
  let lost = 0;
  for (const message of messages) {
    const joined = joinEventText(pending, message);
    ({ pending } = joined);
    if (joined.event !== undefined) events.push(joined.event);
    lost += joined.isLost ? 1 : 0;
  }
  return { events, lost };
}

describe("local-agent/hubitat/live/live-event", () => {
  it("reads a message of the event socket: id a number, unit stated, the word null for nothing", () => {
    assert.deepEqual(parseSocketEvent(JSON.parse(SOCKET_TEXT)), SOCKET_EVENT);
    const unitless = JSON.parse(SOCKET_TEXT.replace('"C"', '"null"')) as unknown;
    assert.deepEqual(parseSocketEvent(unitless), { ...SOCKET_EVENT, unit: null });
  });

  it("reads real nulls of older firmware, and ignores apps, the hub, unread attributes and events of no device", () => {
    const older = { source: "DEVICE", name: "contact", value: "open", unit: null, deviceId: 5, locationId: 1 };
    assert.deepEqual(parseSocketEvent(older), {
      ...{ kind: "value", deviceId: "5", attribute: "contact", raw: "open", unit: null },
    });
    for (const over of [
      { source: "APP" },
      { source: "HUB" },
      { deviceId: 0 },
      { deviceId: null },
      { name: "lockCodes" },
    ]) {
      assert.deepEqual(parseSocketEvent({ ...older, ...over }), { kind: "ignored" });
    }
  });

  it("takes mode, alarm system and the end of a restart from events of the place", () => {
    const place = (name: string, value: unknown) =>
      parseSocketEvent({ source: "LOCATION", name, value, unit: "null", deviceId: 0 });
    assert.deepEqual(place("mode", "Evening"), { kind: "place", attribute: "mode", value: "Evening" });
    assert.deepEqual(place("hsmAlert", "water"), { kind: "place", attribute: "hsmAlert", value: "water" });
    assert.deepEqual(place("hsmStatus", "null"), { kind: "place", attribute: "hsmStatus", value: null });
    assert.deepEqual(place("systemStart", ""), { kind: "started" });
    for (const name of ["sunrise", "ssdpTerm", "hsmRules", "__proto__"]) {
      assert.deepEqual(place(name, "x"), { kind: "ignored" });
    }
  });

  for (const message of [null, 5, "x", [], {}, { source: "DEVICE" }]) {
    it(`says that ${JSON.stringify(message)} is no event`, () => {
      assert.equal(parseSocketEvent(message), null);
      assert.equal(parsePostedEvent(message), null);
      assert.equal(parsePostedEvent({ content: message }), null);
    });
  }

  it("looks at no description and no data, where a lock tells who came", () => {
    const content = { name: "lock", value: "unlocked", deviceId: "108", unit: null };
    const said = { ...content, descriptionText: "unlocked by Ana", data: '{"1":{"name":"Ana","code":"480613"}}' };
    assert.doesNotMatch(JSON.stringify(parsePostedEvent({ content: said })), /Ana|480613/);
    assert.deepEqual(parsePostedEvent({ content: { ...said, name: "codeChanged", value: "Ana" } }), {
      kind: "ignored",
    });
  });

  it("puts an event together that comes in pieces, and goes on after text that is none", () => {
    const pieces = [SOCKET_TEXT.slice(0, 30), SOCKET_TEXT.slice(30, 90), SOCKET_TEXT.slice(90)];
    assert.deepEqual(joinAll(pieces).events.map(parseSocketEvent), [SOCKET_EVENT]);
    const unescaped = SOCKET_TEXT.replace("Underfloor", '12" pipe');
    assert.deepEqual(joinAll([unescaped, SOCKET_TEXT]), { events: [JSON.parse(SOCKET_TEXT)], lost: 1 });
    assert.deepEqual(joinAll(["nonsense", SOCKET_TEXT]), { events: [JSON.parse(SOCKET_TEXT)], lost: 1 });
  });

  it("keeps at most 256 KiB of pieces", () => {
    const piece = "x".repeat(100_000);
    const { lost } = joinAll([`{"a":"${piece}`, piece, piece, piece]);
    assert.equal(lost, 2);
    assert.equal(joinEventText("", `{"a":"${piece.repeat(3)}`).pending, "");
  });

  it("reads every event of a stream that is cut anywhere into two, and never throws", () => {
    const cut = fc.array(fc.integer({ min: 1, max: SOCKET_TEXT.length - 1 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cut, (cuts) => {
        const messages = cuts.flatMap((at) => [SOCKET_TEXT.slice(0, at), SOCKET_TEXT.slice(at)]);
        assert.equal(joinAll(messages).events.length, cuts.length);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (messages) => {
        for (const event of joinAll(messages).events) {
          parseSocketEvent(event);
          parsePostedEvent(event);
        }
      }),
    );
  });

  if (!areFixturesThere) {
    it("is not tried on recorded posts: the folder ../shared/fixtures is not there");
    return;
  }

  it("reads the recorded posts: a switch, noise, a mode and the alarm system", () => {
    const recorded = JSON.parse(readFileSync(new URL("events.json", FIXTURES), "utf8")) as Record<string, unknown>;
    const read = Object.fromEntries(Object.entries(recorded).map(([name, body]) => [name, parsePostedEvent(body)]));
    assert.deepEqual(read, {
      device: { kind: "value", deviceId: "176", attribute: "switch", raw: "on", unit: null },
      other: { kind: "ignored" },
      mode: { kind: "place", attribute: "mode", value: "Evening" },
      hsmArmedAway: { kind: "place", attribute: "hsmStatus", value: "armedAway" },
      hsmAllDisarmed: { kind: "place", attribute: "hsmStatus", value: "allDisarmed" },
    });
  });
});
