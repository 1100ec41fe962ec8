import assert from "node:assert/strict";
import { AuditEvent } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { anAgentActor, anOwner } from "../../test/support/builders.js";
import { NOW, sha256 } from "../../test/support/fake-means.js";
import { canonicalJson } from "./canonical-json.js";
import { recordEvent } from "./record-event.js";
import type { EventDraft, RecordedEvent } from "./record-event.js";

const MEANS = { eventId: "event-1", nonce: "0".repeat(32), salt: "1".repeat(32), sha256 };
const record = (overrides: Partial<EventDraft> = {}): RecordedEvent =>
  recordEvent(
    {
      tenantId: "kiln-house",
      type: "proposal.approved",
      at: NOW,
      actor: anOwner(),
      outcome: "done",
      requestId: "request-1",
      ...overrides,
    },
    MEANS,
  );
const written = ({ changes }: RecordedEvent): Record<string, JsonObject> =>
  Object.fromEntries(changes.map((change) => [change.path, change.op === "create" ? change.data : {}]));

describe("audit/record-event", () => {
  it("creates one document: the canonical bytes of the event, and copies to search by", () => {
    const recorded = record({ proposalId: "p-1", data: { rev: 2 } });
    assert.deepEqual(
      recorded.changes.map(({ op, path }) => [op, path]),
      [["create", "tenants/kiln-house/auditEvents/event-1"]],
    );
    const stored = written(recorded)["tenants/kiln-house/auditEvents/event-1"];
    assert.equal(stored?.["canonical"], canonicalJson(recorded.event));
    assert.equal(stored["pending"], true);
    assert.deepEqual(AuditEvent.parse(JSON.parse(stored["canonical"])), recorded.event);
  });

  it("keeps free text apart, and of it only a salted hash in the event", () => {
    const recorded = record({ freeText: { reason: "Ana was there" } });
    const payload = written(recorded)["tenants/kiln-house/auditPayloads/event-1"];
    assert.deepEqual(payload, { salt: MEANS.salt, payload: { reason: "Ana was there" } });
    assert.equal(recorded.event.payloadHash, sha256(`${MEANS.salt}{"reason":"Ana was there"}`));
    assert.ok(!canonicalJson(recorded.event).includes("Ana was there"));
  });

  it("names who answers for it: the chain that it is told, or the actor and the owner of an agent", () => {
    const chainOf = (draft: Partial<EventDraft>) => record(draft).event.actChain;
    assert.deepEqual(chainOf({}), [{ type: "human", id: "olga", as: "requester" }]);
    assert.deepEqual(chainOf({ actor: anAgentActor() }), [
      { type: "agent", id: "pi-1", as: "requester" },
      { type: "human", id: "olga", as: "agentOwner" },
    ]);
    const told = [{ type: "system", id: "sweep", as: "requester" }] as const;
    assert.deepEqual(chainOf({ actChain: told }), told);
  });

  it("writes no payload where nobody said anything", () => {
    const recorded = record({ freeText: {} });
    assert.equal(recorded.changes.length, 1);
    assert.equal(recorded.event.payloadHash, null);
  });

  it("hashes what was asked for and what came of it, in any order of keys", () => {
    const { event } = record({ input: { b: 1, a: 2 }, output: [1] });
    assert.equal(event.inputHash, sha256('{"a":2,"b":1}'));
    assert.equal(event.outputHash, sha256("[1]"));
    assert.equal(record().event.inputHash, null);
  });

  it("is a warning when something was refused, unless it is said otherwise", () => {
    assert.equal(record().event.severity, "info");
    assert.equal(record({ outcome: "refused", reasonCode: "NO_OP" }).event.severity, "warning");
    assert.equal(record({ outcome: "refused", reasonCode: "NO_OP", severity: "alarm" }).event.severity, "alarm");
  });

  it("throws rather than put on record what breaks the contract or cannot be hashed", () => {
    assert.throws(() => record({ tenantId: "Kiln/House" }));
    assert.throws(() => record({ at: "yesterday" }));
    assert.throws(() => record({ resourceRefs: [{ path: "firings/../x", auditVersion: 1 }] }));
    assert.throws(() => record({ input: { a: NaN } }), /not finite/);
  });
});
