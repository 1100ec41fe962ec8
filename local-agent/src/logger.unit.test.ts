import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createLogger } from "./logger.js";
import type { LogLevel } from "./logger.js";
import { Secret } from "./secret.js";

function aLog(secrets: Secret[] = [], minLevel: LogLevel = "debug") {
  const lines: string[] = [];
  const logger = createLogger({ minLevel, write: (line) => lines.push(line), nowMs: () => 0, secrets });
  return { lines, logger };
}

describe("local-agent/logger", () => {
  it("writes one JSON object a line with level, ts, component and event", () => {
    const { lines, logger } = aLog();
    logger.for("uplink").warn("publish_failed", { attempt: 2 });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [{ level: "warn", ts: "1970-01-01T00:00:00.000Z", component: "uplink", event: "publish_failed", attempt: 2 }],
    );
    assert.ok(lines[0]?.endsWith("}\n"));
  });

  it("leaves out what is below its level", () => {
    const { lines, logger } = aLog([], "warn");
    logger.info("poll_done");
    logger.error("poll_failed");
    assert.equal(lines.length, 1);
  });

  it("strikes out a secret value inside a foreign message, whatever characters it holds", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), (value) => {
        fc.pre(!"[secret]".includes(value) && !/^[a-z_:"{},0-9.\- ]+$/i.test(value));
        const { lines, logger } = aLog([new Secret(value)]);
        logger.error("failed", { error: new Error(`GET /x?q=${value} failed`, { cause: new Error(value) }) });
        assert.ok(!lines.join("").includes(JSON.stringify(value).slice(1, -1)));
      }),
    );
  });

  it("strikes out fields that are named for secrets, at any depth", () => {
    const { lines, logger } = aLog();
    logger.info("connected", { hub: { accessToken: "a-b-c", Authorization: "Bearer x" } });
    assert.doesNotMatch(lines.join(""), /a-b-c|Bearer/);
  });

  it("names an error and its cause, and leaves the stack out", () => {
    const { lines, logger } = aLog();
    logger.error("failed", {
      error: new Error("outer", { cause: Object.assign(new Error("inner"), { code: "ECONNRESET" }) }),
    });
    assert.match(lines.join(""), /"message":"outer".*"code":"ECONNRESET"/);
    assert.doesNotMatch(lines.join(""), /logger\.unit/);
  });
});
