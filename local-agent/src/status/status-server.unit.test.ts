import assert from "node:assert/strict";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { hindrances, illnesses } from "./agent-status.js";
import type { AgentStatus } from "./agent-status.js";
import { readStatus } from "./read-status.js";
import { statusLines, statusPage } from "./status-page.js";
import { startStatusServer } from "./status-server.js";

const aStatus = (change: Partial<AgentStatus> = {}): AgentStatus => ({
  tenantId: "mudworks",
  agentId: "agent-1",
  keyId: "0123456789abcdef",
  bootId: "boot-1",
  startedAt: "2026-11-21T08:00:00.000Z",
  now: "2026-11-21T09:00:00.000Z",
  isStopping: false,
  lastTickAt: "2026-11-21T08:59:59.000Z",
  connectors: [
    {
      ...{ id: "hubitat", state: "healthy", lastSuccessAt: null, lastError: null, consecutiveFailures: 0 },
      ...{ breaker: "half_open", readsInLastHour: { ok: 171, failed: 9 } },
    },
  ],
  outbox: {
    observations: 3,
    proposals: 0,
    bytes: 600,
    unreportedDrops: 0,
    unreportedGap: null,
    hasSealed: false,
    urgent: 0,
    hasHealth: false,
  },
  uplink: { failuresInARow: 0, lastErrorCode: null, lastPublishedAt: null },
  clock: { skewMs: 20, uncertaintyMs: 80, measuredAt: "2026-11-21T08:59:58.000Z" },
  rules: { count: 4, loadedAt: "2026-11-21T08:00:00.000Z", problem: null },
  ...change,
});

function call(port: number, path: string, options: { method?: string; host?: string; to?: string } = {}) {
  const { method = "GET", host, to = "127.0.0.1" } = options;
  return new Promise<{ code: number; body: string }>((resolve, reject) => {
    const asked = request({ host: to, port, path, method, ...(host && { headers: { host } }) }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
      response.on("end", () => resolve({ code: response.statusCode ?? 0, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("local-agent/status", () => {
  it("answers health, readiness and status, and refuses other methods, addresses and host names", async () => {
    let status = aStatus();
    const server = await startStatusServer(0, () => status);
    try {
      assert.deepEqual(await call(server.port, "/healthz"), { code: 200, body: "alive\n" });
      assert.deepEqual(await call(server.port, "/readyz"), { code: 200, body: "ready\n" });
      assert.match((await call(server.port, "/status")).body, /^<!doctype html>.*agent-1/s);
      assert.deepEqual(await readStatus(server.port), status);
      assert.equal((await call(server.port, "/status", { method: "POST" })).code, 405);
      assert.equal((await call(server.port, "/status", { host: "evil.example" })).code, 403);
      assert.equal((await call(server.port, "/../etc/passwd")).code, 404);
      status = aStatus({ uplink: { failuresInARow: 3, lastErrorCode: "AUTH", lastPublishedAt: null } });
      const unready = await call(server.port, "/readyz");
      assert.deepEqual(unready, { code: 503, body: "publishing failed 3 times in a row (AUTH)\n" });
      assert.equal((await call(server.port, "/healthz")).code, 200);
    } finally {
      await server.close();
    }
  });

  it("is reached from this machine's loopback address and from no other address of it", async () => {
    const server = await startStatusServer(0, () => aStatus());
    try {
      const others = Object.values(networkInterfaces()).flatMap((list) =>
        (list ?? []).filter(({ family, internal }) => family === "IPv4" && !internal),
      );
      for (const { address } of [...others, { address: "127.0.0.2" }])
        await assert.rejects(call(server.port, "/healthz", { to: address }), { code: "ECONNREFUSED" });
    } finally {
      await server.close();
    }
  });

  it("says what hinders the agent: each cause alone is enough", () => {
    const causes: [Partial<AgentStatus>, RegExp][] = [
      [{ lastTickAt: "2026-11-21T08:59:29.000Z" }, /no housekeeping for 31 s/],
      [{ isStopping: true }, /stopping/],
      [{ outbox: { ...aStatus().outbox, unreportedDrops: 7 } }, /7 observations were dropped/],
      [
        {
          connectors: [
            {
              ...{ id: "hub", state: "down", lastSuccessAt: null, lastError: "AUTH", consecutiveFailures: 9 },
              readsInLastHour: { ok: 0, failed: 9 },
            },
          ],
        },
        /hub is down \(AUTH\)/,
      ],
      [{ clock: { skewMs: -70_000, uncertaintyMs: 500, measuredAt: "2026-11-21T08:59:58.000Z" } }, /-70 s off/],
      [{ rules: { ...aStatus().rules, problem: "not valid JSON" } }, /rules file is not in force: not valid JSON/],
    ];
    assert.deepEqual(hindrances(aStatus()), []);
    assert.deepEqual(illnesses(aStatus()), []);
    for (const [change, sentence] of causes) {
      const found = hindrances(aStatus(change));
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", sentence);
      assert.ok(statusLines(aStatus(change)).some((line) => line.startsWith("problem")));
    }
  });

  it("shows reads of the last hour, breaker, queue, gap and skew, on the page and in the terminal", () => {
    const gap = { fromAt: "2026-11-21T08:10:00.000Z", toAt: "2026-11-21T08:20:00.000Z", observations: 7 };
    const status = aStatus({ outbox: { ...aStatus().outbox, unreportedDrops: 7, unreportedGap: gap } });
    const lines = statusLines(status).join("\n");
    for (const shown of [
      "171 reads in the last hour and 9 that failed",
      "breaker half_open",
      "3 observations (600 bytes), 0 proposals",
      "7 observations were dropped, queued from 2026-11-21T08:10:00.000Z to 2026-11-21T08:20:00.000Z",
      "20 ms ahead, ± 80 ms",
    ]) {
      assert.ok(lines.includes(shown), `${shown} is not in\n${lines}`);
      assert.ok(statusPage(status).includes(shown), shown);
    }
    assert.match(statusLines(aStatus()).join("\n"), /gaps +none that is not reported/);
  });

  it("writes names from outside as text and not as markup", () => {
    const page = statusPage(aStatus({ rules: { ...aStatus().rules, problem: '<img src=x onerror="1">' } }));
    assert.ok(page.includes("&lt;img src=x onerror=&quot;1&quot;&gt;") && !page.includes("<img"));
  });
});
