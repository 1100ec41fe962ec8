import { BUCKET_OBSERVATIONS, BUCKET_SPAN_MS } from "../contracts/index.js";
import type {
  AgentEnvelope,
  AgentStream,
  Observation,
  ObservationBatch,
  ObservationBucket,
} from "../contracts/index.js";
import type { Arrival } from "./apply-observations.js";

/** A value that does not change is kept this often, so that a line can be told from a gap. Milliseconds. */
export const KEPT_EVERY_MS = 10 * 60_000;
/** Characters of a signature that are kept: 128 bits and more. */
const MARK_CHARS = 24;

export interface KeptHistory {
  readonly tail: ObservationBatch[];
  /** A bucket that is full now; null: it still fills. */
  readonly bucket: ObservationBucket | null;
}

export const seqKeyOf = (agentId: string, bootId: string, seq: number): string => `${agentId}.${bootId}.${seq}`;
export const markOf = ({ signature }: AgentEnvelope): string => signature.slice(0, MARK_CHARS);

/**
 * What becomes of these observations as history? They join the tail of their stream, without those that say the same as
 * the one before them less than `KEPT_EVERY_MS` ago; and once the tail holds enough, or spans enough time, it becomes a
 * bucket. So an envelope costs no write of its own, and each bucket stands for itself.
 */
export function keepHistory(
  stream: AgentStream | null,
  envelope: AgentEnvelope,
  observations: readonly Observation[],
  { agentId, receivedAt, isLate }: Arrival,
): KeptHistory {
  const before = stream?.tail ?? [];
  const batch: ObservationBatch = {
    seq: envelope.seq,
    mark: markOf(envelope),
    sentAt: envelope.sentAt,
    receivedAt,
    isLate,
    observations: [...withoutRepeats(before, observations)],
  };
  const tail = [...before, batch];
  const fromAt = tail[0]?.receivedAt ?? receivedAt;
  const count = tail.reduce((sum, it) => sum + it.observations.length, 0);
  const isFull = count >= BUCKET_OBSERVATIONS || Date.parse(receivedAt) - Date.parse(fromAt) >= BUCKET_SPAN_MS;
  if (!isFull) return { tail, bucket: null };
  const { bootId } = envelope;
  const seqKeys = tail.map(({ seq }) => seqKeyOf(agentId, bootId, seq));
  return { tail: [], bucket: { agentId, bootId, seqKeys, fromAt, receivedAt, batches: tail } };
}

function withoutRepeats(tail: readonly ObservationBatch[], observations: readonly Observation[]): Observation[] {
  const last = new Map<string, Observation>();
  for (const { observations: kept } of tail) for (const it of kept) last.set(keyOf(it), it);
  return observations.filter((observation) => {
    const key = keyOf(observation);
    const before = last.get(key);
    if (before !== undefined && isRepeat(before, observation)) return false;
    last.set(key, observation);
    return true;
  });
}

function isRepeat(before: Observation, now: Observation): boolean {
  const elapsedMs = Date.parse(now.observedAt) - Date.parse(before.observedAt);
  return (
    before.value === now.value &&
    before.unit === now.unit &&
    before.quality === now.quality &&
    elapsedMs >= 0 &&
    elapsedMs < KEPT_EVERY_MS
  );
}

const keyOf = ({ deviceId, attribute }: Observation): string => `${deviceId}/${attribute}`;
