import assert from "node:assert/strict";
import fc from "fast-check";
import { lowRule } from "../../test/support/builders.js";
import { HOUR, NOW, later } from "../../test/support/fake-means.js";
import { dueReminders, remindersOf } from "./reminders.js";

const rule = lowRule({ decideWithinMs: 10 * HOUR });
const expiresAt = later(10 * HOUR);
const due = (now: string, remindersSent = 0) => dueReminders({ rule, expiresAt, remindersSent }, now);

describe("policy/reminders", () => {
  it("reminds at half of the time and at four fifths, and escalates then", () => {
    const said = remindersOf(rule, expiresAt).map(({ at, escalateTo }) => [at, escalateTo]);
    assert.deepEqual(said, [
      [later(5 * HOUR), null],
      [later(8 * HOUR), null],
      [later(8 * HOUR), "approver_admin"],
    ]);
  });

  it("is due from its instant on, once", () => {
    assert.equal(due(later(5 * HOUR - 1)), null);
    assert.deepEqual(due(later(5 * HOUR)), { escalateTo: null, remindersSent: 1, nextReminderAt: later(8 * HOUR) });
    assert.equal(due(later(5 * HOUR), 1), null);
  });

  it("makes one of all that are due, however long nobody looked, and keeps the escalation", () => {
    const all = { escalateTo: "approver_admin", remindersSent: 3, nextReminderAt: null };
    assert.deepEqual([due(later(9 * HOUR)), due(later(9 * HOUR), 1)], [all, all]);
    assert.equal(due(later(9 * HOUR), 3), null);
  });

  it("sends each reminder exactly once, whenever anybody looks", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 * 60 }), { maxLength: 30 }), (minutes) => {
        let sent = 0;
        let escalations = 0;
        for (const minute of minutes.sort((a, b) => a - b)) {
          const next = due(later(minute * 60_000, NOW), sent);
          if (next === null) continue;
          assert.ok(next.remindersSent > sent);
          sent = next.remindersSent;
          escalations += next.escalateTo === null ? 0 : 1;
        }
        const last = minutes.at(-1) ?? 0;
        assert.equal(sent, last >= 480 ? 3 : last >= 300 ? 1 : 0);
        assert.equal(escalations, last >= 480 ? 1 : 0);
      }),
    );
  });
});
