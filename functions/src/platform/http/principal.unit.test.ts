import assert from "node:assert/strict";
import fc from "fast-check";
import { ROLES, Role, TenantId } from "../../contracts/index.js";
import { actorIn, toPrincipal } from "./principal.js";

const claims = (overrides: object = {}): object => ({
  uid: "ana",
  auth_time: 1_800_000_000,
  name: "Ana Approver",
  email: "ana@kiln.example",
  tenants: { "kiln-house": ["approver"], "mud-hut": ["viewer", "finance"] },
  ...overrides,
});

describe("platform/http/principal", () => {
  it("reads who it is, when they signed in, and their roles in each studio", () => {
    assert.deepEqual(toPrincipal(claims({ iss: "issuer", aud: "demo" })), {
      uid: "ana",
      name: "Ana Approver",
      signedInAtMs: 1_800_000_000_000,
      tenants: { "kiln-house": ["approver"], "mud-hut": ["viewer", "finance"] },
    });
  });

  it("is called by e-mail where there is no name, by uid where there is neither", () => {
    assert.equal(toPrincipal(claims({ name: undefined }))?.name, "ana@kiln.example");
    assert.equal(toPrincipal(claims({ name: undefined, email: undefined }))?.name, "ana");
    assert.equal(toPrincipal(claims({ name: undefined, email: `${"a".repeat(200)}@b.example` }))?.name.length, 120);
  });

  const nobody: readonly [string, unknown][] = [
    ["no claims", null],
    ["claims that are text", "uid=ana"],
    ["no uid", claims({ uid: undefined })],
    ["an empty uid", claims({ uid: "" })],
    ["a uid with a slash", claims({ uid: "a/b" })],
    ["no time of sign-in", claims({ auth_time: undefined })],
    ["a time of sign-in in words", claims({ auth_time: "now" })],
    ["a time of sign-in that is no number", claims({ auth_time: NaN })],
    ["studios in a list", claims({ tenants: ["kiln-house"] })],
    ["studios in words", claims({ tenants: "kiln-house" })],
  ];
  for (const [what, value] of nobody) it(`names nobody for ${what}`, () => assert.equal(toPrincipal(value), null));

  const grantless: readonly [string, unknown][] = [
    ["an unknown role", ["superuser"]],
    ["a role in another case", ["Owner"]],
    ["a role in words", "owner"],
    ["roles as a map", { owner: true }],
    ["a role inside a list", [["owner"]]],
    ["no role", []],
    ["null", null],
  ];
  for (const [what, roles] of grantless)
    it(`grants nothing for ${what}`, () => {
      const principal = toPrincipal(claims({ tenants: { "kiln-house": roles } }));
      assert.ok(principal !== null);
      assert.deepEqual(principal.tenants, {});
      assert.equal(actorIn(principal, "kiln-house"), null);
    });

  it("keeps the roles that it knows and leaves the others out", () => {
    const principal = toPrincipal(
      claims({ tenants: { "kiln-house": ["superuser", "viewer", 7], "BAD/ID": ["owner"] } }),
    );
    assert.deepEqual(principal?.tenants, { "kiln-house": ["viewer"] });
  });

  it("is an actor where it has a role, and nobody elsewhere, under names that every object has as well", () => {
    const principal = toPrincipal(claims());
    assert.ok(principal !== null);
    const actor = { type: "human", id: "ana", name: "Ana Approver", roles: ["approver"] };
    assert.deepEqual(actorIn(principal, "kiln-house"), actor);
    for (const tenantId of ["other", "", "constructor", "__proto__", "toString"])
      assert.equal(actorIn(principal, tenantId), null);
  });

  it("never throws, and never grants what is not a known role in a well-formed studio", () => {
    const tenants = fc.dictionary(fc.oneof(fc.string(), fc.constant("kiln-house")), fc.anything());
    const roles = fc.dictionary(
      fc.constantFrom("kiln-house", "x"),
      fc.array(fc.oneof(fc.string(), fc.constantFrom(...ROLES))),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.oneof(tenants, roles).map((map) => claims({ tenants: map })),
        ),
        (value) => {
          for (const [tenantId, held] of Object.entries(toPrincipal(value)?.tenants ?? {})) {
            assert.ok(TenantId.safeParse(tenantId).success);
            assert.ok(held.length > 0 && held.every((role) => Role.safeParse(role).success));
          }
        },
      ),
    );
  });
});
