import type { DeviceDescriptor } from "@studio-os/functions/contracts";
import { NO_DROPS, addDrops, gapOf, withoutReported } from "./drops.js";
import { DEFAULT_BOUNDS, RANKS } from "./outbox.js";
import type {
  Appended,
  EnvelopeDraft,
  HealthReport,
  Outbox,
  OutboxBatch,
  OutboxBounds,
  OutboxCounts,
  OutboxItem,
  Rank,
  SealedEnvelope,
} from "./outbox.js";
import { jsonBytes, pickBatch, pickNext } from "./pick-batch.js";

/** An outbox that keeps everything in memory: for a dry run, which must not touch the disk, and for tests. */
export function createMemoryOutbox(bootId: string, bounds: OutboxBounds = DEFAULT_BOUNDS): Outbox {
  let items: readonly OutboxItem[] = [];
  let sealed: SealedEnvelope | null = null;
  let health: HealthReport | null = null;
  let lastSeq = 0;
  let drops = NO_DROPS;
  const devices = new Map<string, DeviceDescriptor>();
  const marks: Record<string, string> = {};

  function counts(): OutboxCounts {
    const observations = items.filter((item) => item.kind === "observation");
    const bytes = observations.reduce((sum, item) => sum + jsonBytes(item), 0);
    const proposals = items.length - observations.length;
    const urgent = observations.filter(({ rank }) => rank === "urgent").length + proposals;
    return {
      observations: observations.length,
      proposals,
      bytes,
      unreportedDrops: drops.count,
      unreportedGap: gapOf(drops),
      hasSealed: sealed !== null,
      urgent: urgent + (health?.isUrgent === true ? 1 : 0),
      hasHealth: health !== null,
    };
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
      const worst = RANKS.flatMap(
        (rank) => items.find((it) => it.kind === "observation" && rankOf(it) === rank) ?? [],
      )[0];
      items = items.filter((item) => item !== worst);
      drops = addDrops(drops, [JSON.stringify(worst)]);
      droppedObservations += 1;
    }
    return { droppedObservations, refusedProposals: refused.size };
  }

  function sealNext(seal: (draft: EnvelopeDraft) => string): SealedEnvelope | null {
    if (sealed !== null) return sealed;
    const next = pickNext(
      pickBatch(items, (id) => devices.get(id)),
      health,
    );
    if (next === null) return null;
    const { taken, sentAt, payload, carriesHealth } = next;
    const text = seal({ bootId, seq: lastSeq + 1, sentAt, payload });
    sealed = { seq: lastSeq + 1, text, reportedDrops: carriesHealth ? (health?.reportedDrops ?? 0) : 0 };
    lastSeq += 1;
    items = items.slice(taken);
    if (carriesHealth) health = null;
    return sealed;
  }

  function acknowledge(seq: number): void {
    if (sealed?.seq !== seq) return;
    drops = withoutReported(drops, sealed.reportedDrops);
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

const rankOf = (item: Extract<OutboxItem, { kind: "observation" }>): Rank => item.rank ?? "normal";
