import {
  AgentStream,
  ObservationBucket,
  agentRef,
  inTenant,
  tenantPath,
} from "../../../functions/src/contracts/index.js";
import type { Observation } from "../../../functions/src/contracts/index.js";
import { ingestEnvelope } from "../../../functions/src/devices/ingest-envelope.js";
import { parsePushBody } from "../../../functions/src/devices/push-message.js";
import { testDeps } from "../../../functions/test/support/fake-means.js";
import { anAgent } from "../../../functions/test/support/uplink-fixtures.js";
import type { AgentSigningKey } from "../../src/uplink/agent-key.js";

export interface MemoryCloud {
  /** Takes one message in as the push function does: "accepted", or the reason of the refusal. */
  take(data: Buffer, now: string): Promise<string>;
  /** What it counted, and what lies in its history, in the order in which the batches were taken in. */
  counted(): { readonly observations: number; readonly envelopes: number; readonly history: readonly Observation[] };
}

/** The cloud's own ingest, with one enrolled agent, on a store in memory. */
export function openMemoryCloud(tenantId: string, agentId: string, key: AgentSigningKey): MemoryCloud {
  const enrolled = { keyId: key.keyId, publicKey: key.publicKeyBase64, notBefore: "2020-01-01T00:00:00.000Z" };
  const agent = { ...anAgent([]), tenantId, agentId, keys: [{ ...enrolled, notAfter: null, revokedAt: null }] };
  const deps = testDeps({ [tenantPath(tenantId)]: { tenantId }, [inTenant(tenantId, agentRef(agentId))]: agent });
  const uplink = { ...deps, submitAgentProposal: () => Promise.reject(new Error("no proposal was sent")) };
  let messages = 0;
  return {
    take: async (data, now) => {
      deps.clock.set(now);
      messages += 1;
      const delivery = parsePushBody({ message: { data: data.toString("base64"), messageId: String(messages) } });
      if (delivery === null) throw new Error("no push body");
      const outcome = await ingestEnvelope(uplink, delivery);
      return outcome.kind === "accepted" ? "accepted" : outcome.reason;
    },
    counted: () => {
      const documents = Object.values(deps.transactor.dump());
      const streams = documents.flatMap((data) => AgentStream.safeParse(data).data ?? []);
      const buckets = documents.flatMap((data) => ObservationBucket.safeParse(data).data ?? []);
      const batches = [...buckets.flatMap((it) => it.batches), ...streams.flatMap(({ tail }) => tail)];
      return {
        observations: streams.reduce((sum, it) => sum + it.acceptedObservations, 0),
        envelopes: streams.reduce((sum, it) => sum + it.acceptedEnvelopes, 0),
        history: batches.sort((a, b) => a.seq - b.seq).flatMap((batch) => batch.observations),
      };
    },
  };
}
