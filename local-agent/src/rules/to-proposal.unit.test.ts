import assert from "node:assert/strict";
import { AgentProposalRequest, FiringFlagRequest } from "@studio-os/functions/contracts";
import * as fc from "fast-check";
import type { Firing } from "./evolve-rule.js";
import { Rule, Rules } from "./rule.js";
import { toProposal } from "./to-proposal.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const aRule = (change: Readonly<Record<string, unknown>> = {}, propose: Readonly<Record<string, unknown>> = {}) => ({
  id: "kiln-room-hot",
  title: "Kiln room hot",
  watch: { deviceId: "hubitat:12", attribute: "temperature", is: "above", threshold: 35, hysteresis: 2, unit: "°C" },
  forSeconds: 300,
  coolDownSeconds: 3_600,
  propose: {
    capabilityId: "firing.flag",
    kilnId: "kiln-1",
    attention: "room_overheat",
    unlessBookedWithinHours: 12,
    note: "{device} is at {value} {unit} since {since}.",
    ...propose,
  },
  ...change,
});
const aFiring = (change: Partial<Firing> = {}): Firing => ({
  ruleId: "kiln-room-hot",
  sinceMs: T0,
  atMs: T0 + 300_000,
  watched: {
    deviceId: "hubitat:12",
    attribute: "temperature",
    value: 37.2,
    unit: "°C",
    observedAt: "2026-11-21T08:05:00.000Z",
    quality: "live",
  },
  conditions: [],
  ...change,
});
const named = () => ({ name: "Ceiling sensor", room: "Kiln room" });

describe("local-agent/rules/to-proposal", () => {
  it("says in the rationale and the evidence what was read, in which unit, since when", () => {
    const proposal = toProposal(Rule.parse(aRule()), aFiring(), named);
    assert.match(proposal.rationale, /above 35 °C.*since 2026-11-21T08:00:00.000Z.*300 s.*temperature 37.2 °C, live/);
    assert.deepEqual(
      proposal.evidence.map(({ kind, ref }) => [kind, ref]),
      [
        ["reading", "hubitat:12/temperature"],
        ["rule", "kiln-room-hot"],
      ],
    );
    const request = FiringFlagRequest.parse(proposal.request);
    assert.equal(request.note, "Ceiling sensor (Kiln room) is at 37.2 °C since 2026-11-21T08:00:00.000Z.");
  });

  it("names no identity, tenant or owner: the cloud takes them from the key", () => {
    const text = JSON.stringify(toProposal(Rule.parse(aRule()), aFiring(), named));
    assert.doesNotMatch(text, /tenant|owner|actor|agentId/i);
  });

  it("says that nothing was heard when a sensor was silent from the start", () => {
    const rule = Rule.parse(aRule({ watch: { deviceId: "hubitat:12", attribute: "temperature", is: "silent" } }));
    const proposal = toProposal(rule, aFiring({ watched: null }), () => undefined);
    assert.match(proposal.rationale, /hubitat:12 temperature is silent.*Nothing was heard/);
  });

  it("keeps the public language whatever a device calls itself", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 120 }),
        fc.string({ unit: "binary", maxLength: 200 }),
        (name, value) => {
          const rule = Rule.parse(aRule({ when: [] }, { note: "{device} {value} {title} ".repeat(12) }));
          const watched = { ...aFiring().watched!, value };
          const proposal = toProposal(rule, aFiring({ watched }), () => ({ name, room: name }));
          assert.ok(AgentProposalRequest.safeParse(proposal).success);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("does not fill placeholders that came in with a device's name", () => {
    const proposal = toProposal(Rule.parse(aRule()), aFiring(), () => ({ name: "{value}{title}", room: null }));
    assert.match(FiringFlagRequest.parse(proposal.request).note, /^\{value\}\{title\} is at 37\.2/);
  });
});

describe("local-agent/rules/rule", () => {
  const refused = (rule: unknown) => Rules.safeParse([rule]).error?.issues.map((issue) => issue.path.join(".")) ?? [];

  it("accepts the plain rule that the refused ones differ from", () => {
    assert.deepEqual(refused(aRule()), []);
  });

  it("refuses a capability that agents may not propose", () => {
    assert.deepEqual(refused(aRule({}, { capabilityId: "batch.opsNote.append" })), ["0.propose.capabilityId"]);
  });

  it("refuses a placeholder that nothing fills, an action, a zone that does not exist and a silence without a device", () => {
    assert.deepEqual(refused(aRule({}, { note: "{token} leaks" })), ["0.propose.note"]);
    assert.deepEqual(refused({ ...aRule(), action: "off" }), ["0"]);
    assert.deepEqual(refused(aRule({ hours: { from: "21:00", to: "07:00", timeZone: "Mars/Olympus" } })), [
      "0.hours.timeZone",
    ]);
    assert.deepEqual(refused(aRule({ watch: { is: "silent" } })), ["0.watch.deviceId", "0.watch.attribute"]);
  });

  it("refuses two rules of one id, because they would share a cool-down", () => {
    assert.equal(Rules.safeParse([aRule(), aRule()]).error?.issues[0]?.message, "the id kiln-room-hot is taken");
  });
});
