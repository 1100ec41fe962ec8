import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  AGENT_ID,
  NOW,
  aKey,
  anEnvelope,
  anObservation,
  at,
  observations,
} from "../../test/support/uplink-fixtures.js";
import { AgentStream, BUCKET_SPAN_MS, ObservationBucket } from "../contracts/index.js";
import type { Observation, ObservationBatch } from "../contracts/index.js";
import { KEPT_EVERY_MS, keepHistory } from "./keep-history.js";

const signer = aKey();
const arrivalAt = (ms: number) => ({ agentId: AGENT_ID, receivedAt: at(ms), isLate: false, sentAt: at(ms) });

function aStream(tail: readonly ObservationBatch[]): AgentStream {
  return {
    agentId: AGENT_ID,
    bootId: "boot-1",
    highestSeq: 1,
    window: "0".repeat(256),
    acceptedEnvelopes: 1,
    acceptedObservations: 1,
    replaysRefused: 0,
    lastSentAt: NOW,
    lastReceivedAt: NOW,
    tail: [...tail],
  };
}

/** One envelope after the other; gives back every batch, in buckets and in the tail, in order. */
function keepAll(envelopes: readonly { readonly atMs: number; readonly list: readonly Observation[] }[]) {
  let stream: AgentStream | null = null;
  const buckets: ObservationBucket[] = [];
  envelopes.forEach(({ atMs, list }, index) => {
    const envelope = anEnvelope(signer, { seq: index + 1, payload: observations(...list) });
    const kept = keepHistory(stream, envelope, list, arrivalAt(atMs));
    if (kept.bucket !== null) buckets.push(ObservationBucket.parse(kept.bucket));
    stream = AgentStream.parse(aStream(kept.tail));
  });
  const tail = (stream as AgentStream | null)?.tail ?? [];
  return { buckets, tail, batches: [...buckets.flatMap(({ batches }) => batches), ...tail] };
}

describe("devices/keep-history", () => {
  it("leaves out what says the same as before, and keeps it all the same every ten minutes", () => {
    const same = (ms: number, change: Partial<Observation> = {}): Observation =>
      anObservation({ observedAt: at(ms), ...change });
    const { tail } = keepAll([
      { atMs: 0, list: [same(0)] },
      { atMs: 1, list: [same(60_000), same(60_001, { quality: "stale" }), same(60_002)] },
      { atMs: 2, list: [same(60_001 + KEPT_EVERY_MS), same(60_002 + KEPT_EVERY_MS)] },
    ]);
    assert.deepEqual(
      tail.map(({ observations: kept }) => kept.map(({ observedAt }) => Date.parse(observedAt) - Date.parse(NOW))),
      [[0], [60_001, 60_002], [60_002 + KEPT_EVERY_MS]],
    );
  });

  it("closes a bucket after a quarter of an hour, however little came", () => {
    const { buckets, tail } = keepAll([
      { atMs: 0, list: [anObservation()] },
      { atMs: BUCKET_SPAN_MS - 1, list: [anObservation({ value: 1 })] },
      { atMs: BUCKET_SPAN_MS, list: [anObservation({ value: 2 })] },
      { atMs: BUCKET_SPAN_MS + 1, list: [anObservation({ value: 2 })] },
    ]);
    assert.deepEqual([buckets.length, buckets[0]?.batches.length, tail.length], [1, 3, 1]);
    assert.equal(tail[0]?.observations.length, 1, "a bucket stands for itself: its first value is always kept");
  });

  it("keeps every number once and every change in order, however much comes", () => {
    const list = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 100 });
    const envelope = fc.record({ waitMs: fc.integer({ min: 0, max: 400_000 }), list });
    fc.assert(
      fc.property(fc.array(envelope, { maxLength: 20 }), (envelopes) => {
        let atMs = 0;
        const sent = envelopes.map(({ waitMs, list: values }) => {
          atMs += waitMs;
          return { atMs, list: values.map((value, i) => anObservation({ value, observedAt: at(atMs + i) })) };
        });
        const { batches } = keepAll(sent);
        assert.deepEqual(
          batches.map(({ seq }) => seq),
          sent.map((_, index) => index + 1),
        );
        const changes = (all: readonly Observation[]): unknown[] =>
          all.filter((it, i) => it.value !== all[i - 1]?.value).map(({ value }) => value);
        assert.deepEqual(
          changes(batches.flatMap(({ observations: kept }) => kept)),
          changes(sent.flatMap((it) => it.list)),
        );
      }),
      { numRuns: 40 },
    );
  });
});
