import assert from "node:assert/strict";
import { aControl, instant, NOON_MS } from "../../../test/support/builders.js";
import type { Live } from "../../data/live.js";
import type { ControlPair } from "../../data/studio-data.js";
import { effectiveMode, releaseStep } from "./effective-mode.js";

const ready = (value: ControlPair): Live<ControlPair> => ({
  state: "ready",
  value,
  isFromCache: false,
  confirmedAtMs: NOON_MS,
});
const found = (overrides: Parameters<typeof aControl>[0] = {}) =>
  ({ kind: "found", value: aControl(overrides) }) as const;

describe("views/control/effective-mode", () => {
  it("takes the stricter of the studio's and the global mode", () => {
    assert.equal(effectiveMode(ready({ studio: found(), global: found() }))?.mode, "normal");
    const stopped = effectiveMode(ready({ studio: found({ mode: "read_only" }), global: found({ mode: "stopped" }) }));
    assert.deepEqual([stopped?.mode, stopped?.isGlobal], ["stopped", true]);
  });

  it("counts a missing, unreadable or refused control document as stopped", () => {
    assert.equal(effectiveMode(ready({ studio: { kind: "missing" }, global: found() }))?.mode, "stopped");
    const broken = ready({ studio: found(), global: { kind: "unreadable", problem: "mode" } });
    assert.equal(effectiveMode(broken)?.mode, "stopped");
    const refused = { state: "failed", code: "PERMISSION_DENIED", message: "no", requestId: null } as const;
    assert.equal(effectiveMode(refused)?.mode, "stopped");
  });

  it("knows nothing while the documents are being read", () => {
    assert.equal(effectiveMode({ state: "loading" }), null);
  });

  it("asks one person, lets a second confirm, and the first release alone from five minutes on", () => {
    const request = { by: { id: "ana", name: "Ana" }, at: instant(NOON_MS), reason: "All is well again" };
    assert.equal(releaseStep(null, "ana", NOON_MS).kind, "ask");
    assert.equal(releaseStep(request, "bo", NOON_MS).kind, "confirm");
    assert.equal(releaseStep(request, "ana", NOON_MS + 299_999).kind, "wait");
    assert.equal(releaseStep(request, "ana", NOON_MS + 300_000).kind, "phrase");
  });
});
