import assert from "node:assert/strict";
import fc from "fast-check";
import { NOW, aKey, at } from "../../test/support/uplink-fixtures.js";
import { Agent } from "../contracts/index.js";
import type { AgentKey } from "../contracts/index.js";
import { ROTATION_OVERLAP_MS, addKey, isKeyValid, revokeKeys } from "./agent-keys.js";

const pool = Array.from({ length: 8 }, () => aKey().key);

describe("devices/agent-keys", () => {
  it("lets the old key count for 24 hours beside the new one and not at their end", () => {
    const [old, fresh] = [pool[0]!, pool[1]!];
    const keys = addKey([old], fresh, NOW);
    assert.deepEqual(
      keys.map((key) => key.notAfter),
      [at(ROTATION_OVERLAP_MS), null],
    );
    assert.deepEqual(
      keys.map((key) => isKeyValid(key, at(ROTATION_OVERLAP_MS - 1))),
      [true, true],
    );
    assert.deepEqual(
      keys.map((key) => isKeyValid(key, at(ROTATION_OVERLAP_MS))),
      [false, true],
    );
  });

  it("has at most two keys good at once, and fits the contract, after any rotations at any times", () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 2 * ROTATION_OVERLAP_MS }), {
      minLength: 1,
      maxLength: pool.length,
    });
    fc.assert(
      fc.property(pauses, (list) => {
        let now = 0;
        let keys: AgentKey[] = [];
        list.forEach((pause, index) => {
          now += pause;
          keys = addKey(keys, pool[index]!, at(now));
          assert.ok(keys.filter((key) => isKeyValid(key, at(now))).length <= 2);
          assert.ok(isKeyValid(keys.at(-1)!, at(now)));
          assert.ok(Agent.shape.keys.safeParse(keys).success);
        });
      }),
    );
  });

  it("does not bring a revoked key back by a rotation", () => {
    const revoked = revokeKeys([pool[0]!], at(-10));
    const keys = addKey(revoked, pool[1]!, NOW);
    assert.equal(keys[0]?.revokedAt, at(-10));
    assert.equal(isKeyValid(keys[0], NOW), false);
  });

  it("revokes every key at once and keeps the time of those that were revoked before", () => {
    const keys = revokeKeys([{ ...pool[0]!, revokedAt: at(-10) }, pool[1]!], NOW);
    assert.deepEqual(
      keys.map((key) => key.revokedAt),
      [at(-10), NOW],
    );
  });
});
