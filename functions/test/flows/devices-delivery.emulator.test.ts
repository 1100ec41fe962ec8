import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PubSub } from "@google-cloud/pubsub";
import { createUplinkTopology } from "../../../scripts/dev/pubsub-topology.js";
import { DeviceBoard, UPLINK_MAX_DELIVERY_ATTEMPTS, UPLINK_TOPIC, deviceBoardRef } from "../../src/contracts/index.js";
import type { AgentEnvelope } from "../../src/contracts/index.js";
import { StudioError } from "../../src/commit/studio-error.js";
import { keepExhausted } from "../../src/devices/ingest-envelope.js";
import { takeEnvelopes } from "../../src/devices/push-trigger.js";
import { receivePush } from "../../src/devices/receive-push.js";
import type { PushMeans } from "../../src/devices/receive-push.js";
import { redriveDeadLetter } from "../../src/devices/redrive-dead-letter.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { requireEnv } from "../support/require-env.js";
import { anObservation, at, observations, toBytes } from "../support/uplink-fixtures.js";
import { openUplinkStudio, streamsPath } from "../support/uplink-studio.js";
import type { UplinkStudio } from "../support/uplink-studio.js";

/** Longest that a test waits for Pub/Sub: five deliveries with the emulator's pauses take about fifteen seconds. */
const PATIENCE_MS = 60_000;

describe("the uplink through Pub/Sub's own retry and dead letter", function () {
  this.timeout(120_000);
  const projectId = requireEnv("GCLOUD_PROJECT");
  const pubsub = new PubSub({ projectId, emulatorMode: true });
  let uplink: UplinkStudio;
  let server: Server;
  /** Throws for a delivery that is to fail; the tests set it. */
  let fault: (body: string) => void;
  let deliveries: { body: string; status: number; atMs: number }[];

  beforeEach(async () => {
    uplink = await openUplinkStudio();
    fault = () => undefined;
    deliveries = [];
    server = await serve();
    const { port } = server.address() as AddressInfo;
    await createUplinkTopology({ projectId, functionsOrigin: `http://127.0.0.1:${port}` });
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    await uplink.studio.close();
  });
  after(() => pubsub.close());

  /** The handlers of the two functions behind a server of the test's own. */
  async function serve(): Promise<Server> {
    const takeIn = takeEnvelopes(() => uplink.deps);
    const takes: Record<string, PushMeans["take"]> = {
      "/agentUplinkPush": async (delivery) => {
        fault(Buffer.from(delivery.body).toString());
        return takeIn(delivery);
      },
      "/agentUplinkDeadLetterPush": (delivery) => keepExhausted(uplink.deps, delivery).then(() => null),
    };
    const handler = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = JSON.parse(Buffer.concat(chunks).toString()) as { message: { data: string } };
        const take = takes[request.url ?? ""];
        assert.ok(take, request.url);
        const verifyIdToken = (): Promise<never> => Promise.reject(new Error("not asked for"));
        const means: PushMeans = { auth: { kind: "emulator" }, verifyIdToken, nowMs: () => Date.now(), take };
        const reply = await receivePush({ method: "POST", authorization: undefined, body }, means);
        const text = Buffer.from(body.message.data, "base64").toString();
        if (request.url === "/agentUplinkPush") deliveries.push({ body: text, status: reply.status, atMs: Date.now() });
        response.writeHead(reply.status).end();
      })();
    });
    handler.listen(0, "127.0.0.1");
    await once(handler, "listening");
    return handler;
  }

  async function publish(...messages: readonly (AgentEnvelope | Buffer)[]): Promise<void> {
    const topic = pubsub.topic(UPLINK_TOPIC, { messageOrdering: true });
    const bodies = messages.map((message) => (message instanceof Buffer ? message : toBytes(message)));
    await Promise.all(bodies.map((data) => topic.publishMessage({ data, orderingKey: uplink.agentId })));
  }

  async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const stream = async (): Promise<Record<string, unknown> | undefined> =>
    (await uplink.studio.firestore.doc(`${streamsPath(uplink.studio.tenantId, uplink.agentId)}/boot-1`).get()).data();
  const reading = (seq: number): AgentEnvelope =>
    uplink.envelope({ seq, payload: observations(anObservation({ value: seq, observedAt: at(-60_000 + seq) })) });

  it("delivers again what failed twice, with a pause in between, and counts it once", async () => {
    let failures = 2;
    fault = () => {
      failures -= 1;
      if (failures >= 0) throw new StudioError("CONTENTION", "busy", { isRetryable: true });
    };
    await publish(reading(1));
    await until("three deliveries", () => deliveries.length === 3);
    assert.deepEqual(
      deliveries.map(({ status }) => status),
      [503, 503, 204],
    );
    const pauses = deliveries.slice(1).map(({ atMs }, index) => atMs - (deliveries[index]?.atMs ?? 0));
    // The policy's minimum is one second; the emulator measures it from the delivery, not from the answer.
    assert.ok(
      pauses.every((pause) => pause >= 500),
      `pauses ${pauses.join(", ")} ms`,
    );
    assert.deepEqual([(await stream())?.["acceptedEnvelopes"], (await stream())?.["replaysRefused"]], [1, 0]);
  });

  it("acknowledges a refused message at once, so that poison does not loop", async () => {
    const forged = toBytes({ ...reading(1), seq: 9 });
    await publish(forged, reading(2));
    await until("both", () => deliveries.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.deepEqual(
      deliveries.map(({ status }) => status),
      [204, 204],
    );
    assert.equal((await uplink.deadLetter(forged))?.reasonCode, "SIGNATURE_INVALID");
  });

  it("gives up after five failures, keeps the message as DELIVERY_EXHAUSTED, and holds nobody else up", async () => {
    const poison = toBytes(reading(3));
    fault = (body) => {
      if (body === poison.toString()) throw new StudioError("INTERNAL", "defect", { isRetryable: false });
    };
    await publish(reading(1), reading(2), poison, reading(4), reading(5));
    await until("the dead letter", async () => (await uplink.deadLetter(poison)) !== null);
    const attempts = deliveries.filter(({ body }) => body === poison.toString());
    assert.deepEqual(
      attempts.map(({ status }) => status),
      Array(UPLINK_MAX_DELIVERY_ATTEMPTS).fill(500),
    );
    const letter = await uplink.deadLetter(poison);
    assert.deepEqual(
      [letter?.reasonCode, letter?.deliveryAttempt],
      ["DELIVERY_EXHAUSTED", UPLINK_MAX_DELIVERY_ATTEMPTS],
    );
    assert.equal((await stream())?.["acceptedEnvelopes"], 4);
    assert.equal((await uplink.events("envelope.refused")).length, 1);

    const command = { actor: uplink.studio.owner, tenantId: uplink.studio.tenantId, requestId: "redrive" };
    const redriven = await redriveDeadLetter(uplink.deps, { ...command, deadLetterId: letter?.deadLetterId ?? "" });
    assert.deepEqual(redriven, { kind: "accepted", answer: { isAccepted: true, reasonCode: null } });
    assert.equal((await stream())?.["acceptedEnvelopes"], 5);
  });

  it("catches up on 200 envelopes of one agent, each published twice, and counts each once", async () => {
    const backlog = Array.from({ length: 200 }, (_, index) => toBytes(reading(index + 1)));
    const startedAt = Date.now();
    await publish(...backlog, ...backlog);
    await until("all deliveries", () => deliveries.length >= 400);
    if (process.env["STUDIO_VERBOSE"] === "1") process.stderr.write(`400 deliveries in ${Date.now() - startedAt} ms\n`);
    const counted = await stream();
    assert.deepEqual([counted?.["acceptedEnvelopes"], counted?.["acceptedObservations"]], [200, 200]);
    assert.equal(counted?.["replaysRefused"], 200);
    const board = DeviceBoard.parse(fromFirestore((await uplink.studio.read(deviceBoardRef(uplink.agentId))) ?? {}));
    assert.equal(board.devices["hubitat:12"]?.readings["temperature"]?.value, 200);
  });
});
