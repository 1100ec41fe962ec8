import assert from "node:assert/strict";
import { decideHold } from "./decide-hold.js";
import type { Held, HoldStep, OwnCall, Want } from "./decide-hold.js";
import type { JobState } from "../contracts/index.js";

const held = (state: Held["state"], claims: number[] = []): Held => ({ state, turn: 4, claims });
const own = (overrides: Partial<OwnCall> = {}): OwnCall => ({
  did: "pause",
  turn: 4,
  wasOurs: false,
  outcome: "refused",
  attempts: 1,
  ...overrides,
});
const said = (step: HoldStep): string => {
  if (step.kind === "rest") return "rest";
  return step.kind === "call" ? step.call : `${step.state}${step.isByHand === true ? ", by hand" : ""}`;
};

type Row = readonly [string, Want, Held | null, JobState | null, OwnCall | null, string];
const ROWS: readonly Row[] = [
  ["a running job is paused", "held", null, "ENABLED", null, "pause"],
  ["a job that somebody resumed during a stop is paused again", "held", held("paused"), "ENABLED", null, "pause"],
  ["a job that is about to be resumed is paused", "held", held("resuming"), "ENABLED", null, "pause"],
  ["a job that was paused by hand is left alone", "held", null, "PAUSED", null, "rest"],
  ["and one that we let go of before", "held", held("running"), "PAUSED", null, "rest"],
  ["a pause that nobody recorded counts as ours", "held", held("pausing"), "PAUSED", null, "paused"],
  ["so does one of our own call", "held", held("pausing"), "PAUSED", own({ outcome: "done" }), "paused"],
  [
    "so does one that an earlier attempt may have made",
    "held",
    held("pausing"),
    "PAUSED",
    own({ attempts: 2 }),
    "paused",
  ],
  [
    "so does one that an earlier run may have made",
    "held",
    held("pausing"),
    "PAUSED",
    own({ wasOurs: true }),
    "paused",
  ],
  ["so does one after another run took over", "held", held("pausing"), "PAUSED", own({ turn: 3 }), "paused"],
  ["somebody who was faster keeps it", "held", held("pausing"), "PAUSED", own(), "running, by hand"],
  ["also when it was released meanwhile", "free", held("pausing"), "PAUSED", own(), "running, by hand"],
  ["a resume that never came through is ours still", "held", held("resuming"), "PAUSED", null, "paused"],
  ["what we paused rests", "held", held("paused"), "PAUSED", null, "rest"],
  ["a job that Cloud Scheduler gave up starts nothing", "held", null, "DISABLED", null, "rest"],
  ["and is not ours any more", "held", held("pausing"), "DISABLED", null, "running"],
  ["a job that cannot be paused is an alarm", "held", null, "UPDATE_FAILED", null, "stuck"],
  ["and so is one in a state without a name", "held", held("pausing"), "UNKNOWN", null, "stuck"],
  ["once", "held", held("stuck"), "UPDATE_FAILED", null, "rest"],
  ["until it can be paused again", "held", held("stuck"), "ENABLED", null, "pause"],
  ["or somebody paused it", "held", held("stuck"), "PAUSED", null, "running"],
  ["a job of ours that is gone is an alarm", "held", held("paused"), null, null, "missing"],
  ["also after the release", "free", held("pausing"), null, null, "missing"],
  ["once, too", "free", held("missing"), null, null, "rest"],
  ["a job that was never ours may go", "held", null, null, null, "rest"],
  ["what we paused is resumed", "free", held("paused"), "PAUSED", null, "resume"],
  ["also after a crash before its record", "free", held("pausing"), "PAUSED", null, "resume"],
  ["also after a crash in the middle of a resume", "free", held("resuming"), "PAUSED", null, "resume"],
  [
    "also when another run let go of it meanwhile",
    "free",
    held("running"),
    "PAUSED",
    own({ outcome: "done" }),
    "resume",
  ],
  ["what was paused by hand is never resumed", "free", null, "PAUSED", null, "rest"],
  ["not after we let go of it either", "free", held("running"), "PAUSED", null, "rest"],
  ["not a new job in the place of one that was gone", "free", held("missing"), "PAUSED", null, "running"],
  ["what runs again is let go of", "free", held("paused"), "ENABLED", null, "running"],
  ["what another run may be about to pause is not", "free", held("pausing", [3]), "ENABLED", null, "rest"],
  ["not after we resumed it either", "free", held("resuming", [3]), "ENABLED", own({ did: "resume" }), "rest"],
  ["and what that run has paused is resumed", "free", held("resuming", [3]), "PAUSED", null, "resume"],
  ["our own word holds us up no longer", "free", held("pausing", [4]), "ENABLED", own({ outcome: "done" }), "running"],
  ["a pause may be that of a run under way", "held", held("pausing", [3, 4]), "PAUSED", own(), "paused"],
  ["a running job runs on", "free", null, "ENABLED", null, "rest"],
];

describe("scheduling/decide-hold", () => {
  for (const [what, want, record, seen, call, expected] of ROWS)
    it(`${what}: ${want}, ${record?.state ?? "nothing"} on record, ${seen ?? "gone"}: ${expected}`, () => {
      assert.equal(said(decideHold(want, record, seen, call)), expected);
    });
});
