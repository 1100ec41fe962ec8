import type { DeviceDescriptor } from "@studio-os/functions/contracts";
import { DEFAULT_BOUNDS } from "./outbox.js";
import type {
  Appended,
  EnvelopeDraft,
  HealthReport,
  Outbox,
  OutboxBatch,
  OutboxBounds,
  OutboxCounts,
  OutboxItem,
  SealedEnvelope,
} from "./outbox.js";
import { jsonBytes, pickBatch } from "./pick-batch.js";

/** An outbox that keeps everything in memory: for a dry run, which must not touch the disk, and for tests. */
export function createMemoryOutbox(bootId: string, bounds: OutboxBounds = DEFAULT_BOUNDS): Outbox {
  let items: readonly OutboxItem[] = [];
  let sealed: SealedEnvelope | null = null;
  let health: HealthReport | null = null;
  let lastSeq = 0;
  let unreportedDrops = 0;
  const devices = new Map<string, DeviceDescriptor>();
  const marks: Record<string, string> = {};

  function counts(): OutboxCounts {
    const observations = items.filter((item) => item.kind === "observation");
    const bytes = observations.reduce((sum, item) => sum + jsonBytes(item), 0);
    const proposals = items.length - observations.length;
    return { observations: observations.length, proposals, bytes, unreportedDrops, hasSealed: sealed !== null };
  }

  function append(batch: OutboxBatch): Appended {
    const room = bounds.maxProposals - counts().proposals;
    const proposals = batch.items.filter((item) => item.kind === "proposal");
    const refused = new Set<OutboxItem>(proposals.slice(Math.max(0, room)));
    items = [...items, ...batch.items.filter((item) => !refused.has(item))];
    for (const device of batch.devices ?? []) devices.set(device.deviceId, device);
    Object.assign(marks, batch.marks);
    let droppedObservations = 0;
    for (let now = counts(); now.observations > bounds.maxObservations || now.bytes > bounds.maxBytes; now = counts()) {
      const oldest = items.findIndex((item) => item.kind === "observation");
      items = items.filter((_, index) => index !== oldest);
      droppedObservations += 1;
    }
    unreportedDrops += droppedObservations;
    return { droppedObservations, refusedProposals: refused.size };
  }

  function sealNext(seal: (draft: EnvelopeDraft) => string): SealedEnvelope | null {
    if (sealed !== null) return sealed;
    const picked =
      health === null
        ? pickBatch(items, (id) => devices.get(id))
        : { taken: 0, sentAt: health.at, payload: { kind: "health" as const, connectors: health.connectors } };
    if (picked === null) return null;
    const { taken, sentAt, payload } = picked;
    const text = seal({ bootId, seq: lastSeq + 1, sentAt, payload });
    sealed = { seq: lastSeq + 1, text, reportedDrops: health?.reportedDrops ?? 0 };
    lastSeq += 1;
    items = items.slice(taken);
    health = null;
    return sealed;
  }

  function acknowledge(seq: number): void {
    if (sealed?.seq !== seq) return;
    unreportedDrops -= Math.min(unreportedDrops, sealed.reportedDrops);
    sealed = null;
  }

  const now = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));
  return {
    bootId,
    append: (batch) => now(() => append(batch)),
    reportHealth: (report) => now(() => void (health = report)),
    nextSealed: (seal) => now(() => sealNext(seal)),
    acknowledge: (seq) => now(() => acknowledge(seq)),
    readMarks: () => Promise.resolve({ ...marks }),
    counts,
    close: () => Promise.resolve(),
  };
}
