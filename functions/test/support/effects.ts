import fc from "fast-check";
import * as z from "zod";
import { canonicalJson } from "../../src/audit/canonical-json.js";
import type { AnyCapability } from "../../src/capabilities/registry.js";
import type { EffectWrite, Json, JsonObject, Plan } from "../../src/contracts/index.js";
import { planEffect } from "../../src/proposals/plan-effect.js";
import type { PlanResult, TenantDocuments } from "../../src/proposals/plan-effect.js";
import { capabilityOf } from "./builders.js";
import { NOW, sha256 } from "./fake-means.js";

/** Fields that the random effects touch. `shelf/*` is theirs alone. */
const FIELDS = ["title", "state", "count"];
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, 7, "", "mug"),
  fc.record(
    { code: fc.constantFrom("a", "b"), list: fc.array(fc.nat(3), { maxLength: 2 }) },
    { noNullPrototype: true },
  ),
);
const aDocument: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.constantFrom(...FIELDS), value, { noNullPrototype: true })
  .map((fields) => ({ id: "shelf", ...fields }));

export interface RandomEffect {
  readonly documents: Readonly<Record<string, JsonObject | null>>;
  readonly writes: readonly EffectWrite[];
}

/** Up to four documents that are there or not, and for each one a create, an update or a delete that fits. */
export const anEffect: fc.Arbitrary<RandomEffect> = fc
  .array(
    fc.record({ before: fc.option(aDocument), after: fc.option(aDocument) }).filter(({ before, after }) => {
      return canonicalJson(before) !== canonicalJson(after);
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((pairs) => ({
    documents: Object.fromEntries(pairs.map(({ before }, i) => [`shelf/s-${i}`, before])),
    writes: pairs.map(({ before, after }, i) => toWrite(`shelf/s-${i}`, before, after)),
  }));

function toWrite(ref: string, before: JsonObject | null, after: JsonObject | null): EffectWrite {
  const op = before === null ? "create" : after === null ? "delete" : "update";
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
  const fields = names.map((path) => ({
    path,
    ...(before?.[path] === undefined ? {} : { before: before[path] }),
    ...(after?.[path] === undefined ? {} : { after: after[path] }),
    sensitivity: "none" as const,
  }));
  return { ref, op, fields };
}

/** A capability that previews exactly these writes, declares all of `shelf/*`, and reads every field of it. */
export function capabilityFor(writes: readonly EffectWrite[], overrides: Partial<AnyCapability> = {}): AnyCapability {
  const base = capabilityOf("firing.flag");
  return {
    ...base,
    metadata: {
      ...base.metadata,
      id: "shelf.set",
      maxTargets: 25,
      declaredPaths: [{ path: "shelf/*", ops: ["create", "update", "delete"], fields: ["id", ...FIELDS] }],
    },
    outputSchema: z.partialRecord(z.enum(["id", ...FIELDS]), z.json()),
    targets: () => writes.map(({ ref }) => ref),
    reads: () => [...new Set(writes.map(({ ref }) => ref))].map((ref) => ({ ref, fields: ["id", ...FIELDS] })),
    preview: () => ({ kind: "effect", headline: "Set the shelf", writes, members: 2, cents: -300, irreversible: [] }),
    ...overrides,
  };
}

export const planOf = (capability: AnyCapability, documents: TenantDocuments, input: JsonObject = {}): PlanResult =>
  planEffect(
    {
      tenantId: "kiln-house",
      ownerUid: "olga",
      capability,
      input,
      context: { proposalId: "p-1", requestedBy: "Olga", requesterId: "olga", plannedAt: NOW },
      now: NOW,
      sha256,
    },
    documents,
  );

export function requirePlan(result: PlanResult): Plan {
  if (result.kind === "refused") throw new Error(`${result.reason}: ${result.detail}`);
  return result.plan;
}
