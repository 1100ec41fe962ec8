import assert from "node:assert/strict";
import fc from "fast-check";
import { Notice, StudioEvent, inTenant, noticeRef } from "../contracts/index.js";
import type { Proposal } from "../contracts/index.js";
import { TENANT_ID, anOwner } from "../../test/support/builders.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { outboxJob } from "../jobs/jobs.js";
import { runJob } from "../jobs/run-job.js";
import { UNSENT_AFTER_MS, publishRow, sweepOutbox } from "./publish-outbox.js";
import type { EventPublisher } from "./publish-outbox.js";
import { receiveEvent } from "./receive-event.js";

describe("outbox", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });

  const dump = () => studio.deps.transactor.dump();
  const under = (name: string) => Object.entries(dump()).filter(([path]) => path.includes(`/${name}/`));
  const rows = () => under("outbox").map(([, data]) => StudioEvent.parse(data));
  const notices = () => under("notices").map(([, data]) => Notice.parse(data));
  const bytesOf = (event: unknown) => new TextEncoder().encode(JSON.stringify(event));

  /** What was published, in order; the first `failures` calls fail. */
  function publisher(failures = 0): EventPublisher & { readonly sent: StudioEvent[] } {
    const sent: StudioEvent[] = [];
    let left = failures;
    return {
      sent,
      publish: (event) => {
        if (left > 0) {
          left -= 1;
          return Promise.reject(new Error("no Pub/Sub"));
        }
        sent.push(event);
        return Promise.resolve();
      },
    };
  }

  async function lived(): Promise<Proposal> {
    const waiting = (await studio.accepted(studio.submitForAgent())).proposal;
    const { proposal } = await studio.accepted(studio.approve(waiting));
    const executed = (await studio.accepted(studio.execute(proposal))).proposal;
    return (await studio.accepted(studio.rollback(executed))).proposal;
  }

  it("holds one row, in the same commit, for each thing that somebody else is to hear of", async () => {
    const { proposalId } = await lived();
    const told = rows().map(({ type, recipients }) => [type, recipients]);
    assert.deepEqual(told, [
      ["proposal.approved", ["olga"]],
      ["proposal.executed", ["olga"]],
      ["proposal.rolled_back", ["olga"]],
    ]);
    const ids = studio.events().map(({ eventId }) => eventId);
    for (const row of rows()) assert.ok(ids.includes(row.eventId) && row.proposalId === proposalId);
  });

  it("tells nobody of what they did themselves, and nothing where nobody is left", async () => {
    const waiting = await studio.submitFlag();
    const { proposal } = await studio.accepted(studio.approve(waiting));
    await studio.accepted(studio.execute(proposal));
    assert.deepEqual(
      rows().map(({ type, recipients, actorId }) => [type, recipients, actorId]),
      [["proposal.approved", ["otto"], "ana"]],
    );
  });

  it("writes down ids and types alone: no words of anybody, and no address", async () => {
    await lived();
    for (const row of rows()) assert.doesNotMatch(JSON.stringify(row), /https?:|degrees|sensor|Olga/);
  });

  it("removes a row when it is published, and publishes no row twice that is gone", async () => {
    await lived();
    const to = publisher();
    const [row] = rows();
    assert.ok(row !== undefined);
    assert.equal(await publishRow(studio.deps, to, row), true);
    assert.equal(await publishRow(studio.deps, to, row), false);
    assert.deepEqual(to.sent, [row]);
    assert.equal(rows().length, 2);
  });

  it("keeps a row that could not be published, and publishes it twice when it could not be removed", async () => {
    await lived();
    const [row] = rows();
    assert.ok(row !== undefined);
    await assert.rejects(publishRow(studio.deps, publisher(1), row));
    assert.equal(rows().length, 3);
    const to = publisher();
    let transactions = 0;
    const dying = {
      ...studio.deps,
      transactor: {
        transact: ((body) => {
          transactions += 1;
          if (transactions === 2) throw new Error("the process died");
          return studio.deps.transactor.transact(body);
        }) as typeof studio.deps.transactor.transact,
      },
    };
    await assert.rejects(publishRow(dying, to, row));
    await publishRow(studio.deps, to, row);
    assert.deepEqual(to.sent, [row, row]);
  });

  it("publishes by the sweep what lay there for a minute, the oldest first, and nothing younger", async () => {
    await lived();
    const [young] = [...rows()].sort((a, b) => (a.at < b.at ? 1 : -1));
    assert.ok(young !== undefined);
    const to = publisher();
    studio.deps.clock.set(new Date(Date.parse(young.at) + UNSENT_AFTER_MS - 1).toISOString());
    const counts = await sweepOutbox(studio.deps, to);
    const isYoung = rows().filter(({ at }) => at === young.at).length;
    assert.deepEqual(counts, { unsent: 3 - isYoung, published: 3 - isYoung, failed: 0 });
    studio.deps.clock.advance(1);
    const run = await runJob(
      studio.deps,
      outboxJob(() => to),
      "hand",
    );
    assert.equal(run?.counts["failed"], 0);
    assert.deepEqual(rows(), []);
    assert.deepEqual(
      to.sent,
      [...to.sent].sort((a, b) => (a.at < b.at ? -1 : 1)),
    );
  });

  it("lets nothing of a studio overtake what could not be published", async () => {
    await lived();
    studio.deps.clock.advance(UNSENT_AFTER_MS);
    assert.deepEqual(await sweepOutbox(studio.deps, publisher(1)), { unsent: 3, published: 0, failed: 3 });
    const to = publisher();
    await sweepOutbox(studio.deps, to);
    assert.equal(to.sent[0]?.type, "proposal.approved");
  });

  it("notices each event once, whatever is delivered twice and in whatever order", async () => {
    await lived();
    const events = rows();
    const deliveries = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 12 });
    const all = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(all, deliveries, async (first, again) => {
        for (const [path] of under("notices")) studio.deps.transactor.remove(path);
        const order = [...again, ...first];
        const receipts = [];
        for (const i of order) receipts.push(await receiveEvent(studio.deps, bytesOf(events[i])));
        assert.equal(receipts.filter((receipt) => receipt === "noticed").length, 3);
        assert.deepEqual(
          notices().map(({ eventId }) => eventId),
          events.map(({ eventId }) => eventId).sort(),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("puts the notice where those whom it concerns find it", async () => {
    await lived();
    const [event] = rows();
    await receiveEvent(studio.deps, bytesOf(event));
    const notice = dump()[inTenant(TENANT_ID, noticeRef(event?.eventId ?? ""))];
    assert.deepEqual(notice, { ...event, receivedAt: studio.deps.clock.now() });
    assert.deepEqual(notice["recipients"], [anOwner().id]);
  });

  it("takes nothing that has not the shape of an event, down to a field too many", async () => {
    const [event] = [await lived(), ...rows()].slice(1) as StudioEvent[];
    const broken = [null, {}, { ...event, url: "https://x" }, { ...event, tenantId: "../x" }, { ...event, type: "x" }];
    for (const body of broken) assert.equal(await receiveEvent(studio.deps, bytesOf(body)), "malformed");
    assert.equal(await receiveEvent(studio.deps, new Uint8Array([0xff, 0xfe])), "malformed");
    assert.deepEqual(notices(), []);
  });
});
