import assert from "node:assert/strict";
import { ENVELOPE_MAX_BYTES, ENVELOPE_MAX_OBSERVATIONS } from "@studio-os/functions/contracts";
import * as fc from "fast-check";
import { MAX_BATCH_SPAN_MS } from "../src/outbox/pick-batch.js";
import type { EnvelopeDraft, Outbox, OutboxBounds, OutboxItem, Rank } from "../src/outbox/outbox.js";

const T0 = Date.parse("2026-11-21T08:00:00.000Z");
const instant = (ms: number): string => new Date(T0 + ms).toISOString();

export const anObservation = (value: number | string, afterMs = 0, deviceId = "hubitat:12"): OutboxItem => ({
  kind: "observation",
  queuedAt: instant(afterMs),
  observation: {
    deviceId,
    attribute: "temperature",
    value,
    unit: "°C",
    observedAt: instant(afterMs),
    source: "poll",
    quality: "live",
  },
});

export const aProposal = (ruleId: string, afterMs = 0): OutboxItem => ({
  kind: "proposal",
  queuedAt: instant(afterMs),
  proposal: {
    capabilityId: "firing.flag",
    request: { kilnId: "kiln-1" },
    ruleId,
    rationale: "It is hot.",
    evidence: [],
  },
});

const observations = (from: number, to: number): OutboxItem[] =>
  Array.from({ length: to - from + 1 }, (_, i) => anObservation(from + i, from + i));

/** The draft as text stands in for the signed envelope, so that a test can read what was sealed. */
const seal = (draft: EnvelopeDraft): string => JSON.stringify(draft);
const unseal = (text: string): EnvelopeDraft => JSON.parse(text) as EnvelopeDraft;

const contentOf = (draft: EnvelopeDraft): (number | string)[] => {
  if (draft.payload.kind === "proposal") return [draft.payload.proposal.ruleId];
  if (draft.payload.kind === "health") return ["health"];
  return draft.payload.observations.map(({ value }) => value as number | string);
};

/** Seals and acknowledges until nothing waits. */
async function drain(outbox: Outbox): Promise<EnvelopeDraft[]> {
  const drafts: EnvelopeDraft[] = [];
  for (let next = await outbox.nextSealed(seal); next !== null; next = await outbox.nextSealed(seal)) {
    drafts.push(unseal(next.text));
    await outbox.acknowledge(next.seq);
  }
  return drafts;
}

/** What every outbox does. `reopen` gives the outbox as it is after the process ended and started again. */
export function describeOutbox(
  name: string,
  keeps: "in memory" | "on disk",
  make: (bounds?: OutboxBounds) => Promise<{ outbox: Outbox; reopen: (() => Promise<Outbox>) | null }>,
): void {
  describe(name, () => {
    it("gives out what was appended, in order, numbered 1, 2, 3 without holes", async () => {
      const { outbox } = await make();
      await outbox.append({ items: [...observations(1, 3), aProposal("rule-a", 4), ...observations(5, 6)] });
      const drafts = await drain(outbox);
      assert.deepEqual(drafts.map(contentOf), [[1, 2, 3], ["rule-a"], [5, 6]]);
      assert.deepEqual(
        drafts.map((draft) => draft.seq),
        [1, 2, 3],
      );
      assert.equal(await outbox.nextSealed(seal), null);
    });

    it("offers a sealed envelope unchanged until its own number is acknowledged", async () => {
      const { outbox } = await make();
      await outbox.append({ items: observations(1, 2) });
      const first = await outbox.nextSealed(seal);
      await outbox.append({ items: observations(3, 4) });
      await outbox.acknowledge(2);
      assert.deepEqual(await outbox.nextSealed(() => "another text"), first);
      await outbox.acknowledge(1);
      assert.deepEqual(contentOf(unseal((await outbox.nextSealed(seal))!.text)), [3, 4]);
    });

    it("stays as it was when sealing fails", async () => {
      const { outbox } = await make();
      await outbox.append({ items: observations(1, 2) });
      await assert.rejects(
        outbox.nextSealed(() => {
          throw new Error("no key");
        }),
        /no key/,
      );
      assert.deepEqual((await drain(outbox)).map(contentOf), [[1, 2]]);
    });

    it(`puts at most ${ENVELOPE_MAX_OBSERVATIONS} observations and ${MAX_BATCH_SPAN_MS} ms into one envelope`, async () => {
      const { outbox } = await make();
      await outbox.append({ items: observations(1, 805) });
      await outbox.append({ items: [anObservation("late", 805 + MAX_BATCH_SPAN_MS + 1)] });
      const drafts = await drain(outbox);
      assert.deepEqual(
        drafts.map((draft) => contentOf(draft).length),
        [400, 400, 5, 1],
      );
      assert.deepEqual(
        drafts.map((draft) => draft.sentAt),
        [instant(400), instant(800), instant(805), instant(805 + MAX_BATCH_SPAN_MS + 1)],
      );
    });

    it(`keeps an envelope below ${ENVELOPE_MAX_BYTES} bytes with the longest values and names`, async () => {
      const { outbox } = await make();
      const ids = Array.from({ length: 100 }, (_, i) => `hubitat:${"d".repeat(77)}${String(i).padStart(3, "0")}`);
      const devices = ids.map((deviceId) => ({
        deviceId,
        name: "\u0001".repeat(120),
        kind: "k",
        room: "\u0001".repeat(80),
      }));
      await outbox.append({ items: ids.map((id) => anObservation("\u0001".repeat(200), 0, id)), devices });
      const drafts = await drain(outbox);
      assert.equal(drafts.flatMap(contentOf).length, 100);
      for (const draft of drafts) assert.ok(Buffer.byteLength(seal(draft)) < ENVELOPE_MAX_BYTES);
    });

    it("names the devices of every batch, by their newest name", async () => {
      const { outbox } = await make();
      const named = (name: string) => ({ deviceId: "hubitat:12", name, kind: "sensor", room: null });
      await outbox.append({ items: [anObservation(1)], devices: [named("Old")] });
      await outbox.append({ items: [anObservation(2)], devices: [named("New")] });
      await drain(outbox);
      await outbox.append({ items: [anObservation(3)] });
      const [draft] = await drain(outbox);
      assert.deepEqual(draft?.payload.kind === "observations" && draft.payload.devices, [named("New")]);
    });

    it("lets the newest health report ride along with observations of its minute, and go ahead of older ones and proposals", async () => {
      const { outbox } = await make();
      await outbox.append({ items: observations(1, 2) });
      const report = (state: "down" | "healthy", afterMs = 9) => ({
        at: instant(afterMs),
        connectors: [
          {
            connectorId: "hubitat",
            state,
            lastSuccessAt: null,
            lastError: null,
            consecutiveFailures: 0,
            reportedAt: instant(9),
          },
        ],
        reportedDrops: 0,
      });
      await outbox.reportHealth(report("down"));
      await outbox.reportHealth(report("healthy"));
      const drafts = await drain(outbox);
      assert.deepEqual(drafts.map(contentOf), [[1, 2]]);
      const [{ payload }] = drafts as [EnvelopeDraft];
      assert.equal(payload.kind === "observations" && payload.health?.connectors[0]?.state, "healthy");
      assert.equal(outbox.counts().hasHealth, false);

      await outbox.append({ items: [anObservation(3, 10), aProposal("rule-a", 11)] });
      await outbox.reportHealth(report("down", 10 + MAX_BATCH_SPAN_MS + 1));
      assert.deepEqual((await drain(outbox)).map(contentOf), [["health"], [3], ["rule-a"]]);
    });

    it("drops the oldest observations when 5 wait, never a proposal, and counts the gap until it was reported", async () => {
      const { outbox } = await make({ maxObservations: 5, maxBytes: 1e9, maxProposals: 9 });
      await outbox.append({ items: [anObservation(1), aProposal("rule-a"), ...observations(2, 4)] });
      const appended = await outbox.append({ items: observations(5, 7) });
      assert.equal(appended.droppedObservations, 2);
      assert.deepEqual(outbox.counts().unreportedDrops, 2);
      await outbox.reportHealth({ at: instant(9), connectors: [], reportedDrops: 2 });
      assert.deepEqual((await drain(outbox)).map(contentOf), [["health"], ["rule-a"], [3, 4, 5, 6, 7]]);
      assert.equal(outbox.counts().unreportedDrops, 0);
    });

    it("drops repeats before changes, changes before a firing's samples, and what warns last of all", async () => {
      const { outbox } = await make({ maxObservations: 4, maxBytes: 1e9, maxProposals: 9 });
      const ranked = (value: number, rank: Rank) => ({ ...anObservation(value, value), rank });
      await outbox.append({ items: [ranked(1, "urgent"), ranked(2, "high"), ranked(3, "normal"), ranked(4, "low")] });
      assert.equal(outbox.counts().urgent, 1);
      const waiting: (string | number)[][] = [];
      for (const [value, rank] of [
        [5, "normal"],
        [6, "low"],
        [7, "high"],
        [8, "urgent"],
        [9, "urgent"],
      ] as const) {
        await outbox.append({ items: [ranked(value, rank)] });
        waiting.push([value, outbox.counts().unreportedDrops, outbox.counts().observations]);
      }
      assert.deepEqual(
        waiting.map(([, drops, count]) => [drops, count]),
        [1, 2, 3, 4, 5].map((drops) => [drops, 4]),
      );
      assert.deepEqual(outbox.counts().unreportedGap, { fromAt: instant(2), toAt: instant(6), observations: 5 });
      assert.deepEqual((await drain(outbox)).map(contentOf), [[1, 7, 8, 9]]);
    });

    it("tells a gap until a report of it is acknowledged, and what came after the report in the next one", async () => {
      const { outbox } = await make({ maxObservations: 1, maxBytes: 1e9, maxProposals: 9 });
      await outbox.append({ items: observations(1, 4) });
      await outbox.reportHealth({ at: instant(9), connectors: [], reportedDrops: 3 });
      const sealed = await outbox.nextSealed(seal);
      await outbox.append({ items: observations(5, 7) });
      assert.equal(outbox.counts().unreportedDrops, 5);
      await outbox.acknowledge(sealed?.seq ?? 0);
      assert.deepEqual(outbox.counts().unreportedGap, { fromAt: instant(6), toAt: instant(6), observations: 2 });
    });

    it("drops from what is being appended when that alone is too much", async () => {
      const { outbox } = await make({ maxObservations: 3, maxBytes: 1e9, maxProposals: 9 });
      assert.equal((await outbox.append({ items: observations(1, 10) })).droppedObservations, 7);
      assert.deepEqual((await drain(outbox)).map(contentOf), [[8, 9, 10]]);
    });

    it("keeps the bytes that wait below their bound", async () => {
      const { outbox } = await make({ maxObservations: 1e6, maxBytes: 2_000, maxProposals: 9 });
      await outbox.append({ items: observations(1, 50) });
      assert.ok(outbox.counts().bytes <= 2_000 && outbox.counts().bytes > 1_500);
      await drain(outbox);
      assert.equal(outbox.counts().bytes, 0);
    });

    it("refuses a proposal over the bound of 2 and says so, and keeps the observations beside it", async () => {
      const { outbox } = await make({ maxObservations: 9, maxBytes: 1e9, maxProposals: 2 });
      const proposals = ["a", "b", "c"].map((id) => aProposal(id));
      assert.equal((await outbox.append({ items: [...proposals, anObservation(1)] })).refusedProposals, 1);
      assert.deepEqual((await drain(outbox)).map(contentOf), [["a"], ["b"], [1]]);
    });

    it("keeps marks beside the items", async () => {
      const { outbox } = await make();
      await outbox.append({ items: [], marks: { "rule-a": "1", "rule-b": "2" } });
      await outbox.append({ items: [], marks: { "rule-a": "3" } });
      assert.deepEqual(await outbox.readMarks(), { "rule-a": "3", "rule-b": "2" });
    });

    const itSurvives = keeps === "on disk" ? it : () => undefined;
    itSurvives("goes on after a restart: same bootId, same sealed bytes, next number, marks and counts", async () => {
      const { outbox, reopen } = await make();
      assert.ok(reopen !== null);
      await outbox.append({ items: observations(1, 3), marks: { "rule-a": "1" } });
      const sealed = await outbox.nextSealed(seal);
      await outbox.append({ items: [...observations(4, 6), aProposal("rule-a")] });
      const before = outbox.counts();
      const again = await reopen();
      assert.equal(again.bootId, outbox.bootId);
      assert.deepEqual(again.counts(), before);
      assert.deepEqual(await again.nextSealed(() => "another text"), sealed);
      assert.deepEqual(await again.readMarks(), { "rule-a": "1" });
      assert.deepEqual(
        (await drain(again)).map((draft) => [draft.seq, ...contentOf(draft)]),
        [
          [1, 1, 2, 3],
          [2, 4, 5, 6],
          [3, "rule-a"],
        ],
      );
      assert.equal((await (await reopen()).nextSealed(seal)) === null, true);
    });

    it("loses, doubles and reorders nothing, whatever overlaps and wherever it restarts", async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 130 }) }),
        fc.record({ do: fc.constantFrom("propose" as const, "send" as const, "seal" as const, "reopen" as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
          const { outbox: first, reopen } = await make();
          let outbox = first;
          let value = 0;
          const appended: (number | string)[] = [];
          const sent = new Map<number, string>();
          const overlapping: Promise<unknown>[] = [];
          const append = (items: OutboxItem[], names: (number | string)[]): void => {
            appended.push(...names);
            overlapping.push(outbox.append({ items }));
          };
          for (const each of steps) {
            if (each.do === "append") {
              const items = observations(value + 1, value + each.count);
              append(
                items,
                items.map((_, i) => value + i + 1),
              );
              value += each.count;
            } else if (each.do === "propose") append([aProposal(`r${value}`)], [`r${value}`]);
            else if (each.do === "reopen") {
              await Promise.all(overlapping);
              outbox = (await reopen?.()) ?? outbox;
            } else {
              const sealed = await outbox.nextSealed(seal);
              if (sealed === null) continue;
              assert.equal(sent.get(sealed.seq) ?? sealed.text, sealed.text);
              sent.set(sealed.seq, sealed.text);
              if (each.do === "send") await outbox.acknowledge(sealed.seq);
            }
          }
          await Promise.all(overlapping);
          for (const draft of await drain(outbox)) sent.set(draft.seq, seal(draft));
          const bySeq = [...sent].sort(([a], [b]) => a - b);
          assert.deepEqual(
            bySeq.map(([seq]) => seq),
            bySeq.map((_, i) => i + 1),
          );
          assert.deepEqual(
            bySeq.flatMap(([, text]) => contentOf(unseal(text))),
            appended,
          );
        }),
        { numRuns: 25 },
      );
    });
  });
}
