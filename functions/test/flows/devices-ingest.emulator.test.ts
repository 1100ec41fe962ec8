import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  AgentHealth,
  AgentStream,
  BUCKET_OBSERVATIONS,
  DeviceBoard,
  LATE_AFTER_MS,
  MAX_CLOCK_SKEW_MS,
  ObservationBucket,
  PLATFORM_TENANT_ID,
  REPLAY_WINDOW,
  agentHealthRef,
  deviceBoardRef,
} from "../../src/contracts/index.js";
import type { AgentEnvelope, AgentPayload, Device, ReasonCode } from "../../src/contracts/index.js";
import { ingestEnvelope, keepExhausted } from "../../src/devices/ingest-envelope.js";
import { redriveDeadLetter } from "../../src/devices/redrive-dead-letter.js";
import { revokeAgent } from "../../src/devices/revoke-agent.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { aFiringDocument } from "../support/emulator.js";
import { aDelivery, aKey, anObservation, at, observations, toBytes } from "../support/uplink-fixtures.js";
import { openUplinkStudio, streamsPath } from "../support/uplink-studio.js";
import type { UplinkStudio } from "../support/uplink-studio.js";

/** Rounds of a race that takes the emulator seconds each: the whole count runs with STUDIO_TEST_FULL=1. */
const RACES = process.env["STUDIO_TEST_FULL"] === "1" ? 20 : 3;

describe("devices/ingest-envelope on Firestore", function () {
  this.timeout(60_000);
  let uplink: UplinkStudio;
  let tenantId: string;

  beforeEach(async () => {
    uplink = await openUplinkStudio();
    ({ tenantId } = uplink.studio);
  });
  afterEach(() => uplink.studio.close());

  const stream = async (bootId = "boot-1"): Promise<Record<string, unknown> | undefined> =>
    (await uplink.studio.firestore.doc(`${streamsPath(tenantId, uplink.agentId)}/${bootId}`).get()).data();

  const device = async (deviceId = "hubitat:12"): Promise<Device | undefined> => {
    const board = await uplink.studio.read(deviceBoardRef(uplink.agentId));
    return board === undefined ? undefined : DeviceBoard.parse(fromFirestore(board)).devices[deviceId];
  };
  const health = async (): Promise<AgentHealth | undefined> => {
    const stored = await uplink.studio.read(agentHealthRef(uplink.agentId));
    return stored === undefined ? undefined : AgentHealth.parse(fromFirestore(stored));
  };

  /** Refused with this reason: nothing changed, the message is kept whole, one event says so. */
  async function assertRefused(message: AgentEnvelope | Uint8Array, reason: ReasonCode): Promise<void> {
    const bytes = message instanceof Uint8Array ? message : toBytes(message);
    const [before, eventsBefore] = [await uplink.state(), await uplink.events("envelope.refused")];
    assert.deepEqual(await uplink.ingest(bytes), { kind: "refused", reason });
    assert.deepEqual(await uplink.state(), before);
    const letter = await uplink.deadLetter(bytes);
    assert.deepEqual([letter?.reasonCode, letter?.occurrences], [reason, 1]);
    assert.equal(letter?.body, Buffer.from(bytes).toString("base64"));
    const events = await uplink.events("envelope.refused");
    assert.equal(events.length, eventsBefore.length + 1);
    assert.ok(events.some((event) => event["reasonCode"] === reason));
  }

  it("stores the readings of an envelope in two documents: the stream with its history, and the board of all devices", async () => {
    const accepted = await uplink.ingest(uplink.envelope());
    assert.deepEqual(accepted, { kind: "accepted", answer: { isLate: false, proposalRefused: null } });
    const paths = Object.keys(await uplink.state()).map((path) => path.slice(`tenants/${tenantId}/`.length));
    const { agentId } = uplink;
    assert.deepEqual(paths, [`devices/${agentId}`, `agents/${agentId}/streams/boot-1`]);
    assert.deepEqual((await device())?.readings["temperature"]?.value, 21.5);
    assert.deepEqual((await stream())?.["acceptedObservations"], 1);
  });

  it("counts two concurrent deliveries of one envelope once, round after round", async () => {
    for (let seq = 1; seq <= RACES; seq += 1) {
      const body = toBytes(uplink.envelope({ seq }));
      const outcomes = await Promise.all([uplink.ingest(body), uplink.ingest(body)]);
      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["accepted", "refused"]);
    }
    const counted = await stream();
    assert.deepEqual([counted?.["acceptedEnvelopes"], counted?.["acceptedObservations"]], [RACES, RACES]);
    assert.equal(counted?.["replaysRefused"], RACES);
  });

  it("changes nothing on a duplicate delivery but the count of replays, and puts a flood of them on record once", async () => {
    const body = toBytes(uplink.envelope());
    await uplink.ingest(body);
    const before = await uplink.state();
    for (let copy = 0; copy < 5; copy += 1)
      assert.deepEqual(await uplink.ingest(body), { kind: "refused", reason: "ENVELOPE_REPLAYED" });
    const after = await uplink.state();
    const path = `${streamsPath(tenantId, uplink.agentId)}/boot-1`;
    assert.deepEqual(after, { ...before, [path]: { ...(before[path] as object), replaysRefused: 5 } });
    assert.equal((await uplink.events("envelope.refused")).length, 1);
    assert.equal(await uplink.deadLetter(body), null);
  });

  it("keeps what comes under a number that was used for something else", async () => {
    await uplink.ingest(uplink.envelope());
    const other = toBytes(uplink.envelope({ payload: observations(anObservation({ value: 99 })) }));
    assert.deepEqual(await uplink.ingest(other), { kind: "refused", reason: "ENVELOPE_REPLAYED" });
    assert.equal((await uplink.deadLetter(other))?.reasonCode, "ENVELOPE_REPLAYED");
  });

  it("makes a bucket of the tail once it is full, and knows a replay of what lies in it", async () => {
    const many = (from: number) =>
      observations(
        ...Array.from({ length: BUCKET_OBSERVATIONS / 2 }, (_, index) => anObservation({ value: from + index })),
      );
    const first = toBytes(uplink.envelope({ seq: 1, payload: many(0) }));
    await uplink.ingest(first);
    assert.equal(AgentStream.parse(fromFirestore((await stream()) ?? {})).tail.length, 1);
    await uplink.ingest(uplink.envelope({ seq: 2, payload: many(1_000) }));
    const parsed = AgentStream.parse(fromFirestore((await stream()) ?? {}));
    assert.deepEqual([parsed.tail.length, parsed.acceptedObservations], [0, BUCKET_OBSERVATIONS]);
    const stored = await uplink.studio.read(`observations/${uplink.agentId}.boot-1.1`);
    const bucket = ObservationBucket.parse(fromFirestore(stored ?? {}));
    assert.deepEqual(
      bucket.batches.map(({ seq, observations: kept }) => [seq, kept.length]),
      [
        [1, BUCKET_OBSERVATIONS / 2],
        [2, BUCKET_OBSERVATIONS / 2],
      ],
    );
    await uplink.ingest(first);
    assert.equal(await uplink.deadLetter(first), null);
    const other = toBytes(uplink.envelope({ seq: 1 }));
    await uplink.ingest(other);
    assert.equal((await uplink.deadLetter(other))?.reasonCode, "ENVELOPE_REPLAYED");
  });

  it("accepts envelopes out of order within the window, each once, and the newest reading stays", async () => {
    const order = [5, 1, 4, 2, 3];
    for (const seq of order) {
      const reading = anObservation({ value: seq, observedAt: at(-60_000 + seq * 1_000) });
      assert.equal((await uplink.ingest(uplink.envelope({ seq, payload: observations(reading) }))).kind, "accepted");
    }
    assert.equal((await device())?.readings["temperature"]?.value, 5);
    for (const seq of order) await uplink.ingest(uplink.envelope({ seq }));
    assert.deepEqual([(await stream())?.["acceptedEnvelopes"], (await stream())?.["replaysRefused"]], [5, 5]);
  });

  it("refuses a number behind the window with ENVELOPE_TOO_OLD until an operator vouches for its readings, and then once", async () => {
    await uplink.ingest(uplink.envelope({ seq: REPLAY_WINDOW + 1 }));
    const old = uplink.envelope({ seq: 1 });
    await assertRefused(old, "ENVELOPE_TOO_OLD");
    const deadLetterId = (await uplink.deadLetter(toBytes(old)))?.deadLetterId ?? "";
    const command = { actor: uplink.studio.owner, tenantId, deadLetterId, requestId: "redrive" };
    const first = await redriveDeadLetter(uplink.deps, command);
    assert.deepEqual(first, { kind: "accepted", answer: { isAccepted: true, reasonCode: null } });
    const second = await redriveDeadLetter(uplink.deps, command);
    assert.deepEqual(second, { kind: "accepted", answer: { isAccepted: false, reasonCode: "ENVELOPE_TOO_OLD" } });
    assert.deepEqual(
      [(await stream())?.["acceptedEnvelopes"], (await stream())?.["highestSeq"]],
      [2, REPLAY_WINDOW + 1],
    );
  });

  it("refuses what another key signed, and what was changed after it was signed, with SIGNATURE_INVALID", async () => {
    const forger = aKey();
    const forged = {
      ...uplink.envelope(),
      signature: uplink.envelope({}, { ...forger, key: uplink.signer.key }).signature,
    };
    await assertRefused(forged, "SIGNATURE_INVALID");
    await assertRefused({ ...uplink.envelope(), seq: 77 }, "SIGNATURE_INVALID");
    await assertRefused(uplink.envelope({}, forger), "SIGNATURE_INVALID");
    assert.equal(await stream(), undefined);
  });

  it("refuses an agent that is not enrolled with AGENT_UNKNOWN", async () => {
    await assertRefused(uplink.envelope({ agentId: "nobody-knows-me" }), "AGENT_UNKNOWN");
  });

  it("refuses everything that is signed after the revocation with AGENT_REVOKED", async () => {
    await uplink.ingest(uplink.envelope());
    const command = { actor: uplink.studio.owner, tenantId, agentId: uplink.agentId, requestId: "revoke" };
    await revokeAgent(uplink.deps, { ...command, body: { reason: "the Pi was stolen", keyId: null } });
    await assertRefused(uplink.envelope({ seq: 2 }), "AGENT_REVOKED");
  });

  it("refuses an agent of another studio with TENANT_MISMATCH and tells both studios", async () => {
    const other = await openUplinkStudio();
    try {
      const foreign = other.envelope({ tenantId });
      const othersBefore = await other.state();
      await assertRefused(foreign, "TENANT_MISMATCH");
      assert.deepEqual(await other.state(), othersBefore);
      const [atHome] = await other.events("envelope.refused");
      assert.equal(atHome?.["reasonCode"], "TENANT_MISMATCH");
      assert.equal((atHome["actor"] as { id: string }).id, other.agentId);
      assert.equal((atHome["data"] as { namedTenantId: string }).namedTenantId, tenantId);
    } finally {
      await other.studio.close();
    }
  });

  it("tells a studio nothing about messages that only claim to be from its agent", async () => {
    const other = await openUplinkStudio();
    try {
      const claimed = { ...other.envelope({ tenantId }), signature: uplink.envelope().signature };
      await assertRefused(claimed, "AGENT_UNKNOWN");
      assert.deepEqual(await other.events("envelope.refused"), []);
    } finally {
      await other.studio.close();
    }
  });

  it("keeps dozens of malformed messages, each once, those that name no studio with the platform", async () => {
    const before = await uplink.state();
    const valid = toBytes(uplink.envelope());
    const nameless = [...Array.from({ length: 24 }, (_, index) => randomBytes(index * 7)), valid.subarray(0, 60)];
    const named = [
      toBytes({ ...uplink.envelope(), seq: "1" }),
      toBytes({ ...uplink.envelope(), payload: { kind: "command", do: "open" } }),
      toBytes({ tenantId }),
      Buffer.from(` ${valid.toString()}`),
    ];
    for (const body of [...nameless, ...named])
      assert.deepEqual(await uplink.ingest(body), { kind: "refused", reason: "ENVELOPE_MALFORMED" });
    assert.deepEqual(await uplink.state(), before);
    for (const body of nameless)
      assert.equal((await uplink.deadLetter(body, PLATFORM_TENANT_ID))?.body, body.toString("base64"));
    for (const body of named) assert.equal((await uplink.deadLetter(body))?.reasonCode, "ENVELOPE_MALFORMED");
    assert.equal((await uplink.events("envelope.refused")).length, named.length);
  });

  it("keeps a message that names a studio which does not exist with the platform", async () => {
    const body = toBytes(uplink.envelope({ tenantId: "no-such-studio" }));
    await uplink.ingest(body);
    const letter = await uplink.deadLetter(body, PLATFORM_TENANT_ID);
    assert.equal(letter?.reasonCode, "TENANT_MISMATCH");
    assert.equal((await uplink.studio.firestore.doc("tenants/no-such-studio").get()).exists, false);
  });

  it("counts the same refused bytes on one dead letter, with one event", async () => {
    const body = toBytes({ ...uplink.envelope(), seq: 77 });
    for (let copy = 0; copy < 3; copy += 1) await uplink.ingest(body);
    assert.equal((await uplink.deadLetter(body))?.occurrences, 3);
    assert.equal((await uplink.events("envelope.refused")).length, 1);
  });

  it("stores a late envelope as history and shows none of it as live", async () => {
    const sentAt = at(-LATE_AFTER_MS - 1);
    const late = await uplink.ingest(
      uplink.envelope({ sentAt, payload: observations(anObservation({ observedAt: sentAt })) }),
    );
    assert.deepEqual(late, { kind: "accepted", answer: { isLate: true, proposalRefused: null } });
    const { tail } = AgentStream.parse(fromFirestore((await stream()) ?? {}));
    assert.deepEqual(
      tail.map(({ isLate }) => isLate),
      [true],
    );
    assert.equal((await device())?.readings["temperature"]?.quality, "stale");
  });

  it("refuses an envelope from the future with ENVELOPE_FROM_FUTURE, and takes it once its time has come", async () => {
    const future = uplink.envelope({ sentAt: at(MAX_CLOCK_SKEW_MS + 1) });
    await assertRefused(future, "ENVELOPE_FROM_FUTURE");
    uplink.setClock(at(MAX_CLOCK_SKEW_MS));
    assert.equal((await uplink.ingest(future)).kind, "accepted");
  });

  it("stores a connector's health and lets no older report replace it", async () => {
    const report = (state: "healthy" | "down", reportedAt: string): AgentPayload => ({
      kind: "health",
      connectors: [
        { connectorId: "hubitat", state, lastSuccessAt: null, lastError: null, consecutiveFailures: 0, reportedAt },
      ],
    });
    await uplink.ingest(uplink.envelope({ seq: 2, payload: report("down", at(-1_000)) }));
    await uplink.ingest(uplink.envelope({ seq: 1, payload: report("healthy", at(-9_000)) }));
    assert.equal((await health())?.connectors[0]?.state, "down");
    assert.equal((await stream())?.["acceptedEnvelopes"], 2);
  });

  describe("with a proposal", () => {
    const ask = (capabilityId = "firing.flag"): AgentPayload => ({
      kind: "proposal",
      proposal: {
        capabilityId,
        request: { kilnId: "kiln-a", attention: "room_overheat", note: "41 °C", unlessBookedWithinHours: 2 },
        ruleId: "kiln-room-hot",
        rationale: "The kiln room has been over 38 °C for ten minutes.",
        evidence: [],
      },
    });

    it("makes one proposal in the envelope's commit, owned by who enrolled the agent, however often it is delivered", async () => {
      await uplink.studio.put("firings/f-1", aFiringDocument("f-1"));
      const body = toBytes(uplink.envelope({ payload: ask() }));
      const outcomes = await Promise.all([uplink.ingest(body), uplink.ingest(body), uplink.ingest(body)]);
      assert.equal(outcomes.filter(({ kind }) => kind === "accepted").length, 1);
      const proposals = Object.entries(await uplink.state()).filter(([path]) => path.includes("/proposals/"));
      assert.equal(proposals.length, 1);
      const proposal = proposals[0]?.[1] as {
        ownerUid: string;
        actor: { type: string; id: string };
        actChain: { id: string; runId?: string }[];
        duplicates: number;
      };
      const { bootId } = JSON.parse(body.toString()) as { bootId: string };
      assert.deepEqual([proposal.actChain[0]?.id, proposal.actChain[0]?.runId], [uplink.agentId, bootId]);
      assert.deepEqual([proposal.ownerUid, proposal.duplicates], [uplink.studio.owner.id, 0]);
      assert.deepEqual([proposal.actor.type, proposal.actor.id], ["agent", uplink.agentId]);
      assert.equal((await uplink.events("proposal.submitted")).length, 1);
    });

    it("takes the envelope and puts the refusal of its proposal on record, when the proposal itself is refused", async () => {
      const outcome = await uplink.ingest(uplink.envelope({ payload: ask("no.such") }));
      assert.deepEqual(outcome, { kind: "accepted", answer: { isLate: false, proposalRefused: "CAPABILITY_UNKNOWN" } });
      assert.equal((await uplink.events("proposal.refused")).length, 1);
      assert.equal((await stream())?.["acceptedEnvelopes"], 1);
    });

    it("counts nothing when the proposal cannot be decided, so that the next delivery starts afresh", async () => {
      const body = toBytes(uplink.envelope({ payload: ask() }));
      const broken = { ...uplink.deps, submitAgentProposal: () => Promise.reject(new Error("down")) };
      await assert.rejects(ingestEnvelope(broken, aDelivery(body)), /down/);
      assert.deepEqual(await uplink.state(), {});
      assert.equal((await uplink.ingest(body)).kind, "accepted");
    });
  });

  describe("re-driving", () => {
    it("takes what is good today, marks it and names who did it", async () => {
      const agent = await openUplinkStudio();
      try {
        const body = toBytes(uplink.envelope());
        await keepExhausted(uplink.deps, aDelivery(body, { deliveryAttempt: 5 }));
        assert.equal((await uplink.deadLetter(body))?.reasonCode, "DELIVERY_EXHAUSTED");
        const deadLetterId = (await uplink.deadLetter(body))?.deadLetterId ?? "";
        const command = { actor: uplink.studio.owner, tenantId, deadLetterId, requestId: "redrive" };
        const outcome = await redriveDeadLetter(uplink.deps, command);
        assert.deepEqual(outcome, { kind: "accepted", answer: { isAccepted: true, reasonCode: null } });
        const driven = await uplink.deadLetter(body);
        assert.deepEqual([driven?.redrivenAt, driven?.acceptedAt], [at(0), at(0)]);
        assert.equal((await stream())?.["acceptedEnvelopes"], 1);
        const [event] = await uplink.events("dead_letter.redriven");
        assert.equal((event?.["actor"] as { id: string }).id, uplink.studio.owner.id);
        const again = await redriveDeadLetter(uplink.deps, command);
        assert.deepEqual(again, { kind: "accepted", answer: { isAccepted: false, reasonCode: "ENVELOPE_REPLAYED" } });
        const still = await uplink.deadLetter(body);
        assert.deepEqual([still?.acceptedAt, still?.reasonCode], [at(0), "DELIVERY_EXHAUSTED"]);
      } finally {
        await agent.studio.close();
      }
    });

    it("refuses again what is still wrong, and changes nothing else", async () => {
      const body = toBytes({ ...uplink.envelope(), seq: 77 });
      await uplink.ingest(body);
      const before = await uplink.state();
      const deadLetterId = (await uplink.deadLetter(body))?.deadLetterId ?? "";
      const command = { actor: uplink.studio.owner, tenantId, deadLetterId, requestId: "redrive" };
      const outcome = await redriveDeadLetter(uplink.deps, command);
      assert.deepEqual(outcome, { kind: "accepted", answer: { isAccepted: false, reasonCode: "SIGNATURE_INVALID" } });
      assert.deepEqual(await uplink.state(), before);
    });

    it("answers NOT_FOUND for a dead letter of another studio", async () => {
      const body = toBytes({ ...uplink.envelope(), seq: 77 });
      await uplink.ingest(body);
      const deadLetterId = (await uplink.deadLetter(body))?.deadLetterId ?? "";
      const another = await openUplinkStudio();
      try {
        const { owner, tenantId: elsewhere } = another.studio;
        const command = { actor: owner, tenantId: elsewhere, deadLetterId, requestId: "redrive" };
        assert.deepEqual(await redriveDeadLetter(uplink.deps, command), { kind: "refused", reason: "NOT_FOUND" });
      } finally {
        await another.studio.close();
      }
    });
  });
});
