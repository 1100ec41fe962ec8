import assert from "node:assert/strict";
import { toDocument } from "../commit/document-change.js";
import { FIRING_ATTENTION } from "../contracts/index.js";
import type { Firing, FiringFlagRequest, JsonObject } from "../contracts/index.js";
import { FLAG_INPUT, aFiring, capabilityOf, documentsOf } from "../../test/support/builders.js";
import { planOf, requirePlan } from "../../test/support/effects.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import type { PlanResult } from "../proposals/plan-effect.js";
import { firingFlag } from "./firing-flag.js";

const firing = (overrides: Partial<Firing> = {}): JsonObject => toDocument(aFiring(overrides));
const FLAG = { code: "room_overheat", note: FLAG_INPUT.note, proposalId: "p-0" } as const;
const without = (data: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(data).filter(([key]) => key !== name));
const plan = (data: JsonObject | null): PlanResult =>
  planOf(capabilityOf("firing.flag"), documentsOf({ "firings/f-1": data }), FLAG_INPUT);
const reasonOf = (result: PlanResult): string => (result.kind === "refused" ? result.reason : "planned");

describe("capabilities/firing-flag", () => {
  const rows: readonly [string, JsonObject | null, string][] = [
    ["a firing without a flag", firing(), "planned"],
    ["a firing with another flag", firing({ attention: { ...FLAG, code: "door_open" } }), "planned"],
    ["a firing with the same flag and other words", firing({ attention: { ...FLAG, note: "still hot" } }), "planned"],
    ["a firing that carries this very flag", firing({ attention: FLAG }), "NO_OP"],
    ["a firing from before there were flags", without(firing(), "attention"), "planned"],
    ["no firing", null, "TARGET_NOT_FOUND"],
    ["a firing without a title", without(firing(), "title"), "TARGET_UNREADABLE"],
    ["a firing whose flag is not one", { ...firing(), attention: "hot" }, "TARGET_UNREADABLE"],
  ];
  for (const [what, data, expected] of rows)
    it(`comes to ${expected} for ${what}`, () => assert.equal(reasonOf(plan(data)), expected));

  it("writes the flag with the proposal's id, and takes back exactly what was there", () => {
    const { writes, inverse, headline } = requirePlan(plan(firing()));
    const after = { code: "room_overheat", note: FLAG_INPUT.note, proposalId: "p-1" };
    const field = { path: "attention", sensitivity: "none" };
    assert.equal(headline, "Flag “Cone 6 glaze” on Big Bertha: the room is too hot");
    assert.deepEqual(writes, [{ ref: "firings/f-1", op: "update", fields: [{ ...field, before: null, after }] }]);
    assert.deepEqual(inverse, [
      { ref: "firings/f-1", op: "update", fields: [{ ...field, before: after, after: null }] },
    ]);
    const older = requirePlan(plan(without(firing(), "attention")));
    assert.deepEqual(older.inverse[0]?.fields, [{ ...field, before: after }]);
  });

  it("has words for every kind of attention", () => {
    const headlines = FIRING_ATTENTION.map((attention) => {
      const documents = documentsOf({ "firings/f-1": firing() });
      return requirePlan(planOf(capabilityOf("firing.flag"), documents, { ...FLAG_INPUT, attention })).headline;
    });
    assert.equal(new Set(headlines).size, FIRING_ATTENTION.length);
  });

  describe("an agent's request", () => {
    const { fromAgent } = firingFlag;
    assert.ok(fromAgent !== null);
    const request: FiringFlagRequest = {
      kilnId: "k-1",
      attention: "room_overheat",
      note: FLAG_INPUT.note,
      unlessBookedWithinHours: 2,
    };
    const past = firing({ firingId: "f-past" });
    const run = (status: Firing["status"], startAt: string, endAt: string): JsonObject =>
      firing({ firingId: `f-${status}`, title: "Booked", status, startAt, endAt });
    const resolve = (found: JsonObject[], change: Partial<FiringFlagRequest> = {}): string => {
      const resolved = fromAgent.resolve({ ...request, ...change }, [found], NOW);
      return resolved.kind === "input" ? resolved.input.firingId : resolved.reason;
    };
    const soon = later(2 * HOUR);
    const tonight = later(9 * HOUR);
    const ended = later(-2 * HOUR);

    const cases: readonly [string, JsonObject[], string, Partial<FiringFlagRequest>?][] = [
      ["the latest firing that has begun", [firing({ firingId: "f-new", startAt: later(-HOUR) }), past], "f-new"],
      ["the firing that begins this instant", [firing({ firingId: "f-now", startAt: NOW }), past], "f-now"],
      [
        "not one that begins a millisecond from now",
        [firing({ firingId: "f-next", startAt: later(1) }), past],
        "f-past",
      ],
      ["nothing without firings", [], "TARGET_NOT_FOUND"],
      ["nothing when none has begun", [firing({ startAt: tonight })], "TARGET_NOT_FOUND"],
      ["no reason for alarm, one being under way", [run("firing", later(-HOUR), soon), past], "NOT_WARRANTED"],
      ["no reason for alarm, one being armed", [run("armed", soon, tonight), past], "NOT_WARRANTED"],
      [
        "no reason for alarm, one being queued in exactly 2 hours",
        [run("queued", soon, tonight), past],
        "NOT_WARRANTED",
      ],
      ["an alarm a millisecond outside of the margin", [run("queued", later(1, soon), tonight), past], "f-past"],
      [
        "no reason for alarm exactly 2 hours after its end",
        [run("firing", later(-9 * HOUR), ended), past],
        "NOT_WARRANTED",
      ],
      ["an alarm a millisecond after that", [run("firing", later(-9 * HOUR), later(-1, ended)), past], "f-firing"],
      ["an alarm while one is cooling, for heat should fall", [run("cooling", later(-HOUR), soon), past], "f-cooling"],
      ["an alarm after one was aborted", [run("aborted", later(-HOUR), soon), past], "f-aborted"],
      [
        "no look at bookings with a margin of 0",
        [run("firing", later(-HOUR), soon)],
        "f-firing",
        { unlessBookedWithinHours: 0 },
      ],
      [
        "the next best when the latest is malformed",
        [{ ...firing({ startAt: later(-HOUR) }), status: "?" }, past],
        "f-past",
      ],
      ["nothing of a malformed booking", [{ ...run("firing", later(-HOUR), soon), endAt: "?" }, past], "f-past"],
    ];
    for (const [what, found, expected, change] of cases)
      it(`finds ${what}: ${expected}`, () => assert.equal(resolve(found, change), expected));

    it("asks for the newest 10 firings of the kiln that matter by now, so that far bookings do not crowd them out", () => {
      const [query] = fromAgent.queries(request, NOW);
      assert.deepEqual(query, {
        collection: "firings",
        where: [
          { field: "kilnId", op: "==", value: "k-1" },
          { field: "startAt", op: "<=", value: soon },
        ],
        orderBy: [{ field: "startAt", direction: "desc" }],
        limit: 10,
      });
    });

    it("takes a margin of 0 to 48 hours, and no field more", () => {
      const isRequest = (change: object): boolean =>
        fromAgent.requestSchema.safeParse({ ...request, ...change }).success;
      assert.deepEqual(
        [0, 48, -1, 49].map((hours) => isRequest({ unlessBookedWithinHours: hours })),
        [true, true, false, false],
      );
      assert.equal(isRequest({ firingId: "f-1" }), false);
    });
  });
});
