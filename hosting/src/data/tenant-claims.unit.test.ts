import assert from "node:assert/strict";
import { readTenantClaims } from "./tenant-claims.js";

describe("data/tenant-claims", () => {
  it("reads the studios and the known roles of a token", () => {
    assert.deepEqual(readTenantClaims({ clay: ["owner", "viewer"] }), { clay: ["owner", "viewer"] });
  });

  it("gives nothing for an unknown role, a foreign name or another shape", () => {
    assert.deepEqual(readTenantClaims({ clay: ["emperor", 7], "../x": ["owner"] }), { clay: [] });
    assert.deepEqual(readTenantClaims(undefined), {});
    assert.deepEqual(readTenantClaims({ clay: "owner" }), {});
  });
});
