import assert from "node:assert/strict";
import { format, inspect } from "node:util";
import { Secret } from "./secret.js";

describe("local-agent/secret", () => {
  const secret = new Secret("hunter2");

  it("shows [secret] in JSON, templates, format and inspect, nested or not", () => {
    const shown = [
      JSON.stringify({ token: secret }),
      String(secret),
      format("%s %o %j", secret, secret, { secret }),
      inspect({ a: { b: [secret] } }, { showHidden: true, depth: 9 }),
    ].join(" ");
    assert.doesNotMatch(shown, /hunter2/);
    assert.match(shown, /\[secret\]/);
  });

  it("gives its value to reveal() alone", () => {
    assert.equal(secret.reveal(), "hunter2");
    assert.deepEqual(Object.keys(secret), []);
  });
});
