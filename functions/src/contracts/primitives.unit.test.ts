import assert from "node:assert/strict";
import { deviceBoardRef, inTenant, proposalRef } from "./paths.js";
import { DocId, DocRef, TenantId, UtcInstant, plainText } from "./primitives.js";

type Table = readonly [
  name: string,
  schema: { safeParse(value: unknown): { success: boolean } },
  good: unknown[],
  bad: unknown[],
];

const tables: readonly Table[] = [
  [
    "UtcInstant",
    UtcInstant,
    ["2026-11-20T09:00:00.000Z", "2024-02-29T23:59:59.999Z"],
    [
      "2026-11-20T09:00:00Z",
      "2026-11-20T09:00:00.000+01:00",
      "2026-02-30T00:00:00.000Z",
      "2026-11-20",
      1_700_000_000,
      "",
      null,
    ],
  ],
  [
    "DocId",
    DocId,
    ["a", "p-1", "A_b.c-9", "a".repeat(128)],
    ["", ".", "..", "-a", "_a", "__a__", "a/b", "a b", "a:b", "ä", "a".repeat(129), 7],
  ],
  ["TenantId", TenantId, ["kiln-house", "k9"], ["k", "K9", "9k", "kiln_house", "kiln/house", "a".repeat(41), "", null]],
  [
    "DocRef",
    DocRef,
    ["firings/f-1", "batches/b-1/opsNotes/note-1"],
    [
      "firings",
      "firings/",
      "firings/f-1/notes",
      "/firings/f-1",
      "firings//f-1",
      "firings/../x",
      "firings/.",
      "firings/f-1/",
      "tenants/t/../x",
      "firings/__x__",
      "",
    ],
  ],
  [
    "plainText of 3 to 5",
    plainText(3, 5),
    ["abc", "a\nb", "a\tb", " abc ", "äöü"],
    ["ab", "     ", " ab ", "abcdef", "a\u0000b", "a\u001bb", "a\u007fb", "a\rb\u000b", 777],
  ],
];

describe("contracts/primitives", () => {
  for (const [name, schema, good, bad] of tables) {
    for (const value of good)
      it(`${name} takes ${JSON.stringify(value).slice(0, 40)}`, () => assert.ok(schema.safeParse(value).success));
    for (const value of bad)
      it(`${name} refuses ${JSON.stringify(value).slice(0, 40)}`, () => assert.ok(!schema.safeParse(value).success));
  }
});

describe("contracts/paths", () => {
  it("builds paths below one studio, of ids that are safe in them", () => {
    assert.equal(inTenant("kiln-house", proposalRef("p-1")), "tenants/kiln-house/proposals/p-1");
    assert.equal(deviceBoardRef("pi-1"), "devices/pi-1");
  });
});
