import assert from "node:assert/strict";
import { isAscii } from "node:buffer";
import fc from "fast-check";
import { canonicalJson } from "./canonical-json.js";
import { CanonicalObject } from "./canonical-scan.js";
import { inWords } from "./word-bytes.js";

/** One for all texts, as a verifier has it: what was read before leaves no trace. */
const object = new CanonicalObject();
const scan = (text: string): CanonicalObject | null => (object.read(inWords(Buffer.from(text))) ? object : null);

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
    const values = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(values, (value) => {
        const bytes = Buffer.from(canonicalJson(value));
        assert.ok(object.read(inWords(bytes)));
        const read = Array.from({ length: object.count }, (_, member): [string, unknown] => [
          JSON.parse(bytes.toString("utf8", object.nameFrom(member) - 1, object.nameTo(member) + 1)) as string,
          JSON.parse(bytes.toString("utf8", object.valueFrom(member), object.valueTo(member))),
        ]);
        assert.equal(canonicalJson(Object.fromEntries(read)), canonicalJson(value));
        assert.equal(object.isAscii, isAscii(bytes));
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
    const values = fc.dictionary(fc.string({ unit: "binary", maxLength: 9 }), fc.jsonValue({ maxDepth: 2 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(values, edits, (value, changes) => {
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
    assert.ok(found.isWritten("id", '"e-1"'));
    assert.ok(!found.isWritten("id", '"e-10"'));
    assert.ok(found.isWritten("n", "12"));
    assert.equal(found.memberNamed("actorId"), -1);
    assert.ok(!found.isWritten("olga", '"olga"'));
    // Elsewhere in the next text, and not in the one behind it.
    assert.ok(scan('{"a":1,"b":2,"id":"e-2"}')?.isWritten("id", '"e-2"'));
    assert.equal(scan('{"a":1,"b":2,"ie":"e-2"}')?.memberNamed("id"), -1);
    assert.ok(found.isString(found.memberNamed("ie")) && !found.isString(found.memberNamed("a")));
  });

  it("reads a part of longer bytes, and nothing beyond it", () => {
    const inner = '{"long name of a member":"a value of thirty characters …","n":123}';
    const text = inWords(Buffer.from(`"é${inner}}{`));
    const from = 3;
    const to = from + Buffer.byteLength(inner);
    assert.ok(object.read(text, from, to) && object.count === 2);
    for (let end = from; end < to; end++) assert.ok(!object.read(text, from, end), String(end));
    assert.ok(!object.read(text, from, to + 1));
  });

  it("keeps the members of an object with more of them than usual", () => {
    const names = Array.from({ length: 200 }, (_, n) => `m${String(n).padStart(3, "0")}`);
    const found = scan(canonicalJson(Object.fromEntries(names.map((name, n) => [name, n]))));
    for (const [n, name] of names.entries()) assert.ok(found?.isWritten(name, String(n)), name);
  });
});
