import assert from "node:assert/strict";
import { keptLike } from "./use-kept-input.js";

describe("views/studio/use-kept-input", () => {
  const example = { agentId: "", scopes: [] as readonly string[] };

  it("takes up what has the shape of the form", () => {
    const kept = { agentId: "a", scopes: ["firing.flag"] };
    assert.deepEqual(keptLike(kept, example), kept);
  });

  it("forgets what has another shape, as after a new version of the cockpit", () => {
    for (const odd of [null, "text", {}, { agentId: 1, scopes: [] }, { agentId: "a", scopes: [1] }, { agentId: "a" }])
      assert.equal(keptLike(odd, example), null, JSON.stringify(odd));
  });
});
