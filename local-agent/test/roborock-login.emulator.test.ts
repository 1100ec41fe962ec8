import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { findMosquitto, startVacuumSimulator } from "../../scripts/dev/vacuum-simulator/index.js";
import type { VacuumSimulator } from "../../scripts/dev/vacuum-simulator/index.js";
import { makeAgentHome } from "./support/agent-process.js";
import type { AgentHome } from "./support/agent-process.js";

const MAIN = join(import.meta.dirname, "..", "src", "main.ts");
const EMAIL = "studio@example.org";
const ONE = {
  duid: "duidOfVacuumNumberOne",
  name: "Studio vacuum",
  localKey: "firstLocalKey001",
  pv: "1.0",
  model: "roborock.vacuum.a27",
  room: "Glaze room",
};
const Q7 = { ...ONE, duid: "duidOfAnotherProtocol", name: "Q7", pv: "B01", model: "roborock.vacuum.sc05" };

describe("local-agent/main with a vacuum account", function () {
  this.timeout(90_000);
  let simulator: VacuumSimulator;
  let home: AgentHome;

  before(async () => {
    const isThere = findMosquitto() !== null;
    simulator = await startVacuumSimulator({
      ...{ devices: [ONE, Q7], speed: 0, hasCloud: true, isTls: true, lan: "L01" },
      broker: isThere ? "mosquitto" : "embedded",
    });
    home = await makeAgentHome({
      pubsub: { projectId: "demo-studio" },
      simulated: true,
      roborockAccount: {
        email: EMAIL,
        bases: simulator.cloud.bases,
        trustedHosts: ["127.0.0.1"],
        ca: simulator.ca,
        protocolVersion: simulator.protocolVersion,
        lan: { port: simulator.lan.port },
      },
    });
  });
  after(async () => {
    await home.remove();
    await simulator.stop();
    assert.deepEqual(simulator.violations, []);
  });

  /** Runs the program; `answers` says what is typed once a question stands there. */
  async function run(
    args: readonly string[],
    answers: (shown: string) => string | null = () => null,
  ): Promise<{ code: number | null; shown: string }> {
    const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args, "--config", home.configPath], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let shown = "";
    const hear = (chunk: Buffer): void => {
      shown += chunk.toString();
      const answer = answers(shown);
      if (answer !== null) child.stdin.write(`${answer}\n`);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, shown };
  }

  it("says what is missing before the first login", async () => {
    const { code, shown } = await run(["roborock", "status"]);
    assert.equal(code, 0);
    assert.ok(shown.startsWith("login: none; run studio-agent roborock login"), shown);
    const once = await run(["run", "--once", "--dry-run"]);
    assert.equal(once.code, 1);
    assert.ok(once.shown.includes('"code":"AUTH"'), once.shown);
    assert.deepEqual(simulator.requests, []);
  });

  it("walks a person through the e-mail code, and shows neither code nor key afterwards", async () => {
    let isAnswered = false;
    const { code, shown } = await run(["roborock", "login"], (text) => {
      if (isAnswered || !text.includes("Code from the mail: ")) return null;
      isAnswered = true;
      return simulator.cloud.lastCode;
    });
    assert.equal(code, 0, shown);
    assert.ok(shown.includes("Studio vacuum (roborock.vacuum.a27): is read, online now"), shown);
    assert.ok(shown.includes("Q7 (roborock.vacuum.sc05): speaks protocol B01, which is not supported"), shown);
    for (const secret of [simulator.rriot.u, simulator.rriot.s, simulator.rriot.k, ONE.localKey, EMAIL])
      assert.ok(!shown.includes(secret), "a secret shows");
    const folder = join(home.folder, "state", "roborock");
    assert.deepEqual(readdirSync(folder).sort(), ["account.json", "home.json", "limits.json"]);
    for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
  });

  it("reads the account's vacuums once with the stored login, without a secret in log or envelope", async () => {
    const { code, shown } = await run(["run", "--once", "--dry-run"]);
    assert.equal(code, 0, shown);
    assert.match(shown, /"attribute":"batteryPct"[^}]*"value":87/);
    assert.match(shown, /"attribute":"unsupportedProtocol"[^}]*"value":"B01"/);
    const account = readFileSync(join(home.folder, "state", "roborock", "account.json"), "utf8");
    const { token } = (JSON.parse(account) as { userData: { token: string } }).userData;
    for (const secret of [token, simulator.rriot.u, simulator.rriot.k, ONE.localKey, ONE.duid, EMAIL])
      assert.ok(!shown.includes(secret), "a secret shows");
  });

  it("forgets the login when told to, and not what the account was asked", async () => {
    assert.equal((await run(["roborock", "logout"])).code, 0);
    const { shown } = await run(["roborock", "status"]);
    assert.ok(shown.startsWith("login: none"), shown);
    assert.match(shown, /home data: again from|home data: now/);
    assert.deepEqual(readdirSync(join(home.folder, "state", "roborock")), ["limits.json"]);
  });
});
