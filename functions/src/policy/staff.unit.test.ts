import assert from "node:assert/strict";
import { aControl, anOwner, listed } from "../../test/support/builders.js";
import { NOW } from "../../test/support/fake-means.js";
import type { StaffEntry } from "../contracts/index.js";
import { rolesHeld, staffEntryOf } from "./staff.js";

const entry = (overrides: Partial<StaffEntry> = {}): StaffEntry => ({ ...listed(anOwner()), ...overrides });
const reading = (...staff: StaffEntry[]) => ({ kind: "read", state: aControl({ staff }) }) as const;
const olga = { ...anOwner(), roles: [...anOwner().roles, "finance" as const] };

describe("policy/staff", () => {
  const cases: readonly [string, Parameters<typeof rolesHeld>[0], readonly string[]][] = [
    ["what token and list both say", reading(entry({ roles: ["owner", "trust"] })), ["owner"]],
    ["nothing for somebody who is not listed", reading(), []],
    ["nothing for somebody who is out", reading(entry({ disabledAt: NOW })), []],
    ["nothing while the list cannot be read", { kind: "unreadable", why: "missing" }, []],
    ["what an alias of a listed person signs in with", reading(entry({ uid: "olga-2", aliases: ["olga"] })), ["owner"]],
  ];
  for (const [what, control, roles] of cases)
    it(`grants ${what}`, () => assert.deepEqual(rolesHeld(control, olga), roles));

  it("grants an agent and the system nothing", () => {
    const agent = { type: "agent", id: "olga", name: "Olga", ownerUid: "olga" } as const;
    assert.deepEqual(rolesHeld(reading(entry()), agent), []);
    assert.deepEqual(rolesHeld(reading(entry()), { type: "system", id: "olga", name: "Olga" }), []);
  });

  it("finds one person by any of their accounts", () => {
    const staff = [entry({ aliases: ["olga-tablet"] })];
    assert.equal(staffEntryOf(staff, "olga-tablet"), staffEntryOf(staff, "olga"));
    assert.equal(staffEntryOf(staff, "ana"), null);
  });
});
