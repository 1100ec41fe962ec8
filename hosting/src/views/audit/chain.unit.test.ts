import assert from "node:assert/strict";
import { MINUTE_MS, NOON_MS } from "../../../test/support/builders.js";
import { aMorning, aStoredEvent } from "../../../test/support/audit-scenarios.js";
import { stepsOf, summaryOf } from "./chain.js";
import { readEvent } from "./read-event.js";
import { joinPages } from "./use-timeline.js";

const MORNING = aMorning(NOON_MS);
const CHAIN = MORNING.filter(({ proposalId, requestId }) => proposalId === "p-1" || requestId === "req-4");

describe("views/audit/chain", () => {
  it("takes what one request did in a row as one step, and says how long after the last it came", () => {
    const steps = stepsOf(CHAIN);
    assert.deepEqual(
      steps.map(({ requestId, entries }) => [requestId, entries.length]),
      [
        ["env-77", 1],
        ["req-2", 1],
        ["req-3", 1],
        ["req-4", 2],
      ],
    );
    assert.deepEqual(
      steps.map(({ gapMs }) => (gapMs === null ? null : Math.round(gapMs / MINUTE_MS))),
      [null, 12, 18, 1],
    );
  });

  it("counts events, requests and refusals, and names everybody once", () => {
    const { events, requests, refusals, spanMs, actors } = summaryOf(CHAIN);
    assert.deepEqual({ events, requests, refusals }, { events: 5, requests: 4, refusals: 1 });
    assert.equal(Math.round(spanMs / MINUTE_MS), 31);
    assert.deepEqual(actors, ["kiln-room agent", "Bo Lindqvist", "Ana Reyes"]);
    assert.deepEqual(summaryOf([]), { events: 0, requests: 0, refusals: 0, spanMs: 0, actors: [] });
    assert.deepEqual(stepsOf([]), []);
  });
});

describe("views/audit/read-event", () => {
  const entry = aStoredEvent({ type: "quota.reset", actor: { type: "system", id: "sweep", name: "Sweep" } });

  it("finds nothing altered where the copies say what the bytes say", () => {
    for (const stored of MORNING) {
      const reading = readEvent(stored);
      assert.deepEqual(reading.kind === "event" ? reading.altered : reading, []);
    }
  });

  const copies = {
    type: "quota.refused",
    severity: "alarm",
    at: "2026-11-21T12:00:00.000Z",
    actorId: "ana",
    actorName: "Ana",
    actorType: "human",
    outcome: "refused",
    reasonCode: "QUOTA",
    capabilityId: "firing.flag",
    proposalId: "p-2",
    requestId: "req-9",
    eventId: "ev-9",
  } as const;
  for (const [name, value] of Object.entries(copies))
    it(`finds that ${name} was altered`, () => {
      const reading = readEvent({ ...entry, [name]: value });
      assert.deepEqual(reading.kind === "event" ? reading.altered : [], [name]);
    });

  it("does not read what is no event", () => {
    for (const canonical of ["{", "{}", "null", entry.canonical.replace('"v":1', '"v":2')])
      assert.equal(readEvent({ ...entry, canonical }).kind, "unreadable");
  });
});

describe("views/audit/use-timeline", () => {
  const page = (ids: readonly string[], next: string | null) => ({
    items: ids.map((eventId) =>
      aStoredEvent({ type: "quota.reset", actor: { type: "system", id: "s", name: "S" }, eventId }),
    ),
    unreadable: [],
    next: next === null ? null : { at: "2026-11-21T12:00:00.000Z", eventId: next },
  });

  it("joins pages: each row once, and the older page's way on", () => {
    const joined = joinPages(page(["e-5", "e-4"], "e-4"), page(["e-4", "e-3"], "e-3"));
    assert.deepEqual(
      joined.items.map(({ eventId }) => eventId),
      ["e-5", "e-4", "e-3"],
    );
    assert.equal(joined.next?.eventId, "e-3");
  });
});
