import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { Plan } from "../contracts/index.js";
import type { EffectWrite, JsonObject } from "../contracts/index.js";
import { capabilityOf, documentsOf } from "../../test/support/builders.js";
import { anEffect, capabilityFor, planOf, requirePlan } from "../../test/support/effects.js";
import { sha256 } from "../../test/support/fake-means.js";
import { driftedOutsidePlan, hashIntent, planIdOf, staleFields } from "./plan-effect.js";
import type { PlanResult } from "./plan-effect.js";

const SHELF = { id: "shelf", title: "mug", count: 7 };
const update = (fields: EffectWrite["fields"], ref = "shelf/s-0"): EffectWrite => ({ ref, op: "update", fields });
const recount = { path: "count", before: 7, after: 8, sensitivity: "none" } as const;
const store = (data: JsonObject | null = SHELF): ReturnType<typeof documentsOf> => documentsOf({ "shelf/s-0": data });
const refusalOf = (result: PlanResult): string =>
  result.kind === "refused" ? `${result.reason}: ${result.detail}` : "planned";

describe("proposals/plan-effect", () => {
  it("plans the effect, its inverse, its reach and the preconditions of every field that was read", () => {
    const plan = requirePlan(planOf(capabilityFor([update([recount])]), store()));
    assert.deepEqual(Plan.parse(plan), plan);
    assert.deepEqual(plan.writes, [update([recount])]);
    assert.deepEqual(plan.inverse, [update([{ ...recount, before: 8, after: 7 }])]);
    assert.deepEqual(plan.blastRadius, { docs: 1, members: 2, cents: -300, devices: 0 });
    const [precondition] = plan.preconditions;
    assert.deepEqual(precondition?.values, SHELF);
    assert.deepEqual(precondition.fields, ["id", "title", "state", "count"]);
    assert.equal(precondition.fieldsHash, sha256('{"count":7,"id":"shelf","title":"mug"}'));
  });

  it("has no inverse where the capability has none", () => {
    const capability = capabilityFor([update([recount])]);
    const none = { kind: "none", reason: "it cannot be taken back" } as const;
    const plan = requirePlan(planOf({ ...capability, metadata: { ...capability.metadata, inverse: none } }, store()));
    assert.deepEqual(plan.inverse, []);
  });

  it("leaves out fields that stay as they are, and refuses NO_OP when none is left", () => {
    const same = { path: "title", before: "mug", after: "mug", sensitivity: "none" } as const;
    const plan = requirePlan(planOf(capabilityFor([update([same, recount])]), store()));
    assert.deepEqual(plan.writes, [update([recount])]);
    assert.equal(refusalOf(planOf(capabilityFor([update([same])]), store())), "NO_OP: nothing would change");
    assert.equal(refusalOf(planOf(capabilityFor([]), store())), "NO_OP: nothing would change");
  });

  it("shows a preview the fields that it declared, and no others", () => {
    const seen: unknown[] = [];
    const capability = capabilityFor([update([recount])], {
      reads: () => [{ ref: "shelf/s-0", fields: ["count"] }],
      preview: (truth) => {
        seen.push(truth.get("shelf/s-0"), truth.get("shelf/s-1"));
        return { kind: "refused", reason: "TARGET_STATE", detail: "looked" };
      },
    });
    assert.equal(refusalOf(planOf(capability, store())), "TARGET_STATE: looked");
    assert.deepEqual(seen, [{ count: 7 }, undefined]);
  });

  it("refuses BLAST_RADIUS_EXCEEDED at one record more than maxTargets", () => {
    const writes = (count: number): EffectWrite[] =>
      Array.from({ length: count }, (_, i) => update([recount], `shelf/s-${i}`));
    const documents = documentsOf(Object.fromEntries(writes(26).map(({ ref }) => [ref, SHELF])));
    assert.equal(refusalOf(planOf(capabilityFor(writes(25)), documents)), "planned");
    const refused = refusalOf(planOf(capabilityFor(writes(26)), documents));
    assert.equal(refused, "BLAST_RADIUS_EXCEEDED: 26 records, at most 25");
  });

  it("refuses CROSS_TENANT_DENIED for a record that says it is another studio's, or another person's", () => {
    const refusal = (said: JsonObject): string =>
      refusalOf(planOf(capabilityFor([update([recount])]), store({ ...SHELF, ...said })));
    assert.equal(refusal({ tenantId: "kiln-house", ownerUid: "olga" }), "planned");
    for (const said of [{ tenantId: "mud-hut" }, { tenantId: null }, { ownerUid: "omar" }, { ownerUid: null }])
      assert.match(refusal(said), /^CROSS_TENANT_DENIED: shelf\/s-0 says that it is somebody else's/);
  });

  it("refuses OUTPUT_INVALID where a record would not be as the capability promises, and names it without its value", () => {
    const outputSchema = z.strictObject({ count: z.int().max(8) });
    const refusal = (writes: EffectWrite[], data: JsonObject | null = SHELF): string =>
      refusalOf(planOf(capabilityFor(writes, { outputSchema }), store(data)));
    assert.equal(refusal([update([recount])]), "planned");
    assert.equal(refusal([update([{ ...recount, after: 9 }])]), "OUTPUT_INVALID: shelf/s-0: count");
    const title = { path: "title", before: "mug", after: "secret", sensitivity: "pii" } as const;
    assert.equal(refusal([update([recount, title])]), "OUTPUT_INVALID: shelf/s-0: (the whole)");
    const gone: EffectWrite = { ref: "shelf/s-0", op: "delete", fields: whole };
    assert.equal(refusal([gone]), "planned", "what is deleted holds nothing");
  });

  const created = { path: "count", after: 1, sensitivity: "none" } as const;
  const whole = Object.entries(SHELF).map(([path, before]) => ({ path, before, sensitivity: "none" as const }));
  const strays: readonly [string, EffectWrite, JsonObject | null, string][] = [
    ["an update outside", update([recount], "kilns/k-1"), SHELF, "update kilns/k-1, update kilns/k-1"],
    [
      "a create below",
      { ref: "shelf/s-0/notes/n-1", op: "create", fields: [created] },
      SHELF,
      "create shelf/s-0/notes/n-1",
    ],
    ["another field", update([{ ...recount, path: "owner" }]), { ...SHELF, owner: 7 }, "shelf/s-0.owner"],
    [
      "a create over a record that exists",
      { ref: "shelf/s-0", op: "create", fields: [created] },
      SHELF,
      "shelf/s-0 exists",
    ],
    ["an update of a record that does not", update([recount]), null, "shelf/s-0 does not exist"],
    [
      "a delete of a record that does not",
      { ref: "shelf/s-0", op: "delete", fields: whole },
      null,
      "shelf/s-0 does not exist",
    ],
    ["a before that is not what was read", update([{ ...recount, before: 6 }]), SHELF, "shelf/s-0.count"],
    ["a before where there is a value", update([created]), SHELF, "shelf/s-0.count"],
    [
      "a delete that names not every field",
      { ref: "shelf/s-0", op: "delete", fields: whole.slice(1) },
      SHELF,
      "shelf/s-0.id",
    ],
  ];
  for (const [what, write, data, named] of strays)
    it(`refuses ${what} as UNDECLARED_WRITE, and names it`, () => {
      const reads = () => [{ ref: write.ref, fields: ["id", "title", "state", "count", "owner"] }];
      const refused = refusalOf(planOf(capabilityFor([write], { reads }), documentsOf({ [write.ref]: data })));
      assert.ok(refused.startsWith(`UNDECLARED_WRITE: ${named}`), refused);
    });

  it("refuses a write to a record, or a field, that the precondition selector does not name", () => {
    const blind = capabilityFor([update([recount])], { reads: () => [] });
    assert.equal(refusalOf(planOf(blind, store())), "UNDECLARED_WRITE: shelf/s-0 was not read");
    const narrow = capabilityFor([update([recount])], { reads: () => [{ ref: "shelf/s-0", fields: ["title"] }] });
    assert.equal(refusalOf(planOf(narrow, store())), "UNDECLARED_WRITE: shelf/s-0.count");
  });

  it("refuses an op whose inverse is not declared", () => {
    const capability = capabilityFor([{ ref: "shelf/s-0", op: "create", fields: [created] }]);
    const declaredPaths = [{ path: "shelf/*", ops: ["create" as const], fields: ["count"] }];
    const oneWay = { ...capability, metadata: { ...capability.metadata, declaredPaths } };
    assert.equal(refusalOf(planOf(oneWay, store(null))), "UNDECLARED_WRITE: delete shelf/s-0");
  });

  describe("the plan's id", () => {
    const plan = requirePlan(planOf(capabilityFor([update([recount])]), store()));
    const [write] = plan.writes;
    const [field] = write?.fields ?? [];
    const [precondition] = plan.preconditions;
    assert.ok(write !== undefined && field !== undefined && precondition !== undefined);
    const withField = (change: object): Partial<Plan> => ({
      writes: [{ ...write, fields: [{ ...field, ...change }] }],
    });
    const withPrecondition = (change: object): Partial<Plan> => ({ preconditions: [{ ...precondition, ...change }] });
    const changes: readonly [string, Partial<Plan>][] = [
      ["the intent", { intentHash: "0".repeat(64) }],
      ["a written record", { writes: [{ ...write, ref: "shelf/s-1" }] }],
      ["an op", { writes: [{ ...write, op: "create" }] }],
      ["a field's name", withField({ path: "title" })],
      ["a value before", withField({ before: 6 })],
      ["a value after", withField({ after: 9 })],
      ["a sensitivity", withField({ sensitivity: "pii" })],
      ["one write more", { writes: [write, write] }],
      ["the inverse", { inverse: [] }],
      ["a record that was read", withPrecondition({ ref: "shelf/s-1" })],
      ["whether it exists", withPrecondition({ exists: false })],
      ["the fields that were read", withPrecondition({ fields: ["count"] })],
      ["what they held", withPrecondition({ fieldsHash: "0".repeat(64) })],
    ];
    for (const [what, change] of changes)
      it(`changes with ${what}`, () => assert.notEqual(planIdOf({ ...plan, ...change }, sha256), plan.planId));

    it("does not change with the time of the plan or of a record's last write", () => {
      const again = planIdOf({ ...plan, ...withPrecondition({ updateTime: "2030-01-01T00:00:00.000000Z" }) }, sha256);
      assert.equal(again, plan.planId);
    });
  });

  describe("the intent's hash", () => {
    const capability = capabilityOf("firing.flag");
    const intent = {
      tenantId: "kiln-house",
      ownerUid: "olga",
      capability,
      input: { firingId: "f-1", attention: "other", note: "odd smell" } as JsonObject,
      sha256,
    };
    const metadata = (change: object): Partial<typeof intent> => ({
      capability: { ...capability, metadata: { ...capability.metadata, ...change } },
    });
    const changes: readonly [string, Partial<typeof intent>][] = [
      ["the studio", { tenantId: "mud-hut" }],
      ["the owner", { ownerUid: "omar" }],
      ["the capability", metadata({ id: "firing.other" })],
      ["its version", metadata({ version: 2 })],
      ["the input", { input: { ...intent.input, note: "odd smells" } }],
      ["the targets", { capability: { ...capability, targets: () => ["firings/f-2"] } }],
    ];
    for (const [what, change] of changes)
      it(`changes with ${what}`, () => assert.notEqual(hashIntent({ ...intent, ...change }), hashIntent(intent)));

    it("does not change with the order in which input or targets are named", () => {
      const targets = (list: string[]) => ({ ...intent, capability: { ...capability, targets: () => list } });
      assert.equal(hashIntent(targets(["a/1", "b/2"])), hashIntent(targets(["b/2", "a/1"])));
      const input = Object.fromEntries(Object.entries(intent.input).reverse());
      assert.equal(hashIntent({ ...intent, input }), hashIntent(intent));
    });
  });

  describe("staleness", () => {
    const reads = () => [{ ref: "shelf/s-0", fields: ["count", "state"] }];
    const plan = requirePlan(planOf(capabilityFor([update([recount])], { reads }), store()));
    const stale = (data: JsonObject | null): unknown => staleFields(plan, store(data), sha256);

    it("is not found where nothing changed, or only fields that the plan never read", () => {
      assert.deepEqual(stale(SHELF), []);
      assert.deepEqual(stale({ ...SHELF, title: "bowl", extra: 1, auditVersion: 9 }), []);
    });

    it("names each field that was read and changed, with what was and what is", () => {
      assert.deepEqual(stale({ ...SHELF, count: 9, state: "x" }), [
        { ref: "shelf/s-0", field: "count", was: 7, now: 9 },
        { ref: "shelf/s-0", field: "state", now: "x" },
      ]);
      assert.deepEqual(stale({ id: "shelf" }), [{ ref: "shelf/s-0", field: "count", was: 7 }]);
    });

    it("tells null from absent, and a number from text", () => {
      assert.deepEqual(stale({ ...SHELF, state: null }), [{ ref: "shelf/s-0", field: "state", now: null }]);
      assert.deepEqual(stale({ ...SHELF, count: "7" }), [{ ref: "shelf/s-0", field: "count", was: 7, now: "7" }]);
    });

    it("is the record itself when it is gone, or came into being", () => {
      assert.deepEqual(stale(null), [{ ref: "shelf/s-0", field: "(document)", was: true, now: false }]);
      const create = capabilityFor([{ ref: "shelf/s-0", op: "create", fields: [created] }]);
      const found = staleFields(requirePlan(planOf(create, store(null))), store(), sha256);
      assert.deepEqual(found, [{ ref: "shelf/s-0", field: "(document)", was: false, now: true }]);
    });

    it("is not hidden by stored values that contradict their own hash", () => {
      const [precondition] = plan.preconditions;
      assert.ok(precondition !== undefined);
      const forged = { ...plan, preconditions: [{ ...precondition, values: { count: 9 } }] };
      const found = staleFields(forged, store({ ...SHELF, count: 9 }), sha256);
      assert.deepEqual(found, [{ ref: "shelf/s-0", field: "(document)" }]);
    });

    it("of a record's update time alone is drift, which is noted and not refused", () => {
      assert.deepEqual(driftedOutsidePlan(plan, store()), []);
      const document = { path: "tenants/kiln-house/shelf/s-0", data: SHELF, updateTime: "2026-01-01T00:00:00.000002Z" };
      assert.deepEqual(driftedOutsidePlan(plan, new Map([["shelf/s-0", document]])), ["shelf/s-0"]);
    });
  });

  it("plans any fitting effect, the same one under the same id", () => {
    fc.assert(
      fc.property(anEffect, ({ documents, writes }) => {
        const once = requirePlan(planOf(capabilityFor(writes), documentsOf(documents)));
        assert.deepEqual(Plan.parse(once), once);
        assert.equal(requirePlan(planOf(capabilityFor(writes), documentsOf(documents))).planId, once.planId);
        assert.deepEqual(staleFields(once, documentsOf(documents), sha256), []);
      }),
    );
  });
});
