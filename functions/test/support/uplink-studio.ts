import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Outcome } from "../../src/commit/outcome.js";
import { PLATFORM_TENANT_ID, deadLetterRef, inTenant } from "../../src/contracts/index.js";
import type { AgentEnvelope, DeadLetter, UnsignedEnvelope, UtcInstant } from "../../src/contracts/index.js";
import { sha256Bytes } from "../../src/devices/ed25519.js";
import { enrolAgent } from "../../src/devices/enrol-agent.js";
import { ingestEnvelope } from "../../src/devices/ingest-envelope.js";
import type { UplinkDeps } from "../../src/devices/ingest-envelope.js";
import type { AcceptedEnvelope } from "../../src/devices/judge-envelope.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { decideAgentSubmission } from "../../src/proposals/submit-for-agent.js";
import { grantDelegation } from "../../src/policy/delegations.js";
import { openTestStudio } from "./emulator.js";
import type { TestStudio } from "./emulator.js";
import { NOW, aDelivery, aKey, anEnvelope, toBytes } from "./uplink-fixtures.js";
import type { SigningKey } from "./uplink-fixtures.js";

/** A studio on the real Firestore with one enrolled agent, and a clock that stands still until it is set. */
export interface UplinkStudio {
  readonly studio: TestStudio;
  readonly deps: UplinkDeps;
  readonly agentId: string;
  readonly signer: SigningKey;
  setClock(now: UtcInstant): void;
  envelope(overrides?: Partial<UnsignedEnvelope>, signer?: SigningKey): AgentEnvelope;
  ingest(message: AgentEnvelope | Uint8Array): Promise<Outcome<AcceptedEnvelope>>;
  /** Everything that envelopes may change: devices, observations, proposals, health and streams, by path. */
  state(): Promise<Record<string, unknown>>;
  deadLetter(body: Uint8Array, tenantId?: string): Promise<DeadLetter | null>;
  /** The canonical events of one type, oldest first. */
  events(type: string, tenantId?: string): Promise<Record<string, unknown>[]>;
}

/** What the owner lends the agent: for as long as the tests set the clock forward. */
const LENT = {
  scopes: ["firing.flag"],
  resourceRefs: [],
  constraints: { maxAmountCents: null, maxPerDay: null },
  expiresAt: new Date(Date.parse(NOW) + 30 * 24 * 3_600_000).toISOString(),
  reason: "The agent watches the kiln room for us.",
};

const MAY_CHANGE = ["devices", "observations", "connectorHealth", "proposals"];

export async function openUplinkStudio(): Promise<UplinkStudio> {
  const studio = await openTestStudio();
  const { firestore, tenantId, owner } = studio;
  // An id of its own for each test: agents are also looked for in all tenants of the emulator.
  const agentId = `pi-${randomBytes(5).toString("hex")}`;
  const signer = aKey();
  let now: UtcInstant = NOW;
  const deps: UplinkDeps = {
    ...studio.deps,
    clock: { now: () => now },
    submitAgentProposal: (reads, handover) => decideAgentSubmission(deps, reads, handover),
  };
  const { publicKey } = signer.key;
  const body = { agentId, name: "Kiln room Pi", publicKey };
  const enrolled = await enrolAgent(deps, { actor: owner, tenantId, requestId: "enrol", body });
  assert.equal(enrolled.kind, "accepted");
  const lent = await grantDelegation(deps, { actor: owner, tenantId, requestId: "lend", body: { ...LENT, agentId } });
  assert.equal(lent.kind, "accepted");
  const read = async (path: string): Promise<unknown> => {
    const data = (await firestore.doc(path).get()).data();
    return data === undefined ? null : fromFirestore(data);
  };
  return {
    studio,
    deps,
    agentId,
    signer,
    setClock: (instant) => (now = instant),
    envelope: (overrides = {}, by = signer) => anEnvelope(by, { tenantId, agentId, ...overrides }),
    ingest: (message) => ingestEnvelope(deps, aDelivery(message instanceof Uint8Array ? message : toBytes(message))),
    async state() {
      const collections = [...MAY_CHANGE.map((name) => `tenants/${tenantId}/${name}`), streamsPath(tenantId, agentId)];
      const found = await Promise.all(collections.map((path) => firestore.collection(path).get()));
      return Object.fromEntries(found.flatMap(({ docs }) => docs.map((it) => [it.ref.path, fromFirestore(it.data())])));
    },
    deadLetter: async (bytes, tenant = tenantId) =>
      (await read(inTenant(tenant, deadLetterRef(sha256Bytes(bytes))))) as DeadLetter | null,
    async events(type, tenant = tenantId) {
      const stored = await firestore.collection(`tenants/${tenant}/auditEvents`).where("type", "==", type).get();
      const canonical = stored.docs.map(
        (event) => JSON.parse(String(event.get("canonical"))) as Record<string, unknown>,
      );
      return canonical.filter(({ tenantId: told }) => told === tenant || tenant === PLATFORM_TENANT_ID);
    },
  };
}

export const streamsPath = (tenantId: string, agentId: string): string =>
  `tenants/${tenantId}/agents/${agentId}/streams`;
