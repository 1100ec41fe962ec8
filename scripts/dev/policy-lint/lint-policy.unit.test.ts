import assert from "node:assert/strict";
import type { AnyCapability } from "../../../functions/src/capabilities/registry.js";
import { ROOT } from "../emulators.js";
import { gatherPolicy } from "./gather.js";
import { lintPolicy } from "./lint-policy.js";
import type { PolicyUnderLint } from "./lint-policy.js";

const sound = gatherPolicy(ROOT);
const problems = (change: Partial<PolicyUnderLint>): string => lintPolicy({ ...sound, ...change }).join("\n");
/** Written out by hand: what M01.8 asks for beside the metadata, with the precondition selector as `reads`. */
const PARTS = ["inputSchema", "outputSchema", "targets", "reads", "preview", "fromAgent"];
const without = (entry: object, field: string): object =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => key !== field));

describe("scripts/dev/policy-lint", () => {
  it("finds nothing wrong with the policy of this checkout", () => assert.equal(problems({}), ""));

  for (const [index, entry] of (sound.capabilities as readonly AnyCapability[]).entries()) {
    const { metadata } = entry;
    for (const field of Object.keys(metadata))
      it(`fails when ${metadata.id} loses its ${field}`, () => {
        const broken = { ...entry, metadata: without(metadata, field) };
        const found = problems({ capabilities: sound.capabilities.with(index, broken) });
        assert.match(found, new RegExp(field === "id" ? "a capability: id" : field));
      });
    for (const part of PARTS)
      it(`fails when ${metadata.id} loses its ${part}`, () => {
        for (const broken of [without(entry, part), { ...entry, [part]: undefined }]) {
          const found = problems({ capabilities: sound.capabilities.with(index, broken) });
          assert.equal(found, `${metadata.id}: has no ${part}`);
        }
      });
  }

  for (const [code, entry] of Object.entries(sound.reasonCodes))
    it(`fails when ${code} loses its words, its lifter, its status, its anchor or its use`, () => {
      for (const field of ["sentence", "whoCanLift", "httpStatus"]) {
        const reasonCodes = { ...sound.reasonCodes, [code]: without(entry as object, field) };
        assert.match(problems({ reasonCodes }), new RegExp(`^${code}: `, "m"));
      }
      const reasonCodePage = sound.reasonCodePage.replace(`## ${code}\n`, "## \n");
      assert.match(problems({ reasonCodePage }), new RegExp(`${code}: has no anchor`));
    });

  const changes: readonly [string, Partial<PolicyUnderLint>, RegExp][] = [
    ["a code that nothing answers", { reasonCodes: { NEVER_SAID: {} } }, /NEVER_SAID: is answered nowhere/],
    ["a decision record that is gone", { fileExists: () => false }, /decision record .* is not there/],
    ["a quota that is gone", { quotaIds: new Set() }, /there is no quota default/],
    ["a risk tier without a rule", { tiersWithRule: new Set(["low"]) }, /no rule says who approves risk tier medium/],
    [
      "a function that nothing authenticates",
      { indexSource: `${sound.indexSource}\nexport const open = onRequest(() => undefined);\n` },
      /open is deployed without a wrapper/,
    ],
    [
      "a module that is exported whole",
      { indexSource: `${sound.indexSource}\nexport * from "./open.js";\n` },
      /is deployed without a wrapper/,
    ],
    [
      "a second way in over HTTP",
      { sources: new Map([...sound.sources, ["functions/src/open.ts", "onRequest(() => undefined)"]]) },
      /functions\/src\/open.ts: opens a way in/,
    ],
    ["a wrapper that is gone", { sources: new Map() }, /apiFunction is not in/],
    [
      "a route that says nobody",
      { routes: { ...sound.routes, open: { ...sound.routes["getControl"], roles: [] } } },
      /route open: says nobody/,
    ],
    [
      "a route that asks for no sign-in",
      { routes: { ...sound.routes, open: { ...sound.routes["getControl"], access: "proof", roles: [] } } },
      /route open: asks for no sign-in/,
    ],
    [
      "a route outside of a studio",
      { routes: { ...sound.routes, open: { ...sound.routes["getControl"], path: "/api/v1/all" } } },
      /route open: lies outside/,
    ],
    [
      "a rules block without a matrix row",
      { rulesSource: `${sound.rulesSource}\n      match /secrets/{id} { allow read: if false; }\n` },
      /\/secrets\/\{id\} has no row/,
    ],
    [
      "a rule that lets clients write",
      { rulesSource: sound.rulesSource.replace("allow write: if false", "allow write: if request.auth != null") },
      /a client may write/,
    ],
    [
      "a rule that is open to everybody",
      { rulesSource: `${sound.rulesSource}\nallow read: if true;` },
      /open to everybody/,
    ],
    [
      "a grant of everything",
      { sources: new Map([...sound.sources, ["functions/src/grant.ts", 'grant({ scopes: ["*"] })']]) },
      /grants everything/,
    ],
  ];
  for (const [what, change, expected] of changes)
    it(`fails at ${what}`, () => assert.match(problems(change), expected));
});
