import assert from "node:assert/strict";
import { createLogger } from "../logger.js";
import { Rules } from "./rule.js";
import type { Rule } from "./rule.js";
import { createRulesWatch } from "./watch-rules.js";

const aRule = (id: string, forSeconds = 30): unknown => ({
  id,
  title: "Water on the floor",
  watch: { deviceId: "hubitat:14", attribute: "water", is: "equals", value: "wet" },
  forSeconds,
  coolDownSeconds: 3_600,
  propose: {
    capabilityId: "firing.flag",
    kilnId: "kiln-1",
    attention: "water_leak",
    unlessBookedWithinHours: 0,
    note: "{device} is wet",
  },
});

function aWatch() {
  const world = { text: JSON.stringify([aRule("leak")]), version: 1, isGone: false, isApplyFailing: false };
  const applied: (readonly Rule[])[] = [];
  const lines: string[] = [];
  const watch = createRulesWatch({
    file: {
      read: () => world.text,
      version: () => {
        if (world.isGone) throw Object.assign(new Error("gone"), { code: "ENOENT" });
        return String(world.version);
      },
    },
    rules: Rules.parse([aRule("leak")]),
    loadedAt: "2026-11-21T08:00:00.000Z",
    nowMs: () => Date.parse("2026-11-21T09:00:00.000Z"),
    logger: createLogger({ minLevel: "info", write: (line) => lines.push(line), nowMs: () => 0, secrets: [] }),
    apply: (rules) => {
      if (world.isApplyFailing) return Promise.reject(new Error("disk"));
      applied.push(rules);
      return Promise.resolve();
    },
  });
  const change = (text: string): Promise<void> => {
    world.text = text;
    world.version += 1;
    return watch.look();
  };
  return { world, applied, lines, watch, change };
}

describe("local-agent/rules/watch-rules", () => {
  it("puts a changed file in force, and does nothing for one that says the same in other words", async () => {
    const { applied, watch, change } = aWatch();
    await watch.look();
    await change(JSON.stringify([aRule("leak")], null, 2));
    assert.equal(applied.length, 0);
    await change(JSON.stringify([aRule("leak", 60), aRule("other")]));
    assert.deepEqual(
      applied.map((rules) => rules.map(({ id, forSeconds }) => [id, forSeconds])),
      [
        [
          ["leak", 60],
          ["other", 30],
        ],
      ],
    );
    assert.deepEqual(watch.status(), { count: 2, loadedAt: "2026-11-21T09:00:00.000Z", problem: null });
  });

  it("refuses a bad file whole, says so once, keeps the good rules, and comes back with the next good file", async () => {
    const { applied, lines, watch, change } = aWatch();
    const actuating = { ...(aRule("x") as object), propose: { capabilityId: "hub.command", command: "on" } };
    for (const bad of ["[{", JSON.stringify([aRule("leak"), { id: "half" }]), JSON.stringify([actuating])]) {
      const before = lines.length;
      await change(bad);
      await watch.look();
      await watch.look();
      assert.equal(lines.length, before + 1);
      assert.ok(watch.status().problem !== null && watch.status().count === 1);
    }
    assert.equal(applied.length, 0);
    await change(JSON.stringify([aRule("other")]));
    assert.deepEqual([applied.length, watch.status().problem], [1, null]);
  });

  it("keeps the rules while the file is gone, and tries again what could not be applied", async () => {
    const { world, applied, watch, change } = aWatch();
    world.isGone = true;
    await watch.look();
    assert.match(watch.status().problem ?? "", /ENOENT/);
    world.isGone = false;
    world.isApplyFailing = true;
    await assert.rejects(change(JSON.stringify([aRule("other")])), /disk/);
    world.isApplyFailing = false;
    await watch.look();
    assert.deepEqual([applied.length, watch.status().problem], [1, null]);
  });
});
