import assert from "node:assert/strict";
import { MAX_VALUES, pageQuery, toPage } from "../../data/audit-data.js";
import { anEvent } from "../../../test/support/builders.js";
import { NO_SEARCH, formatSearch, isNarrow, parseSearch, searchWords, toFilter } from "./audit-search.js";
import { EVENT_FAMILIES } from "./event-words.js";

const ANY = toFilter(NO_SEARCH, "UTC");

describe("views/audit/audit-search", () => {
  it("gives one address for one search, and reads it back", () => {
    const search = {
      ...NO_SEARCH,
      type: "proposal.*",
      who: "omar",
      request: "job-expirySweep.2026",
      outcome: "refused",
      from: "2026-11-01",
    };
    const address = "?type=proposal.*&who=omar&request=job-expirySweep.2026&outcome=refused&from=2026-11-01";
    assert.equal(formatSearch(search), address);
    assert.deepEqual(parseSearch(address), search);
    assert.equal(formatSearch(NO_SEARCH), "");
    assert.equal(isNarrow(parseSearch("?type=&who=")), false);
  });

  it("leaves out what is no type, no id, no outcome and no day", () => {
    const wrong = "?type=proposal.blessed&who=../x&proposal=a/b&outcome=maybe&severity=loud&from=2026-02-30&to=soon";
    assert.deepEqual(parseSearch(wrong), NO_SEARCH);
    assert.deepEqual(parseSearch("?type=nothing.*"), NO_SEARCH);
  });

  it("takes both days whole, by the studio's clocks", () => {
    const filter = toFilter({ ...NO_SEARCH, from: "2026-10-31", to: "2026-11-01" }, "America/New_York");
    assert.equal(filter.fromAt, "2026-10-31T04:00:00.000Z");
    // The clocks go back on the first of November: that day has 25 hours.
    assert.equal(filter.untilAt, "2026-11-02T05:00:00.000Z");
  });

  it("stands for a family with as many types as the database compares with at once", () => {
    const families = [...EVENT_FAMILIES];
    assert.ok(families.every(([, types]) => types.length <= MAX_VALUES));
    for (const [family, types] of families)
      assert.deepEqual(toFilter({ ...NO_SEARCH, type: `${family}.*` }, "UTC").types, types);
  });

  it("says what was looked for", () => {
    const search = { ...NO_SEARCH, who: "omar", outcome: "refused", to: "2026-11-20" };
    assert.equal(searchWords(search), "by omar, refused, to 2026-11-20");
  });
});

describe("data/audit-data", () => {
  it("asks for everything, the newest first, where nothing is looked for", () => {
    const query = { path: "tenants/clay/auditEvents", where: [], orderBy: ["at", "desc"], limit: 50 };
    assert.deepEqual(pageQuery("tenants/clay/auditEvents", ANY, null), query);
  });

  it("asks for each thing that is looked for, and begins behind the cursor", () => {
    const filter = {
      ...ANY,
      types: ["control.engaged", "control.released"] as const,
      actorId: "omar",
      severity: "alarm" as const,
      untilAt: "2026-11-21T00:00:00.000Z",
    };
    const { where, after } = pageQuery("x", filter, { at: "2026-11-20T10:00:00.000Z", eventId: "ev-9" });
    assert.deepEqual(where, [
      ["actorId", "==", "omar"],
      ["severity", "==", "alarm"],
      ["type", "in", filter.types],
      ["at", "<", "2026-11-21T00:00:00.000Z"],
    ]);
    assert.deepEqual(after, { value: "2026-11-20T10:00:00.000Z", id: "ev-9" });
  });

  it("has a next page behind a full one only, and behind its last document even if that cannot be read", () => {
    const document = (n: number) => {
      const at = `2026-11-20T10:00:00.${String(999 - n)}Z`;
      const { eventId: id, ...data } = anEvent({ eventId: `ev-${n}`, at });
      return { id, data };
    };
    const full = Array.from({ length: 49 }, (_, n) => document(n));
    assert.equal(toPage(full).next, null);
    const page = toPage([...full, { id: "ev-x", data: { at: "2026-11-19T10:00:00.000Z", type: "?" } }]);
    assert.deepEqual(page.next, { at: "2026-11-19T10:00:00.000Z", eventId: "ev-x" });
    assert.deepEqual(
      page.unreadable.map(({ id }) => id),
      ["ev-x"],
    );
  });
});
