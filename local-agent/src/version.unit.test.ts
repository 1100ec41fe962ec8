import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { AGENT_VERSION } from "./version.js";

describe("local-agent/version", () => {
  it("is the version of the package", () => {
    const file = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    assert.equal(AGENT_VERSION, (JSON.parse(file) as { version: string }).version);
  });
});
