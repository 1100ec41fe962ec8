import assert from "node:assert/strict";
import fc from "fast-check";
import { API_ROUTES } from "../../contracts/index.js";
import type { ApiRoute } from "../../contracts/index.js";
import { matchRoute } from "./match-route.js";

const BASE = "/api/v1/tenants/kiln-house";
const named = (method: string, path: string): string | undefined => matchRoute(method, path)?.name;

describe("platform/http/match-route", () => {
  for (const [name, route] of Object.entries(API_ROUTES) as [string, ApiRoute][])
    it(`finds ${name} at its own path, with its parameters, by ${route.method} alone`, () => {
      const names = Object.keys(route.params.shape);
      const params = Object.fromEntries(names.map((param) => [param, param === "tenantId" ? "kiln-house" : "x.Y_9-z"]));
      const path = route.path.replace(/\{(\w+)\}/g, (_, param: string) => params[param] ?? "");
      const match = matchRoute(route.method, path);
      assert.equal(match?.name, name);
      assert.deepEqual({ ...match.params }, params);
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", ""])
        if (method !== route.method) assert.notEqual(named(method, path), name);
    });

  const hostile: readonly [string, string][] = [
    ["a trailing slash", `${BASE}/proposals/p-1/`],
    ["an empty segment", `${BASE}/proposals/`],
    ["an empty tenant", "/api/v1/tenants//control"],
    ["a dot segment", `${BASE}/proposals/..`],
    ["a dot segment in the middle", `${BASE}/../mud-hut/control`],
    ["an encoded slash", `${BASE}/proposals/p-1%2F..`],
    ["an encoded dot segment", `${BASE}/%2e%2e/control`],
    ["a null byte", `${BASE}/proposals/p-1%00`],
    ["a line break", `${BASE}/proposals/p-1\n`],
    ["a query in the path", `${BASE}/proposals/p-1?x=1`],
    ["a fragment", `${BASE}/proposals/p-1#x`],
    ["a backslash", `${BASE}\\proposals\\p-1`],
    ["an id that starts with a dot", `${BASE}/proposals/.hidden`],
    ["an id that Firestore keeps for itself", `${BASE}/proposals/__p__`],
    ["an id of 129 characters", `${BASE}/proposals/${"a".repeat(129)}`],
    ["an unknown verb", `${BASE}/proposals/p-1:destroy`],
    ["a verb too many", `${BASE}/proposals/p-1:plan:approve`],
    ["another case", `${BASE}/Proposals/p-1`],
    ["another version", "/api/v2/tenants/kiln-house/proposals/p-1"],
    ["a prefix", `/x${BASE}/proposals/p-1`],
    ["a full-width look-alike", `${BASE}/proposals/p\uff0e1`],
    ["nothing", ""],
    ["the root", "/"],
  ];
  for (const [what, path] of hostile)
    it(`finds nothing at ${what}`, () => {
      assert.equal(named("GET", path), undefined);
      assert.equal(named("POST", path), undefined);
    });

  it("takes an id of 128 characters", () => {
    assert.equal(named("GET", `${BASE}/proposals/${"a".repeat(128)}`), "getProposal");
  });

  it("hands on no parameter with a character that could leave its segment", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), (text) => {
        const match = matchRoute("GET", `${BASE}/proposals/${text}`);
        if (match !== null) assert.match(match.params["proposalId"] ?? "", /^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
      }),
    );
  });
});
