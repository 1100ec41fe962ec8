import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../emulators.js";
import { mutantsOf } from "./mutants.js";

const whatOf = (source: string): string[] => mutantsOf(source).map(({ what }) => what);
const sourcesOf = (source: string): string[] => mutantsOf(source).map((mutant) => mutant.source);

describe("scripts/dev/rules-mutation", () => {
  it("opens, turns round and shuts each allow", () => {
    assert.deepEqual(sourcesOf("allow get: if isStaff();"), [
      "allow get: if true;",
      "allow get: if !(isStaff());",
      "allow get: if false;",
    ]);
    assert.deepEqual(whatOf("allow write: if false;"), [
      "allow write to everybody",
      "allow write to whom it was denied",
    ]);
  });

  it("drops each operand, takes each branch, and takes each role off its list", () => {
    assert.deepEqual(sourcesOf("  return a is list && b;"), ["  return b;", "  return a is list;"]);
    assert.deepEqual(sourcesOf("let x = a == null ? {} : a.b;"), ["let x = {};", "let x = a.b;"]);
    assert.deepEqual(sourcesOf('return ["owner", "trust"];'), ['return ["trust"];', 'return ["owner"];']);
  });

  it("leaves comments alone, and every other line as it was", () => {
    assert.deepEqual(sourcesOf("// allow read: if true;"), []);
    const [first] = sourcesOf("match /a {\n  allow get: if b();\n}");
    assert.equal(first, "match /a {\n  allow get: if true;\n}");
  });

  it("finds something to break in every statement of the real rules, each mutant another", () => {
    const rules = readFileSync(join(ROOT, "firestore.rules"), "utf8");
    const mutants = mutantsOf(rules);
    const statements = [...rules.replaceAll(/\/\/.*$/gm, "").matchAll(/allow [a-z, ]+: if/g)].length;
    assert.ok(mutants.length > 2 * statements, `${mutants.length} mutants of ${statements} statements`);
    assert.equal(new Set(mutants.map(({ source }) => source)).size, mutants.length);
    assert.ok(mutants.every(({ source }) => source !== rules));
  });
});
