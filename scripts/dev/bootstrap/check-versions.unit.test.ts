import assert from "node:assert/strict";
import { javaMajor, nodeProblem } from "./check-versions.mjs";

describe("scripts/dev/bootstrap/check-versions", () => {
  it("accepts Node from 20.19 and says which one it found below that", () => {
    assert.equal(nodeProblem("20.19.0"), undefined);
    assert.equal(nodeProblem("24.1.0"), undefined);
    assert.match(nodeProblem("20.18.3") ?? "", /needs Node 20\.19 or later; this is 20\.18\.3\. Get it/);
    assert.match(nodeProblem("18.20.0") ?? "", /this is 18\.20\.0/);
  });

  it("reads the major version of old and new Java numbering, and none from something else", () => {
    assert.equal(javaMajor('openjdk version "17.0.15" 2025-04-15'), 17);
    assert.equal(javaMajor('java version "1.8.0_411"'), 8);
    assert.equal(javaMajor('openjdk version "21" 2023-09-19'), 21);
    assert.equal(javaMajor("Unable to locate a Java Runtime."), undefined);
  });
});
