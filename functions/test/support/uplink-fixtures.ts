import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { canonicalJson } from "../../src/audit/canonical-json.js";
import { ENVELOPE_SIGNING_CONTEXT } from "../../src/contracts/index.js";
import type {
  Agent,
  AgentKey,
  AgentPayload,
  Observation,
  UnsignedEnvelope,
  AgentEnvelope,
} from "../../src/contracts/index.js";
import type { UplinkDelivery } from "../../src/devices/dead-letter.js";
import { keyIdOf, sha256Bytes } from "../../src/devices/ed25519.js";

/** The moment at which the tests' envelopes arrive, unless they say otherwise. */
export const NOW = "2026-11-20T10:00:00.000Z";
const TENANT = "mudlark";
export const AGENT_ID = "kiln-room-pi";

export const at = (offsetMs: number): string => new Date(Date.parse(NOW) + offsetMs).toISOString();

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly key: AgentKey;
}

export function aKey(overrides: Partial<AgentKey> = {}): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const enrolled = { notBefore: at(-86_400_000), notAfter: null, revokedAt: null };
  return { privateKey, key: { keyId: keyIdOf(raw), publicKey: raw.toString("base64"), ...enrolled, ...overrides } };
}

export function anAgent(keys: readonly SigningKey[], overrides: Partial<Agent> = {}): Agent {
  return {
    agentId: AGENT_ID,
    tenantId: TENANT,
    name: "Kiln room Pi",
    ownerUid: "uid-olga",
    status: "active",
    keys: keys.map(({ key }) => key),
    enrolledAt: at(-86_400_000),
    revokedAt: null,
    auditVersion: 1,
    lastEventId: "event-1",
    ...overrides,
  };
}

export function anObservation(overrides: Partial<Observation> = {}): Observation {
  return {
    deviceId: "hubitat:12",
    attribute: "temperature",
    value: 21.5,
    unit: "°C",
    observedAt: at(-5_000),
    source: "poll",
    quality: "live",
    ...overrides,
  };
}

export function observations(...list: readonly Observation[]): Extract<AgentPayload, { kind: "observations" }> {
  const devices = [{ deviceId: "hubitat:12", name: "Kiln room", kind: "sensor", room: "Kiln room" }];
  return { kind: "observations", devices, observations: list.length === 0 ? [anObservation()] : [...list] };
}

export function anEnvelope(signer: SigningKey, overrides: Partial<UnsignedEnvelope> = {}): AgentEnvelope {
  const unsigned: UnsignedEnvelope = {
    v: 1,
    tenantId: TENANT,
    agentId: AGENT_ID,
    keyId: signer.key.keyId,
    bootId: "boot-1",
    seq: 1,
    sentAt: at(-1_000),
    payload: observations(),
    ...overrides,
  };
  return { ...unsigned, signature: signatureOf(unsigned, signer) };
}

function signatureOf(unsigned: UnsignedEnvelope, { privateKey }: SigningKey): string {
  return sign(null, Buffer.from(ENVELOPE_SIGNING_CONTEXT + canonicalJson(unsigned)), privateKey).toString("base64");
}

export const toBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

let messages = 0;
/** Each one a message of its own, as if it had been published again. */
export function aDelivery(body: Uint8Array, overrides: Partial<UplinkDelivery> = {}): UplinkDelivery {
  messages += 1;
  return {
    body,
    bodySha256: sha256Bytes(body),
    messageId: `message-${messages}`,
    deliveryAttempt: 1,
    requestId: "request-1",
    ...overrides,
  };
}
