import assert from "node:assert/strict";
import { TENANT_ID, anAdmin, anApprover, anOwner, anotherApprover } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { inTenant, MAX_PURGE_PART, Purge, PURGEABLE_COLLECTIONS, RetentionPurgeInput } from "../contracts/index.js";
import type { HoldSubject, JsonObject, Proposal } from "../contracts/index.js";
import { approveProposal } from "../proposals/review.js";
import { placeHold } from "./change-holds.js";
import { planPurge } from "./plan-purge.js";
import { RETENTION, purgeable } from "./retention-matrix.js";
import { runPurges } from "./run-purges.js";

const DAY = 24 * HOUR;

describe("governance: purges", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });
  /** Notices as old as this, in days. */
  const notices = (ages: readonly number[]): void => {
    ages.forEach((days, n) => {
      const path = inTenant(TENANT_ID, `notices/n-${String(n).padStart(4, "0")}`);
      studio.deps.transactor.put(path, { receivedAt: later(-days * DAY, NOW) });
    });
  };
  const left = (): string[] =>
    Object.keys(studio.deps.transactor.dump())
      .filter((path) => path.includes("/notices/"))
      .map((path) => path.split("/").at(-1) ?? "");
  const plan = async (collection = "notices") => studio.accepted(planPurge(studio.deps, TENANT_ID, collection), []);
  const propose = (input: JsonObject | null) => studio.submit(anOwner(), input ?? {}, "retention.purge");
  let reasons = 0;
  const approve = async (proposal: Proposal): Promise<Proposal> => {
    let seen = proposal;
    for (const actor of [anApprover(), anotherApprover()]) {
      reasons += 1;
      const rationale = `the dry run names what I expect, number ${reasons}`;
      const body = { ifRev: seen.rev, planId: seen.plan.planId, rationale, reasonCode: null };
      const { proposalId } = seen;
      const command = {
        actor,
        signedInAt: studio.deps.clock.now(),
        tenantId: TENANT_ID,
        requestId: "request-1",
        proposalId,
        body,
      };
      seen = (await studio.accepted(approveProposal(studio.deps, command))).proposal;
    }
    return seen;
  };
  const approved = async (): Promise<Proposal> => {
    const { input } = await plan();
    const waiting = await approve((await studio.accepted(propose(input))).proposal);
    return (await studio.accepted(studio.execute(waiting, 7))).proposal;
  };
  const purge = ({ proposalId }: Proposal): Purge => Purge.parse(studio.at(`purges/${proposalId}`));
  const run = () => runPurges(studio.deps, "job-retentionPurge.1");
  const hold = (about: HoldSubject) =>
    placeHold(studio.deps, {
      actor: anAdmin(),
      tenantId: TENANT_ID,
      requestId: "request-1",
      body: { about, reason: "the insurer asks" },
    });

  it("plans what is past its time and nothing younger, and deletes nothing by that", async () => {
    notices([91, 200, 90.001, 89.9, 1]);
    const { input, count, isComplete, heldBy } = await plan();
    assert.deepEqual([count, isComplete, heldBy], [3, true, []]);
    assert.equal(input?.parts[0]?.untilAt, later(-90 * DAY, NOW));
    assert.equal(left().length, 5);
    assert.deepEqual(await plan("observations"), { input: null, count: 0, isComplete: true, heldBy: [] });
  });

  it("cuts what one commit cannot hold into parts that time alone tells apart", async () => {
    // Two and a half parts, many of them at the same moment.
    const count = Math.floor(MAX_PURGE_PART * 2.5);
    notices(Array.from({ length: count }, (_, n) => 400 - Math.floor(n / 7)));
    const found = await plan();
    assert.equal(found.count, count);
    const parts = found.input?.parts ?? [];
    assert.ok(parts.length >= 3 && parts.every((part) => part.count <= MAX_PURGE_PART));
    parts.slice(1).forEach((part, at) => assert.equal(part.fromAt, parts[at]?.untilAt));
  });

  it("deletes exactly what two people approved, each part with its event, and once", async () => {
    notices([...Array.from({ length: MAX_PURGE_PART + 30 }, (_, n) => 500 - n * 0.5), 3]);
    const done = await approved();
    assert.equal(left().length, MAX_PURGE_PART + 31, "an execution alone deletes nothing");
    const counts = await run();
    assert.deepEqual(counts, { purges: 1, deleted: MAX_PURGE_PART + 30, refused: 0, waiting: 0 });
    assert.deepEqual(left(), [`n-${String(MAX_PURGE_PART + 30).padStart(4, "0")}`]);
    assert.equal(purge(done).status, "done");
    const told = studio.events().filter(({ type }) => type === "purge.part_deleted");
    assert.deepEqual(
      told.map(({ data, proposalId }) => [data["part"], data["of"], proposalId]),
      [1, 2].map((part) => [part, 2, done.proposalId]),
    );
    assert.deepEqual(await run(), { purges: 0, deleted: 0, refused: 0, waiting: 0 });
  });

  it("goes on where a crash left it", async () => {
    notices(Array.from({ length: MAX_PURGE_PART * 2 }, (_, n) => 900 - n * 0.5));
    const done = await approved();
    let commits = 0;
    const crashing: typeof studio.deps = {
      ...studio.deps,
      transactor: {
        ...studio.deps.transactor,
        transact: (body) => {
          commits += 1;
          return commits > 2 ? Promise.reject(new Error("injected crash")) : studio.deps.transactor.transact(body);
        },
      },
    };
    await assert.rejects(runPurges(crashing, "job-1"), /injected crash/);
    assert.deepEqual([purge(done).status, purge(done).partsDone], ["approved", 1]);
    await run();
    assert.deepEqual([purge(done).status, left().length], ["done", 0]);
  });

  for (const [what, change] of [
    ["one more", () => studio.change("notices/n-late", { receivedAt: later(-150 * DAY, NOW) })],
    ["another in the place of one", () => studio.change("notices/n-0000", { receivedAt: later(-1 * DAY, NOW) })],
  ] as const)
    it(`deletes nothing where it finds ${what} than was approved`, async () => {
      notices([100, 120, 140]);
      const done = await approved();
      change();
      if (what !== "one more") studio.change("notices/n-other", { receivedAt: later(-100 * DAY, NOW) });
      const before = left();
      assert.deepEqual(await run(), { purges: 1, deleted: 0, refused: 1, waiting: 0 });
      assert.deepEqual(left(), before);
      assert.equal(purge(done).status, "refused");
      const [event] = studio.events().filter(({ type }) => type === "purge.refused");
      assert.equal(event?.reasonCode, "PURGE_PLAN_CHANGED");
    });

  for (const about of [
    { kind: "everything" },
    { kind: "collection", id: "notices" },
    { kind: "person", id: "somebody" },
    { kind: "proposal", id: "p-1" },
  ] as const)
    it(`is beaten by a legal hold on ${about.kind}: in the dry run, at the request, before and after the execution`, async () => {
      notices([100, 120]);
      const { input } = await plan();
      const early = await approve((await studio.accepted(propose(input))).proposal);
      const done = (await studio.accepted(studio.execute(early, 7))).proposal;
      notices([100, 120, 130]);
      const waiting = await approve((await studio.accepted(propose((await plan()).input))).proposal);
      const { hold: placed } = await studio.accepted(hold(about));
      assert.deepEqual((await plan()).heldBy, [placed.holdId]);
      await studio.refused(propose(input), "LEGAL_HOLD");
      await studio.refused(studio.execute(waiting, 8), "STALE_PLAN", ["proposal.went_stale"]);
      assert.deepEqual(await run(), { purges: 1, deleted: 0, refused: 1, waiting: 0 });
      assert.deepEqual([purge(done).status, left().length], ["refused", 3]);
    });

  it("does not keep what devices said for a hold on a person", async () => {
    studio.change("observations/o-1", { receivedAt: later(-500 * DAY, NOW) });
    await studio.accepted(hold({ kind: "person", id: "somebody" }));
    assert.deepEqual((await plan("observations")).heldBy, []);
  });

  it("waits while the studio is stopped, and goes on when it is open again", async () => {
    notices([100]);
    await approved();
    await studio.accepted(studio.stop());
    assert.deepEqual(await run(), { purges: 1, deleted: 0, refused: 0, waiting: 1 });
    await studio.releaseByTwo();
    assert.equal((await run()).deleted, 1);
  });

  const part = { fromAt: later(-300 * DAY), untilAt: later(-200 * DAY), count: 1, idsHash: "a".repeat(64) };
  const wrong: readonly [string, JsonObject, Parameters<MemoryStudio["refused"]>[1]][] = [
    ["the record", { collection: "auditEvents", parts: [part] }, "RETENTION_NOT_OVER"],
    ["a collection that there is not", { collection: "constructor", parts: [part] }, "RETENTION_NOT_OVER"],
    [
      "what is younger than its time",
      { collection: "notices", parts: [{ ...part, untilAt: later(-89 * DAY) }] },
      "RETENTION_NOT_OVER",
    ],
    ["the same part twice", { collection: "notices", parts: [part, part] }, "INVALID_INPUT"],
    ["nothing", { collection: "notices", parts: [] }, "INVALID_INPUT"],
  ];
  for (const [what, input, reason] of wrong)
    it(`cannot be asked for about ${what}`, () => studio.refused(propose(input), reason));

  it("plans nothing of what is kept for ever", async () => {
    for (const collection of ["proposals", "auditEvents", "auditPayloads", "nothing"]) {
      const outcome = await planPurge(studio.deps, TENANT_ID, collection);
      assert.equal(outcome.kind === "refused" ? outcome.reason : "", "RETENTION_NOT_OVER");
    }
  });

  it("has an input that its own capability reads", async () => {
    notices([100]);
    RetentionPurgeInput.parse((await plan()).input);
  });
});

describe("governance/retention-matrix", () => {
  it("never lets age end the record, decisions or the studio's own records", () => {
    const ended = Object.entries(RETENTION).filter(([, row]) => row.keptDays !== null);
    assert.deepEqual(
      ended.map(([name]) => name),
      [...PURGEABLE_COLLECTIONS],
    );
    for (const [name, row] of ended) assert.equal(purgeable(name, NOW)?.timeField, row.timeField);
  });

  it("says of every row why, and what ends it", () => {
    for (const { why, endedBy, holds } of Object.values(RETENTION)) {
      assert.match(why, /\.$/);
      assert.ok(endedBy.length > 0 && holds.length > 0);
    }
  });
});
