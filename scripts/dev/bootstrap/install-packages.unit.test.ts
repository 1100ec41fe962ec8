import assert from "node:assert/strict";
import { missingPackages } from "./install-packages.mjs";

const LOCK = {
  packages: {
    "": { version: "0.1.0" },
    functions: { version: "0.1.0" },
    "node_modules/@studio-os/functions": { link: true },
    "node_modules/zod": { version: "4.6.7" },
    "node_modules/fsevents": { version: "2.3.3", optional: true },
  },
};

describe("scripts/dev/bootstrap/install-packages", () => {
  it("misses nothing when every package is there in its version, optional ones aside", () => {
    assert.deepEqual(missingPackages(LOCK, { packages: { "node_modules/zod": { version: "4.6.7" } } }), []);
  });

  it("misses a package that is absent or has another version, also an optional one", () => {
    assert.deepEqual(missingPackages(LOCK, { packages: {} }), ["node_modules/zod"]);
    const other = { "node_modules/zod": { version: "4.6.6" }, "node_modules/fsevents": { version: "1.0.0" } };
    assert.deepEqual(missingPackages(LOCK, { packages: other }), ["node_modules/zod", "node_modules/fsevents"]);
  });
});
