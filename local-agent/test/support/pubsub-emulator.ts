import assert from "node:assert/strict";
import { createPublicKey, randomUUID, verify } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { canonicalJson } from "@studio-os/functions/canonical-json";
import { AgentEnvelope, ENVELOPE_SIGNING_CONTEXT } from "@studio-os/functions/contracts";

const MAX_PULLED = 500;

export interface Received {
  readonly text: string;
  readonly envelope: AgentEnvelope;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
}

export interface TestTopic {
  readonly projectId: string;
  readonly topic: string;
  /** Everything that arrived since the last call, in order, acknowledged. */
  pull(): Promise<Received[]>;
}

/** The emulator's `host:port`. A missing emulator is a failure and not a reason to skip. */
export function requireEmulator(): string {
  const host = process.env["PUBSUB_EMULATOR_HOST"];
  assert.ok(
    host !== undefined && host !== "",
    "PUBSUB_EMULATOR_HOST is not set: run this with `tsx scripts/dev/with-emulators.ts --only pubsub -- …`.",
  );
  return host;
}

/** A topic of its own with an ordered subscription, on the real Pub/Sub emulator. */
export async function createTestTopic(): Promise<TestTopic> {
  const host = requireEmulator();
  const projectId = process.env["GCLOUD_PROJECT"] ?? "demo-studio";
  const topic = `uplink-${randomUUID()}`;
  const root = `http://${host}/v1/projects/${projectId}`;
  const subscription = `${root}/subscriptions/${topic}`;
  await call("PUT", `${root}/topics/${topic}`, {});
  const name = `projects/${projectId}/topics/${topic}`;
  await call("PUT", subscription, { topic: name, enableMessageOrdering: true, ackDeadlineSeconds: 60 });

  async function pull(): Promise<Received[]> {
    const received: Received[] = [];
    for (;;) {
      const answer = await call("POST", `${subscription}:pull`, { maxMessages: MAX_PULLED, returnImmediately: true });
      const messages = (answer as { receivedMessages?: PulledMessage[] }).receivedMessages ?? [];
      if (messages.length === 0) return received;
      received.push(...messages.map(toReceived));
      await call("POST", `${subscription}:acknowledge`, { ackIds: messages.map(({ ackId }) => ackId) });
    }
  }
  return { projectId, topic, pull };
}

/**
 * What a cloud that counts each (bootId, seq) once has accepted. Checks on the way that numbers are dense and first come in
 * order, that a repeated number is the same bytes, and that every envelope is signed by this key.
 */
export function acceptOnce(received: readonly Received[], publicKeyBase64: string): AgentEnvelope[] {
  const texts = new Map<string, string>();
  const accepted: AgentEnvelope[] = [];
  for (const { text, envelope, attributes, orderingKey } of received) {
    const id = `${envelope.bootId}.${envelope.seq}`;
    assert.equal(attributes["requestId"], id);
    assert.equal(orderingKey, envelope.agentId);
    assert.equal(texts.get(id) ?? text, text, `envelope ${id} came with other bytes the second time`);
    if (texts.has(id)) continue;
    texts.set(id, text);
    assert.ok(isGenuine(envelope, publicKeyBase64), `envelope ${id} is not signed by the agent's key`);
    accepted.push(envelope);
  }
  const bootIds = new Set(accepted.map(({ bootId }) => bootId));
  assert.equal(bootIds.size, 1, "the agent lost its sequence");
  assert.deepEqual(
    accepted.map(({ seq }) => seq),
    accepted.map((_, index) => index + 1),
  );
  return accepted;
}

interface PulledMessage {
  readonly ackId: string;
  readonly message: {
    readonly data: string;
    readonly attributes?: Record<string, string>;
    readonly orderingKey?: string;
  };
}

function toReceived({ message }: PulledMessage): Received {
  const data = Buffer.from(message.data, "base64");
  const text = (data[0] === 0x1f ? gunzipSync(data) : data).toString("utf8");
  const envelope = AgentEnvelope.parse(JSON.parse(text));
  return { text, envelope, attributes: message.attributes ?? {}, orderingKey: message.orderingKey ?? "" };
}

function isGenuine({ signature, ...unsigned }: AgentEnvelope, publicKeyBase64: string): boolean {
  const x = Buffer.from(publicKeyBase64, "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const covered = Buffer.from(ENVELOPE_SIGNING_CONTEXT + canonicalJson(unsigned), "utf8");
  return verify(null, covered, key, Buffer.from(signature, "base64"));
}

async function call(method: string, url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  assert.ok(response.ok, `${method} ${new URL(url).pathname} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
