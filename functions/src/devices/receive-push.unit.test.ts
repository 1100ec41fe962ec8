import assert from "node:assert/strict";
import { StudioError } from "../commit/studio-error.js";
import type { UplinkDelivery } from "./dead-letter.js";
import { receivePush } from "./receive-push.js";
import type { PushMeans, PushReply } from "./receive-push.js";

const body = {
  message: {
    data: Buffer.from("hello").toString("base64"),
    messageId: "17",
    attributes: { requestId: "agent:42" },
    publishTime: "x",
  },
  subscription: "projects/p/subscriptions/s",
  deliveryAttempt: 3,
};

function push(
  change: Partial<PushMeans> = {},
  request: Partial<Parameters<typeof receivePush>[0]> = {},
): Promise<PushReply> {
  const means: PushMeans = {
    auth: { kind: "emulator" },
    verifyIdToken: () => Promise.reject(new Error("not asked for")),
    nowMs: () => 0,
    take: () => Promise.resolve(null),
    ...change,
  };
  return receivePush({ method: "POST", authorization: undefined, body, ...request }, means);
}

describe("devices/receive-push", () => {
  it("acknowledges what was accepted and what was refused, since both are stored", async () => {
    assert.equal((await push()).status, 204);
    const refused = await push({ take: () => Promise.resolve("SIGNATURE_INVALID") });
    assert.equal(refused.status, 204);
    assert.equal(refused.logged["reasonCode"], "SIGNATURE_INVALID");
  });

  it("hands over the bytes, Pub/Sub's message id and attempt, and the sender's request id", async () => {
    const taken: UplinkDelivery[] = [];
    await push({ take: (delivery) => Promise.resolve(taken.push(delivery)).then(() => null) });
    assert.equal(taken.length, 1);
    assert.equal(Buffer.from(taken[0]!.body).toString(), "hello");
    assert.deepEqual([taken[0]!.messageId, taken[0]!.deliveryAttempt, taken[0]!.requestId], ["17", 3, "agent:42"]);
  });

  it("takes the count of deliveries from what Pub/Sub adds on the dead-letter topic", async () => {
    const taken: UplinkDelivery[] = [];
    const attributes = { CloudPubSubDeadLetterSourceDeliveryCount: "5", requestId: "not\nan id" };
    const request = { body: { message: { ...body.message, attributes } } };
    await push({ take: (delivery) => Promise.resolve(taken.push(delivery)).then(() => null) }, request);
    assert.deepEqual([taken[0]!.deliveryAttempt, taken[0]!.requestId], [5, "pubsub-17"]);
  });

  it("takes a message without data as an empty one, which is then kept like any other", async () => {
    const taken: UplinkDelivery[] = [];
    await push(
      { take: (it) => Promise.resolve(taken.push(it)).then(() => null) },
      { body: { message: { messageId: "1" } } },
    );
    assert.equal(taken[0]!.body.length, 0);
  });

  it("answers 503 to what may succeed later, so that Pub/Sub delivers it again", async () => {
    const contention = new StudioError("CONTENTION", "busy", { isRetryable: true });
    const reply = await push({ take: () => Promise.reject(contention) });
    assert.deepEqual([reply.status, reply.logged["problem"]], [503, "CONTENTION: busy"]);
  });

  it("answers 500 to a defect and logs no message that might carry stored values", async () => {
    const reply = await push({ take: () => Promise.reject(new TypeError("secret value 1234")) });
    assert.deepEqual([reply.status, reply.logged["problem"]], [500, "TypeError"]);
    assert.doesNotMatch(JSON.stringify(reply), /secret/);
  });

  it("answers 503 while it is closed, so that nothing is lost before it is configured", async () => {
    let taken = 0;
    const reply = await push({
      auth: { kind: "closed", problem: "not configured: X" },
      take: () => Promise.resolve(null).finally(() => (taken += 1)),
    });
    assert.deepEqual([reply.status, taken], [503, 0]);
  });

  it("answers 403, 400 and 405 to what Pub/Sub did not send, and takes none of it in", async () => {
    const take = (): Promise<null> => Promise.reject(new Error("taken"));
    const auth = { kind: "cloudRunIam", audience: "https://a.example", serviceAccount: "a@b.example" } as const;
    assert.equal((await push({ auth, take })).status, 403);
    assert.equal((await push({ take }, { method: "GET" })).status, 405);
    for (const wrong of [
      undefined,
      null,
      "text",
      {},
      { message: {} },
      { message: { messageId: "1", data: "not base64!" } },
    ])
      assert.equal((await push({ take }, { body: wrong })).status, 400);
  });
});
