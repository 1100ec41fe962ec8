import assert from "node:assert/strict";
import { anAgent } from "../../../test/support/builders.js";
import { readEnrolInput, takeoverWords } from "./enrol-input.js";

describe("views/devices/enrol-input", () => {
  it("is ready with an id and a name, without what was typed around them", () => {
    const read = readEnrolInput({ agentId: " glaze-room-pi ", name: " Glaze room Pi " });
    assert.deepEqual(read, { kind: "ready", agentId: "glaze-room-pi", body: { name: "Glaze room Pi" } });
  });

  it("says what is missing of each", () => {
    const missing = (agentId: string, name: string) => {
      const read = readEnrolInput({ agentId, name });
      return read.kind === "missing" ? Object.keys(read.problems) : [];
    };
    assert.deepEqual(missing("", ""), ["agentId", "name"]);
    assert.deepEqual(missing("kiln room", "x".repeat(121)), ["agentId", "name"]);
    assert.deepEqual(missing("pi/../x", "Pi"), ["agentId"]);
  });

  it("says what becomes of an agent of that id", () => {
    const agents = [anAgent(), anAgent({ agentId: "gone", name: "Old Pi", status: "revoked" })];
    assert.match(takeoverWords(agents, " kiln-room-agent") ?? "", /kiln-room agent has this id.*a day more/);
    assert.match(takeoverWords(agents, "gone") ?? "", /Old Pi had this id and was revoked/);
    assert.equal(takeoverWords(agents, "other"), null);
  });
});
