import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { CANONICAL_MAX_DEPTH, NotCanonicalizable, canonicalJson } from "./canonical-json.js";

/** The test data of RFC 8785's author (cyberphone/json-canonicalization), beside the checkout where it is provided. */
const VECTORS = new URL("../../../../shared/fixtures/tlog/jcs/", import.meta.url);

const refusals: readonly (readonly [string, unknown])[] = [
  ["NaN", NaN],
  ["an infinity", { a: -Infinity }],
  ["a lone high surrogate", "a\ud800b"],
  ["a lone low surrogate in a key", { "\udc00": 1 }],
  ["undefined at the top", undefined],
  ["undefined in an array", [1, undefined]],
  ["a hole in an array", new Array(1)],
  ["a bigint", { a: 1n }],
  ["a function", () => 1],
  ["a symbol", Symbol("a")],
  ["a symbol key", { [Symbol("a")]: 1 }],
  ["a Date", new Date(0)],
  ["a Map", new Map([["a", 1]])],
  ["bytes", new Uint8Array(2)],
  ["a boxed number", Object(1)],
  ["an instance of a class", new URLSearchParams("a=1")],
  ["a toJSON of its own", { toJSON: () => 1 }],
];

describe("audit/canonical-json", () => {
  for (const name of existsSync(VECTORS) ? readdirSync(new URL("input/", VECTORS)) : [])
    it(`writes ${name} byte for byte as RFC 8785's test data has it`, () => {
      const input: unknown = JSON.parse(readFileSync(new URL(`input/${name}`, VECTORS), "utf8"));
      const expected = readFileSync(new URL(`output/${name}`, VECTORS), "utf8").trimEnd();
      assert.equal(canonicalJson(input), expected);
    });
  it("is checked against RFC 8785's test data where that is provided", function () {
    if (!existsSync(VECTORS)) this.skip();
    assert.ok(readdirSync(new URL("input/", VECTORS)).length >= 6);
  });

  it("writes the numbers of RFC 8785 appendix B as ECMAScript prints them", () => {
    const numbers: readonly [number, string][] = [
      [-0, "0"],
      [5e-324, "5e-324"],
      [1.7976931348623157e308, "1.7976931348623157e+308"],
      [9007199254740992, "9007199254740992"],
      [295147905179352830000, "295147905179352830000"],
      [1e21, "1e+21"],
      [333333333.3333332, "333333333.3333332"],
      [1e-7, "1e-7"],
    ];
    for (const [number, text] of numbers) assert.equal(canonicalJson(number), text);
  });

  it("sorts keys by UTF-16 code units, so that an emoji comes before U+FB33", () => {
    assert.equal(
      canonicalJson({ "\ufb33": 1, "\ud83d\ude00": 2, "€": 3, "1": 4, a: 5 }),
      '{"1":4,"a":5,"€":3,"😀":2,"\ufb33":1}',
    );
  });

  it("leaves out a property that is undefined, and keeps one that is null", () => {
    assert.equal(canonicalJson({ a: undefined, b: null }), '{"b":null}');
  });

  it("keeps a key called __proto__ that the input itself has", () => {
    assert.equal(canonicalJson(JSON.parse('{"__proto__":1,"a":2}')), '{"__proto__":1,"a":2}');
  });

  for (const [what, value] of refusals)
    it(`refuses ${what}`, () => assert.throws(() => canonicalJson(value), NotCanonicalizable));

  it(`writes nesting of ${CANONICAL_MAX_DEPTH}, and refuses one more and a cycle`, () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    assert.equal(canonicalJson(nested(CANONICAL_MAX_DEPTH)).length, 2 * CANONICAL_MAX_DEPTH + 1);
    assert.throws(() => canonicalJson(nested(CANONICAL_MAX_DEPTH + 1)), NotCanonicalizable);
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    assert.throws(() => canonicalJson(cycle), NotCanonicalizable);
  });

  // `noNullPrototype` and well-formed text: everything else is refused on purpose, see above.
  const json = fc.jsonValue({ stringUnit: "grapheme", maxDepth: 5 });

  it("agrees with the package `canonicalize` on any JSON value", () => {
    fc.assert(fc.property(json, (value) => assert.equal(canonicalJson(value), canonicalize(value))));
  });

  it("is read back as the same value, and writes that the same way again", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.equal(canonicalJson(JSON.parse(text)), text);
      }),
    );
  });

  it("does not depend on the order in which keys were set", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme" }), json),
        fc.infiniteStream(fc.nat()),
        (object, order) => {
          const shuffled = Object.entries(object)
            .map((member) => ({ member, at: order.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ member }) => member);
          assert.equal(canonicalJson(Object.fromEntries(shuffled)), canonicalJson(object));
        },
      ),
    );
  });
});
