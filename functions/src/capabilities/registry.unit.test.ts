import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { CapabilityMetadata } from "../contracts/index.js";
import { capabilityOf } from "../../test/support/builders.js";
import { REGISTRY, buildRegistry } from "./registry.js";
import type { AnyCapability } from "./registry.js";

const flag = capabilityOf("firing.flag");
const note = capabilityOf("batch.opsNote.append");
const withMetadata = (change: object): AnyCapability => ({ ...flag, metadata: { ...flag.metadata, ...change } });
const without = (object: object, name: string): object =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

describe("capabilities/registry", () => {
  it("knows what a studio needs first: all of it can be taken back, but an edit of the policy and a purge; none of it is physical", () => {
    assert.deepEqual(
      [...REGISTRY.values()].map(({ metadata }) => `${metadata.id} ${metadata.riskTier}`),
      [
        "announcement.draft.store low",
        "policy.approval.replace high",
        "batch.opsNote.append low",
        "batch.state.advance medium",
        "firing.flag low",
        "order.reconciliation.annotate low",
        "reservation.status.set low",
        "reservation.window.shift medium",
        "retention.purge high",
      ],
    );
    const irreversible = [...REGISTRY.values()].filter(({ metadata }) => metadata.inverse.kind === "none");
    assert.deepEqual(
      irreversible.map(({ metadata }) => metadata.id),
      ["policy.approval.replace", "retention.purge"],
    );
  });

  it("refuses an entry that counts against a quota that nobody defined", () => {
    assert.throws(() => buildRegistry([withMetadata({ quotaId: "plenty" })]), /there is no quota plenty/);
  });

  for (const field of Object.keys(CapabilityMetadata.shape))
    it(`refuses an entry without ${field}`, () => {
      const entry = { ...flag, metadata: without(flag.metadata, field) } as AnyCapability;
      assert.throws(() => buildRegistry([note, entry]), new RegExp(`registry is refused:\\n.*${field}`));
    });

  for (const part of ["inputSchema", "outputSchema", "targets", "reads", "preview", "fromAgent"])
    it(`refuses an entry without ${part}`, () => {
      const entry = without(flag, part) as AnyCapability;
      assert.throws(() => buildRegistry([entry]), new RegExp(`firing.flag: .*${part}|agent`));
      const emptied = { ...flag, [part]: undefined } as AnyCapability;
      assert.throws(() => buildRegistry([emptied]), new RegExp(`firing.flag: .*${part}|agent`));
    });

  const contradictions: readonly [string, AnyCapability, RegExp][] = [
    ["writes without an executor", withMetadata({ executorId: null }), /writes but has no executor/],
    ["drafts with an executor", withMetadata({ mode: "draft" }), /does not write but has an executor/],
    ["lets agents ask without saying how", { ...flag, fromAgent: null }, /do not go together/],
    ["says how agents ask without letting them", { ...note, fromAgent: flag.fromAgent }, /do not go together/],
    ["has a field that nobody knows", withMetadata({ isSafe: true }), /isSafe/],
    ["declares no path", withMetadata({ declaredPaths: [] }), /declaredPaths/],
    ["reaches more than 25 records", withMetadata({ maxTargets: 26 }), /maxTargets/],
    ["has no inverse and does not say why", withMetadata({ inverse: { kind: "none" } }), /inverse/],
  ];
  for (const [what, entry, problem] of contradictions)
    it(`refuses an entry that ${what}`, () => assert.throws(() => buildRegistry([entry]), problem));

  it("promises of every record that is written no field beyond the declared ones", () => {
    for (const { metadata, outputSchema } of REGISTRY.values())
      for (const stray of [{ isApproved: true }, { ownerUid: "eve" }, "text", null])
        assert.ok(!outputSchema.safeParse(stray).success, `${metadata.id}: ${JSON.stringify(stray)}`);
  });

  it("lets a capability in that only drafts", () => {
    assert.equal(buildRegistry([withMetadata({ mode: "draft", executorId: null })]).size, 1);
  });

  it("refuses one id twice", () =>
    assert.throws(() => buildRegistry([flag, note, flag]), /firing.flag: registered twice/));

  it("names every problem of every entry at once", () => {
    const broken = [withMetadata({ executorId: null }), withMetadata({ id: "kiln.light", version: 0 })];
    assert.throws(
      () => buildRegistry(broken),
      (error: Error) => error.message.split("\n").length === 3,
    );
  });

  it("names a decision record that exists", function () {
    for (const { metadata } of REGISTRY.values())
      assert.ok(existsSync(new URL(`../../../${metadata.adr}`, import.meta.url)), metadata.adr);
  });
});
