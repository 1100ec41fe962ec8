import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readStatus } from "../src/status/read-status.js";
import { makeAgentHome, spawnAgent } from "./support/agent-process.js";
import type { AgentHome, AgentProcess } from "./support/agent-process.js";
import { countingMeters, startTestHub } from "./support/counting-hub.js";
import { kilnRoomDay } from "./support/kiln-room-day.js";
import { createTestTopic, requireEmulator } from "./support/pubsub-emulator.js";

const EXAMPLE_RULES = join(import.meta.dirname, "..", "examples", "rules.json");

describe("local-agent/main operated from a terminal", function () {
  this.timeout(90_000);
  let home: AgentHome;
  let hub: Awaited<ReturnType<typeof startTestHub>>;
  let rulesPath: string;
  before(async () => {
    requireEmulator();
    const topic = await createTestTopic();
    hub = await startTestHub(countingMeters(3));
    home = await makeAgentHome({
      pubsub: { projectId: topic.projectId, topic: topic.topic },
      hubitat: { origin: hub.origin, appId: hub.appId, token: hub.token, temperatureUnit: "°C", pollIntervalMs: 200 },
      rules: { file: "rules.json" },
      status: { port: 0 },
    });
    rulesPath = join(home.folder, "rules.json");
    await writeFile(rulesPath, await readFile(EXAMPLE_RULES));
  });
  after(async () => {
    hub.close();
    await home.remove();
  });

  const config = (...args: string[]): string[] => [...args, "--config", home.configPath];
  const portOf = (agent: AgentProcess): number =>
    Number(agent.lines.find(({ event }) => event === "status_page_open")?.["port"]);

  it("passes its own examination before the first start, and asks no device with --offline", async () => {
    const well = spawnAgent(config("doctor"));
    assert.equal(await well.ended, 0, well.output.join("\n"));
    assert.deepEqual(
      well.output.map((line) => line.replace(/^(ok|warn|fail) +([^:]+):.*/, "$1 $2")),
      [
        ...["ok configuration", "ok key", "ok rules", "ok state folder", "ok outbox", "ok uplink"],
        well.output.some((line) => line.startsWith("ok    clock")) ? "ok clock" : "warn clock",
        "ok connector hubitat",
      ],
    );
    const requests = hub.requests.length;
    const offline = spawnAgent(config("doctor", "--offline"));
    assert.equal(await offline.ended, 0);
    assert.equal(hub.requests.length, requests);
  });

  it("shows the live counts of the agent that runs, in status and in doctor", async () => {
    const agent = spawnAgent(config("run"));
    await agent.sees("status_page_open");
    const pagePath = join(home.folder, "with-page.json");
    const written = JSON.parse(await readFile(home.configPath, "utf8")) as object;
    await writeFile(pagePath, JSON.stringify({ ...written, status: { port: portOf(agent) } }));
    const isReading = async (): Promise<boolean> =>
      ((await readStatus(portOf(agent))).connectors[0]?.readsInLastHour.ok ?? 0) > 2;
    while (!(await isReading())) await new Promise((resolve) => setTimeout(resolve, 100));
    const doctor = spawnAgent(["doctor", "--offline", "--config", pagePath]);
    const status = spawnAgent(["status", "--config", pagePath]);
    await Promise.all([doctor.ended, status.ended]);
    for (const { output } of [doctor, status]) {
      assert.match(output.join("\n"), /hubitat: healthy, breaker closed, \d+ reads in the last hour and 0 that failed/);
      assert.match(output.join("\n"), /waiting +\d+ observations[^]*gaps +none[^]*clock +/);
    }
    assert.equal(await agent.kill("SIGTERM"), 0);
  });

  it("answers on its page while it runs, takes good rules, refuses bad ones, drains on SIGTERM and ends with 0", async () => {
    const agent = spawnAgent(config("run"));
    await agent.sees("status_page_open");
    const port = portOf(agent);
    const started = await readStatus(port);
    assert.deepEqual([started.agentId, started.rules.count], ["agent-1", 6]);

    await writeFile(rulesPath, "[{");
    agent.signal("SIGHUP");
    await agent.sees("rules_refused");
    assert.deepEqual(
      [(await readStatus(port)).rules.count, (await readStatus(port)).rules.problem !== null],
      [6, true],
    );
    const [first] = JSON.parse(await readFile(EXAMPLE_RULES, "utf8")) as unknown[];
    await writeFile(rulesPath, JSON.stringify([first]));
    agent.signal("SIGHUP");
    await agent.sees("rules_loaded");
    assert.deepEqual([(await readStatus(port)).rules.count, (await readStatus(port)).rules.problem], [1, null]);

    const inUse = spawnAgent(config("outbox", "list"));
    assert.equal(await inUse.ended, 1);
    assert.match(JSON.stringify(inUse.lines), /Another agent is using the outbox/);
    assert.equal(await agent.kill("SIGTERM"), 0);
    assert.deepEqual(agent.lines.at(-1)?.["isDrained"], true);
    await assert.rejects(readStatus(port));
    const rest = spawnAgent(config("outbox", "list"));
    assert.equal(await rest.ended, 0);
    assert.match(rest.output[0] ?? "", /^0 wait, 0 are set aside, no envelope is sealed/);
  });

  it("replays a recorded day from the terminal and says which rules would have proposed", async () => {
    const day = join(home.folder, "day.ndjson");
    await writeFile(day, kilnRoomDay().join("\n"));
    const test = spawnAgent(["rules", "test", "--rules", EXAMPLE_RULES, "--day", day]);
    assert.equal(await test.ended, 0);
    assert.deepEqual(
      test.output.filter((line) => line.endsWith(": 1 proposals")).map((line) => line.split(":")[0]),
      (JSON.parse(await readFile(EXAMPLE_RULES, "utf8")) as { id: string }[]).map(({ id }) => id),
    );
    const bad = spawnAgent(["rules", "test", "--rules", home.configPath, "--day", day]);
    assert.equal(await bad.ended, 1);
  });
});
