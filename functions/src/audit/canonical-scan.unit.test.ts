import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "./canonical-json.js";
import { isWritten, memberNamed, scanCanonicalObject } from "./canonical-scan.js";

const scan = (text: string): ReturnType<typeof scanCanonicalObject> => scanCanonicalObject(Buffer.from(text));

/** The slow judgement: the text is what `canonicalJson` writes for the parsed value. */
function isCanonicalObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return text.startsWith("{") && canonicalJson(value) === text;
  } catch {
    return false;
  }
}

describe("audit/canonical-scan", () => {
  it("accepts what canonicalJson writes, and gives every member's name and value", () => {
    const object = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(object, (value) => {
        const bytes = Buffer.from(canonicalJson(value));
        const found = scanCanonicalObject(bytes);
        assert.ok(found !== null);
        const read = found.members.map(({ nameFrom, nameTo, from, to }): [string, unknown] => [
          JSON.parse(bytes.toString("utf8", nameFrom - 1, nameTo + 1)) as string,
          JSON.parse(bytes.toString("utf8", from, to)),
        ]);
        assert.equal(canonicalJson(Object.fromEntries(read)), canonicalJson(value));
      }),
      { numRuns: 300 },
    );
  });

  it("judges any altered canonical text as parsing and writing it again does", () => {
    const characters = Array.from('{}[]",:\\/ue01aAé😂-+.E\u0000\u001f\u007f\u2028 \n');
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...characters)), {
      minLength: 1,
      maxLength: 3,
    });
    const object = fc.dictionary(fc.string({ unit: "binary", maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(object, edits, (value, changes) => {
        let text = canonicalJson(value);
        for (const [pick, drop, insert] of changes) {
          const at = pick % (text.length + 1);
          text = text.slice(0, at) + insert + text.slice(at + drop);
        }
        // Not UTF-8 when encoded: the caller refuses that before.
        if (text.isWellFormed()) assert.equal(scan(text) !== null, isCanonicalObject(text), text);
      }),
      { numRuns: 3000 },
    );
  });

  it("refuses each way of writing the same value differently", () => {
    const texts = [
      '{"a": 1}',
      '{"b":1,"a":1}',
      '{"a":1,"a":1}',
      '{"a":1.0}',
      '{"a":01}',
      '{"a":-0}',
      '{"a":1e3}',
      '{"a":+1}',
    ];
    texts.push('{"a":"\\u0041"}', '{"a":"\\/"}', '{"a":"\\u001F"}', '{"a":"\\ud800"}', '{"a":9007199254740993}');
    texts.push(
      '{"a":tru}',
      '{"a":1,}',
      '{"a":[1,]}',
      '{"a":}',
      '{"a"}',
      "{",
      '{"a":1}x',
      "[1]",
      "1",
      "",
      '{"a":"',
      '{"a":"\\"}',
    );
    texts.push('{"\ufb33":1,"\u{1f602}":2}', '{"\\u0061":1}', `${'{"a":'.repeat(66)}1${"}".repeat(66)}`);
    for (const text of texts) {
      assert.equal(scan(text), null, text);
      assert.ok(!isCanonicalObject(text), text);
    }
    const accepted = [
      "{}",
      '{"":0}',
      '{"\u{1f602}":2,"\ufb33":1}',
      '{"a":1e+21,"b":1e-7,"c":-1.5,"d":123456789012345680}',
    ];
    accepted.push('{"a":"\\u001f\\n\\"\\\\/\u007f\u2028"}', '{"a":[],"aa":{},"b":[true,false,null,[{}]]}');
    accepted.push(`${'{"a":'.repeat(64)}1${"}".repeat(64)}`);
    for (const text of accepted) assert.ok(scan(text) !== null && isCanonicalObject(text), text);
  });

  it("finds a member by its name, and compares its value as written", () => {
    const found = scan('{"actor":{"id":"olga"},"id":"e-1","n":12}');
    assert.ok(found !== null);
    assert.ok(isWritten(found, memberNamed(found, "id"), '"e-1"'));
    assert.ok(!isWritten(found, memberNamed(found, "id"), '"e-10"'));
    assert.ok(isWritten(found, memberNamed(found, "n"), "12"));
    assert.equal(memberNamed(found, "actorId"), null);
    assert.ok(!isWritten(found, memberNamed(found, "olga"), '"olga"'));
  });
});
