import assert from "node:assert/strict";
import { AGENT_OFFLINE_AFTER_MS } from "@studio-os/functions/contracts";
import { anAgent, anAgentHealth, anAgentKey, instant, NOON_MS, someVitals } from "../../../test/support/builders.js";
import { agentState, isGood, keyState, vitalsOf } from "./agent-facts.js";

const said = (vitals: Parameters<typeof vitalsOf>[0], label: string) =>
  vitalsOf(vitals, NOON_MS).find((vital) => vital.label === label);

describe("views/devices/agent-facts", () => {
  it("lets a key that was replaced count until, but not at, its end, and a revoked one never", () => {
    const ending = anAgentKey({ notAfter: instant(NOON_MS) });
    assert.deepEqual([keyState(ending, NOON_MS - 1), keyState(ending, NOON_MS)], ["ending", "ended"]);
    assert.equal(keyState(anAgentKey(), NOON_MS), "current");
    const revoked = anAgentKey({ revokedAt: instant(NOON_MS), notAfter: instant(NOON_MS + 1) });
    assert.deepEqual(
      [keyState(revoked, NOON_MS), isGood(revoked, NOON_MS), isGood(ending, NOON_MS - 1)],
      ["revoked", false, true],
    );
  });

  it("tells an agent that is silent from one that never reported, and both from one that is revoked", () => {
    const heard = (agoMs: number) => anAgentHealth({ lastHeardAt: instant(NOON_MS - agoMs) }, NOON_MS);
    const agent = anAgent({}, NOON_MS);
    assert.equal(agentState(agent, heard(AGENT_OFFLINE_AFTER_MS - 1), NOON_MS), "online");
    assert.equal(agentState(agent, heard(AGENT_OFFLINE_AFTER_MS), NOON_MS), "silent");
    assert.equal(agentState(agent, { ...heard(0), availability: "offline" }, NOON_MS), "silent");
    assert.equal(agentState(agent, null, NOON_MS), "unheard");
    assert.equal(agentState({ status: "revoked" }, heard(0), NOON_MS), "revoked");
  });

  it("says how far a clock is off and calls for somebody past a minute", () => {
    const clock = (skewMs: number) =>
      said(someVitals({ clock: { skewMs, uncertaintyMs: 120, measuredAt: instant(NOON_MS - 180_000) } }), "Clock");
    assert.deepEqual(clock(800), { label: "Clock", words: "right (± 0.1 s), measured 3 min ago", tone: null });
    assert.match(clock(-4_200)?.words ?? "", /^4\.2 s behind/);
    assert.deepEqual([clock(60_000)?.tone, clock(60_001)?.tone], [null, "attention"]);
    assert.match(clock(7_260_000)?.words ?? "", /^2 h ahead/);
    assert.equal(said(someVitals({ clock: null }), "Clock")?.words, "not measured yet");
  });

  it("says what waits on the disk, and which file of rules is not in force", () => {
    const waiting = { observations: 12_400, proposals: 1, bytes: 1_480_000 };
    const vital = said(someVitals({ waiting }), "Waiting to be sent");
    assert.deepEqual([vital?.words, vital?.tone], ["12,400 readings, 1 request, 1.5 MB", "attention"]);
    assert.equal(said(someVitals(), "Waiting to be sent")?.words, "nothing");
    assert.equal(said(someVitals({ rules: { count: 4, hasProblem: true } }), "Rules")?.tone, "attention");
    assert.equal(said({ ...someVitals(), version: undefined }, "Version")?.words, "not said");
  });
});
