import assert from "node:assert/strict";
import fc from "fast-check";
import { hubFailed, parseHubAnswer } from "./hub-answer.js";
import type { HubFailure } from "./hub-answer.js";

describe("local-agent/hubitat/hub-answer", () => {
  it("reads JSON, with a byte order mark and blanks around it too", () => {
    assert.deepEqual(parseHubAnswer(200, '\uFEFF [{"id":"6"}]\n'), { kind: "ok", value: [{ id: "6" }] });
  });

  const FAILED: [what: string, status: number, body: string, failure: HubFailure][] = [
    ["an empty body", 200, "", "empty"],
    ["blanks only", 200, " \n", "empty"],
    ["a login page", 200, "<!doctype html><html></html>", "html"],
    ["a start page after blanks", 200, "\n  <html>starting up</html>", "html"],
    ["JSON that is cut off", 200, '[{"id":"6","name":"Gen', "notJson"],
    ["an error inside a 200", 200, '{"error":"app is not ready"}', "errorInBody"],
    ["a 401 that repeats the token", 401, '{"error":"invalid_token","error_description":"secret"}', "unauthorized"],
    ["a 403", 403, "{}", "notAvailable"],
    ["a 400", 400, "", "notAvailable"],
    ["a 404", 404, "<html>", "notFound"],
    ["a 408", 408, "", "timeout"],
    ["a 429", 429, "", "rateLimited"],
    ["a redirect", 302, "", "redirected"],
    ["a 500", 500, "[]", "unavailable"],
    ["a 503", 503, "<html>starting</html>", "unavailable"],
    ["a success without content", 204, "", "notAvailable"],
  ];
  for (const [what, status, body, failure] of FAILED) {
    it(`answers ${failure} for ${what}`, () => assert.deepEqual(parseHubAnswer(status, body), hubFailed(failure)));
  }

  it("gives every text an answer and never throws", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.string({ maxLength: 60 }), (status, body) => {
        const answer = parseHubAnswer(status, body);
        return answer.kind === "ok" ? status === 200 : answer.failure.length > 0;
      }),
    );
  });
});
