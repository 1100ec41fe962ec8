import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { aControl, aDelegation } from "../../test/support/builders.js";
import { toDocument } from "../commit/document-change.js";
import type { Agent, JsonObject } from "../contracts/index.js";
import type { Deps } from "../commit/deps.js";
import type { DocumentQuery, StoredDocument, TransactionReads } from "../commit/transactor.js";
import { decideAgentSubmission } from "./submit-for-agent.js";

const SENT = "2026-03-02T08:00:00.000Z";
const ARRIVED = "2026-03-03T20:00:00.000Z";

describe("proposals/submit-for-agent", () => {
  it("judges a late request by the calendar of when it was sent: a firing of that night explains it", async () => {
    const asked: DocumentQuery[] = [];
    const { answer } = await submit(firing({ status: "firing" }), { sentAt: SENT, isLate: true }, asked);
    assert.equal(answer.kind === "refused" && answer.reason, "NOT_WARRANTED");
    assert.equal(asked[0]?.where.find(({ field }) => field === "startAt")?.value, "2026-03-02T20:00:00.000Z");
  });

  it("tells the approver that a request arrived late, and when it was sent", async () => {
    const { answer } = await submit(firing({ status: "complete" }), { sentAt: SENT, isLate: true });
    assert.ok(answer.kind === "accepted");
    assert.match(answer.answer.proposal.evidence[0]?.summary ?? "", /Arrived late.*2026-03-02T08:00/);
  });

  it("names in the chain in which run of its process the agent asked", async () => {
    const { answer, events } = await submit(firing({ status: "complete" }), {
      sentAt: ARRIVED,
      isLate: false,
      runId: "boot-7",
    });
    assert.ok(answer.kind === "accepted");
    const [first] = answer.answer.proposal.actChain;
    assert.deepEqual(first, { type: "agent", id: "agent-1", as: "requester", runId: "boot-7" });
    assert.deepEqual(events[0]?.event.actChain[0], first);
  });

  it("adds nothing to a request that came in time", async () => {
    const { answer } = await submit(firing({ status: "complete" }), { sentAt: ARRIVED, isLate: false });
    assert.deepEqual(answer.kind === "accepted" && answer.answer.proposal.evidence, []);
  });

  it("refuses what the registry does not let an agent propose, and what it does not know", async () => {
    for (const [capabilityId, reason] of [
      ["batch.opsNote.append", "NOT_PROPOSABLE_BY_AGENT"],
      ["kiln.start", "CAPABILITY_UNKNOWN"],
    ]) {
      const { answer, events } = await submit(firing({}), { sentAt: ARRIVED, isLate: false }, [], capabilityId);
      assert.equal(answer.kind === "refused" && answer.reason, reason);
      assert.equal(events[0]?.event.reasonCode, reason);
    }
  });
});

function submit(
  document: JsonObject,
  sent: { sentAt: string; isLate: boolean; runId?: string },
  asked: DocumentQuery[] = [],
  capabilityId = "firing.flag",
) {
  return decideAgentSubmission(deps, readsOf(document, asked), {
    tenantId: "t-1",
    agent: AGENT,
    proposal: {
      capabilityId,
      request: { kilnId: "kiln-a", attention: "room_overheat", note: "41 °C", unlessBookedWithinHours: 12 },
      ruleId: "kiln-room-hot",
      rationale: "hot",
      evidence: [],
    },
    requestId: "request-1",
    now: ARRIVED,
    ...sent,
  });
}

const LENT = toDocument(
  aDelegation({ tenantId: "t-1", delegate: "agent-1", issuedAt: SENT, expiresAt: "2026-03-20T00:00:00.000Z" }),
);
const CONTROL = toDocument(aControl());

let ids = 0;
const deps: Deps = {
  transactor: { transact: () => assert.fail("runs in the caller's transaction") },
  clock: { now: () => ARRIVED },
  ids: { random: () => `id-${(ids += 1)}`, hex: (bytes) => "0".repeat(bytes * 2) },
  sha256: (text) => createHash("sha256").update(text).digest("hex"),
};

const AGENT: Agent = {
  agentId: "agent-1",
  tenantId: "t-1",
  name: "Kiln room",
  ownerUid: "olive",
  status: "active",
  keys: [{ keyId: "0".repeat(16), publicKey: `${"A".repeat(43)}=`, notBefore: SENT, notAfter: null, revokedAt: null }],
  enrolledAt: SENT,
  revokedAt: null,
  auditVersion: 1,
  lastEventId: "event-1",
};

function firing(change: JsonObject): JsonObject {
  return {
    firingId: "f-1",
    kilnId: "kiln-a",
    kilnName: "Kiln A",
    title: "Bisque 12",
    program: "bisque",
    cone: "04",
    status: "complete",
    startAt: "2026-03-02T02:00:00.000Z",
    endAt: "2026-03-02T12:00:00.000Z",
    peakTempC: null,
    batchIds: [],
    faultNote: null,
    attention: null,
    ...change,
  };
}

/** One firing, whatever is asked, in an open studio. */
function readsOf(document: JsonObject, asked: DocumentQuery[]): TransactionReads {
  const stored = (path: string): StoredDocument => ({
    path,
    data: path.endsWith("firings/f-1") ? document : path.endsWith("control/state") ? CONTROL : null,
    updateTime: null,
  });
  return {
    get: (paths) => Promise.resolve(paths.map(stored)),
    count: () => Promise.resolve(0),
    query: (query) => {
      if (query.collection.endsWith("/delegations"))
        return Promise.resolve([{ ...stored(query.collection), data: LENT }]);
      asked.push(query);
      return Promise.resolve([stored("tenants/t-1/firings/f-1")]);
    },
  };
}
