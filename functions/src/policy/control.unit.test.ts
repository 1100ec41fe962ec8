import assert from "node:assert/strict";
import fc from "fast-check";
import { CONTROL_MODES, ControlState } from "../contracts/index.js";
import type { ControlMode, ControlScope, JsonObject } from "../contracts/index.js";
import { aControl } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { effectiveControl, readControl, unseenEpoch } from "./control.js";
import type { ControlReadings } from "./control.js";

const aScope = (overrides: Partial<ControlScope>): ControlScope => ({
  kind: "capability",
  id: "firing.flag",
  mode: "stopped",
  reason: "It flags far too much.",
  by: { id: "olga", name: "Olga Owner" },
  at: NOW,
  until: null,
  releaseRequest: null,
  ...overrides,
});
const readings = (tenant: Partial<ControlState>, global: Partial<ControlState> = {}): ControlReadings => ({
  global: { kind: "read", state: aControl(global) },
  tenant: { kind: "read", state: aControl(tenant) },
});
const flag = { capabilityId: "firing.flag", actorIds: ["ana", "pi-1"], connectorIds: ["hubitat"] };

describe("policy/control", () => {
  const document = aControl() as unknown as JsonObject;
  const unreadable: readonly [string, JsonObject | null][] = [
    ["no document", null],
    ["an empty document", {}],
    ["an unknown mode", { ...document, mode: "open" }],
    ["a negative epoch", { ...document, epoch: -1 }],
    ["a field nobody knows", { ...document, isFine: true }],
    ["a scope that does not have its shape", { ...document, scopes: [{ kind: "capability" }] }],
    ...Object.keys(ControlState.shape).map((field): [string, JsonObject] => [
      `no ${field}`,
      Object.fromEntries(Object.entries(document).filter(([name]) => name !== field)),
    ]),
  ];
  for (const [what, data] of unreadable)
    it(`counts ${what} as unreadable, and so as stopped, on either level`, () => {
      const broken = readControl(data);
      assert.equal(broken.kind, "unreadable");
      const whole = { kind: "read", state: aControl() } as const;
      for (const found of [
        effectiveControl({ global: broken, tenant: whole }, flag, NOW),
        effectiveControl({ global: whole, tenant: broken }, flag, NOW),
      ]) {
        assert.equal(found.mode, "stopped");
        assert.equal(found.isUnreadable, true);
      }
    });

  it("reads what it wrote", () => assert.deepEqual(readControl(document), { kind: "read", state: aControl() }));

  it("lets the strictest of global, tenant and matching scopes count, whichever it is", () => {
    const mode = fc.constantFrom(...CONTROL_MODES);
    const rank = (one: ControlMode): number => CONTROL_MODES.indexOf(one);
    fc.assert(
      fc.property(mode, mode, fc.array(mode, { maxLength: 4 }), (global, tenant, scopes) => {
        const all = readings({ mode: tenant, scopes: scopes.map((one) => aScope({ mode: one })) }, { mode: global });
        const strictest = [global, tenant, ...scopes].reduce((a, b) => (rank(b) > rank(a) ? b : a));
        assert.equal(effectiveControl(all, flag, NOW).mode, strictest);
      }),
    );
  });

  const scopes: readonly [string, Partial<ControlScope>, ControlMode][] = [
    ["this capability", {}, "stopped"],
    ["another capability", { id: "batch.opsNote.append" }, "normal"],
    ["this actor", { kind: "actor", id: "ana" }, "stopped"],
    ["another actor", { kind: "actor", id: "amir" }, "normal"],
    ["an actor called like the capability", { kind: "actor", id: "firing.flag" }, "normal"],
    ["a connector", { kind: "connector", id: "ana" }, "normal"],
    ["the agent that asked", { kind: "actor", id: "pi-1" }, "stopped"],
    ["the connector that was read", { kind: "connector", id: "hubitat" }, "stopped"],
    ["a routine", { kind: "routine", id: "ana" }, "normal"],
    ["this capability until a millisecond from now", { until: later(1) }, "stopped"],
    ["this capability until now, which is over", { until: NOW }, "normal"],
    ["this capability until an hour ago", { until: later(-HOUR) }, "normal"],
  ];
  for (const [what, scope, mode] of scopes)
    it(`finds ${mode} under a scope that stops ${what}, on either level`, () => {
      assert.equal(effectiveControl(readings({ scopes: [aScope(scope)] }), flag, NOW).mode, mode);
      assert.equal(effectiveControl(readings({}, { scopes: [aScope(scope)] }), flag, NOW).mode, mode);
    });

  it("keeps a scope in force when the clock cannot be compared with its end", () => {
    const scoped = readings({ scopes: [aScope({ until: later(HOUR) })] });
    assert.equal(effectiveControl(scoped, flag, "soon").mode, "stopped");
  });

  it("adds the epochs of both levels up, so that a flip of either changes the number", () => {
    assert.equal(effectiveControl(readings({ epoch: 3 }, { epoch: 4 }), flag, NOW).epoch, 7);
  });

  it("says who stopped it, when and why", () => {
    const { detail } = effectiveControl(readings({ mode: "read_only", reason: "Stocktaking until noon." }), flag, NOW);
    assert.equal(detail, `read-only by Olga Owner at ${NOW}: Stocktaking until noon.`);
  });

  it("takes an epoch far above any count when a document lost its own", () => {
    assert.ok(unseenEpoch(NOW) > 1_000_000_000_000);
  });
});
