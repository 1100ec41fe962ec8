import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { anObservation } from "../../test/outbox-suite.js";
import { createLogger } from "../logger.js";
import { createMemoryOutbox } from "../outbox/memory-outbox.js";
import { Secret } from "../secret.js";
import { sleep } from "../sleep.js";
import { BACKOFF_MAX_MS, backOffMs } from "./back-off.js";
import { PublishError } from "./publisher.js";
import type { Publisher, UplinkMessage } from "./publisher.js";
import { createPubSubPublisher } from "./pubsub-publisher.js";
import { createUplink } from "./uplink.js";

const identity = { tenantId: "mudworks", agentId: "agent-1" };

/** An uplink whose pauses take no time and whose Pub/Sub answers as `answers` say, then with success. */
function anUplink(answers: readonly ("ok" | "fail" | "hang")[] = []) {
  const outbox = createMemoryOutbox("boot-1");
  const published: UplinkMessage[] = [];
  const pauses: number[] = [];
  let call = 0;
  let inFlight = 0;
  const publisher: Publisher = {
    publish: async (message, signal) => {
      inFlight += 1;
      assert.equal(inFlight, 1, "two publishes at once");
      const answer = answers[call++] ?? "ok";
      published.push(message);
      if (answer === "hang") await sleep(60_000, signal);
      inFlight -= 1;
      if (answer !== "ok") throw new PublishError("UNREACHABLE", "down");
    },
    close: () => undefined,
  };
  const lines: string[] = [];
  const logger = createLogger({ minLevel: "debug", write: (line) => lines.push(line), nowMs: () => 0, secrets: [] });
  const uplink = createUplink({
    outbox,
    publisher,
    seal: (draft) => JSON.stringify(draft),
    identity,
    logger,
    nowMs: () => 0,
    chance: () => 0.5,
    sleep: (ms, signal) => {
      pauses.push(ms);
      return sleep(1, signal);
    },
  });
  return { outbox, published, pauses, uplink, lines };
}

describe("local-agent/uplink/uplink", () => {
  it("publishes what waits in order, with the agent as ordering key and the ids as attributes", async () => {
    const { outbox, published, uplink } = anUplink();
    await outbox.append({ items: Array.from({ length: 1_000 }, (_, i) => anObservation(i, i)) });
    uplink.start();
    assert.equal(await uplink.stop(), true);
    assert.deepEqual(
      published.map(({ orderingKey, attributes }) => [orderingKey, attributes]),
      [1, 2, 3].map((seq) => ["agent-1", { ...identity, requestId: `boot-1.${seq}` }]),
    );
  });

  it("sends the same bytes again after each failure, with growing pauses, and skips nothing", async () => {
    const { outbox, published, pauses, uplink, lines } = anUplink(["fail", "fail", "fail", "ok", "fail", "ok"]);
    await outbox.append({ items: [anObservation(1)] });
    await outbox.append({ items: [anObservation(2, 120_000)] });
    uplink.start();
    while (outbox.counts().observations > 0 || outbox.counts().hasSealed) await sleep(1, new AbortController().signal);
    await uplink.stop();
    assert.deepEqual(
      published.map(({ attributes }) => attributes["requestId"]),
      [...Array<string>(4).fill("boot-1.1"), ...Array<string>(2).fill("boot-1.2")],
    );
    assert.equal(new Set(published.map(({ text }) => text)).size, 2);
    assert.deepEqual(
      pauses.filter((ms) => ms !== 200 && ms !== 5_000),
      [375, 750, 1_500, 375],
    );
    assert.match(lines.join(""), /"uplink_recovered".*"afterFailures":3/);
  });

  it("gives up on a stop after its bound and keeps what was not acknowledged", async () => {
    const { outbox, uplink } = anUplink(["hang"]);
    await outbox.append({ items: [anObservation(1)] });
    uplink.start();
    assert.equal(await uplink.stop(20), false);
    assert.equal(outbox.counts().hasSealed, true);
  });

  it("is woken by what is queued while it idles", async () => {
    const { outbox, published, uplink } = anUplink();
    uplink.start();
    await sleep(5, new AbortController().signal);
    await outbox.append({ items: [anObservation(1)] });
    uplink.wake();
    while (published.length === 0) await sleep(1, new AbortController().signal);
    await uplink.stop();
    assert.equal(published.length, 1);
  });

  it("backs off between half of and all of 0.5 s, 1 s, 2 s … and never above 30 s", () => {
    for (let failures = 1; failures < 200; failures += 1) {
      const ceiling = Math.min(BACKOFF_MAX_MS, 500 * 2 ** (failures - 1));
      assert.equal(backOffMs(failures, 0), ceiling);
      assert.ok(backOffMs(failures, 0.999) >= ceiling / 2);
    }
  });
});

describe("local-agent/uplink/pubsub-publisher", () => {
  const message: UplinkMessage = { text: "grün", orderingKey: "agent-1", attributes: { tenantId: "mudworks" } };
  const never = new AbortController().signal;

  async function withServer(
    handle: (request: IncomingMessage, response: ServerResponse) => void,
    work: (emulatorHost: string) => Promise<void>,
  ): Promise<void> {
    const server = createServer(handle).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const publish = (emulatorHost: string, timeoutMs?: number) =>
    createPubSubPublisher({ projectId: "demo-x", topic: "uplink", emulatorHost }, null, timeoutMs).publish(
      message,
      never,
    );

  it("posts data, ordering key and attributes to the topic", async () => {
    const seen: unknown[] = [];
    await withServer(
      (request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          seen.push([request.method, request.url, JSON.parse(body)]);
          response.end('{"messageIds":["1"]}');
        });
      },
      async (host) => {
        await publish(host);
        const data = Buffer.from("grün").toString("base64");
        assert.deepEqual(seen, [
          [
            "POST",
            "/v1/projects/demo-x/topics/uplink:publish",
            { messages: [{ data, orderingKey: "agent-1", attributes: { tenantId: "mudworks" } }] },
          ],
        ]);
      },
    );
  });

  const answers: readonly (readonly [number, string, string])[] = [
    [401, "", "AUTH"],
    [403, "", "AUTH"],
    [404, "", "REFUSED"],
    [429, "", "RATE_LIMIT"],
    [503, "", "BAD_RESPONSE"],
    [200, "<html>", "BAD_RESPONSE"],
    [200, '{"messageIds":[]}', "BAD_RESPONSE"],
    [200, "x".repeat(70_000), "BAD_RESPONSE"],
  ];
  for (const [status, body, code] of answers) {
    it(`takes ${status} ${body.slice(0, 17)} for ${code}, not for success`, () =>
      withServer(
        (_, response) => response.writeHead(status).end(body),
        (host) => assert.rejects(publish(host), { code }),
      ));
  }

  it("gives up after its time-out, on abort, and when nobody listens", async () => {
    const stop = new AbortController();
    await withServer(
      () => undefined,
      async (host) => {
        await assert.rejects(publish(host, 30), { code: "TIMEOUT" });
        const publisher = createPubSubPublisher({ projectId: "demo-x", topic: "uplink", emulatorHost: host }, null);
        setTimeout(() => stop.abort(), 20);
        await assert.rejects(publisher.publish(message, stop.signal), { code: "TIMEOUT" });
        await assert.rejects(publisher.publish(message, stop.signal), { code: "TIMEOUT" });
      },
    );
    await assert.rejects(publish("127.0.0.1:9"), { code: "UNREACHABLE" });
  });

  it("sends the token as a header and never says it, nor why there is none", async () => {
    const seen: (string | undefined)[] = [];
    await withServer(
      (request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(403).end("token-123 refused");
      },
      async (emulatorHost) => {
        const target = { projectId: "demo-x", topic: "uplink", emulatorHost };
        const publisher = createPubSubPublisher(target, () => Promise.resolve(new Secret("token-123")));
        await assert.rejects(publisher.publish(message, never), (error) => !String(error).includes("token-123"));
        const broken = createPubSubPublisher(target, () => Promise.reject(new Error("key of token-123 is bad")));
        await assert.rejects(broken.publish(message, never), (error) => !String(error).includes("token-123"));
      },
    );
    assert.deepEqual(seen, ["Bearer token-123"]);
  });
});
