import assert from "node:assert/strict";
import { SOLO_RELEASE_DELAY_MS, SOLO_RELEASE_PHRASE } from "../contracts/index.js";
import type { ControlState } from "../contracts/index.js";
import { aControl, aPerson, anOperator, anOwner, anotherOwner, listed } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { decideRelease, releasersOf } from "./release-stop.js";
import type { ReleaseDecision } from "./release-stop.js";

const olga = { id: "olga", name: "Olga Owner" };
const waiting = { releaseRequest: { by: olga, at: NOW, reason: "All clear again, says Otto." } };
const FIVE = later(SOLO_RELEASE_DELAY_MS);
const PHRASE = SOLO_RELEASE_PHRASE;

const PEOPLE = [
  { ...listed(anOwner()), aliases: ["olga-2"] },
  listed(anotherOwner()),
  listed(anOperator()),
  { ...listed(aPerson("gone", ["owner"])), disabledAt: NOW },
];
const asked = (id: string) => ({ releaseRequest: { ...waiting.releaseRequest, by: { id, name: id } } });

type Row = readonly [string, Partial<ControlState>, string, string | null, string, string];
const rows: readonly Row[] = [
  ["a first request asks", {}, "olga", null, NOW, "request"],
  ["a first request with the phrase only asks", {}, "olga", PHRASE, later(HOUR), "request"],
  ["a second person releases at once", waiting, "omar", null, NOW, "release"],
  ["a second person needs no phrase", waiting, "omar", "anything", NOW, "release"],
  ["the same person without phrase does not", waiting, "olga", null, later(HOUR), "RELEASE_NOT_CONFIRMED"],
  ["the same person with the phrase does at exactly 5 minutes", waiting, "olga", PHRASE, FIVE, "release"],
  ["a millisecond earlier they do not", waiting, "olga", PHRASE, later(-1, FIVE), "RELEASE_NOT_CONFIRMED"],
  ["another phrase does not count", waiting, "olga", "Release the stop", FIVE, "RELEASE_NOT_CONFIRMED"],
  ["a phrase with a blank does not count", waiting, "olga", `${PHRASE} `, FIVE, "RELEASE_NOT_CONFIRMED"],
  ["an unreadable clock does not count", waiting, "olga", PHRASE, "soon", "RELEASE_NOT_CONFIRMED"],
  ["another account of the same person is the same", waiting, "olga-2", null, NOW, "RELEASE_NOT_CONFIRMED"],
  ["what somebody asked who is out counts for nothing", asked("gone"), "olga", null, NOW, "request"],
  ["what somebody asked who may not release counts for nothing", asked("otto"), "olga", null, NOW, "request"],
  ["what somebody asked whom nobody knows counts for nothing", asked("eve"), "omar", null, NOW, "request"],
  ["what is normal is not released", { mode: "normal" }, "olga", null, NOW, "CONTROL_UNCHANGED"],
  ["read-only is released like a stop", { ...waiting, mode: "read_only" }, "omar", null, NOW, "release"],
];

const said = (decision: ReleaseDecision): string => (decision.kind === "refused" ? decision.reason : decision.kind);

describe("policy/release-stop", () => {
  for (const [what, state, uid, phrase, now, expected] of rows)
    it(`${what}: ${expected}`, () => {
      const control = aControl({ mode: "stopped", ...state });
      assert.equal(said(decideRelease(control, aPerson(uid, ["owner"]), phrase, now, releasersOf(PEOPLE))), expected);
    });
});
