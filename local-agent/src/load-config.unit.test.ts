import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { revealAccount, revealHubitat, revealRoborock, secretsOf } from "./config.js";
import { InvalidConfig, loadConfig, parseConfig } from "./load-config.js";
import { createKeyFile } from "./uplink/agent-key.js";

const TOKEN = "5a1b2c3d-hub-token";
const EXAMPLES = join(import.meta.dirname, "..", "examples");

describe("local-agent/load-config", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-config-"));
    createKeyFile(join(folder, "agent.pem"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const aHub = { origin: "http://192.168.1.20", appId: "38", token: TOKEN, temperatureUnit: "°C" };
  const aConfig = (change: Readonly<Record<string, unknown>> = {}) => ({
    tenantId: "mudworks",
    agentId: "agent-1",
    keyFile: "agent.pem",
    stateDir: "state",
    pubsub: { projectId: "demo-studio" },
    hubitat: aHub,
    ...change,
  });
  const host = {
    readText: (path: string) => {
      if (path.endsWith("agent.json") || path.endsWith("rules.json")) return readFileSync(path, "utf8");
      if (path.endsWith("token.txt")) return `${TOKEN}\n`;
      throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
    },
    env: (name: string) => (name === "HUB_TOKEN" ? TOKEN : undefined),
    resolvePath: (path: string) => join(folder, path),
  };
  const parse = (config: unknown) => parseConfig(JSON.stringify(config), host);
  const problems = (config: unknown): (readonly [string, string])[] => {
    try {
      parse(config);
      return [];
    } catch (error) {
      assert.ok(error instanceof InvalidConfig);
      assert.ok(!error.message.includes(TOKEN), "a value of the file is in the message");
      return error.problems.map(({ path, sentence }) => [path, sentence] as const);
    }
  };
  const paths = (config: unknown) => problems(config).map(([path]) => path);

  it("takes an account instead of named vacuums, and hides its address", () => {
    const roborockAccount = { email: { env: "VACUUM_EMAIL" }, without: ["Old vacuum"] };
    const known = { ...host, env: () => "studio@example.org" };
    const config = parseConfig(JSON.stringify(aConfig({ roborockAccount })), known);
    assert.ok(config.roborockAccount);
    assert.equal(config.roborockAccount.pollIntervalMs, 30_000);
    assert.ok(!inspect(config).includes("studio@example.org"));
    assert.ok(secretsOf(config).some((secret) => secret.reveal() === "studio@example.org"));
    const options = revealAccount(config.roborockAccount, true);
    assert.deepEqual(
      [options.email, options.isSimulated, options.without],
      ["studio@example.org", true, ["Old vacuum"]],
    );
  });

  it("refuses an account that names a method which acts, a foreign server, or vacuums of its own besides", () => {
    const account = { email: "studio@example.org" };
    const vacuum = { duid: "a", name: "b", localKey: "c", pv: "1.0", model: "d" };
    const direct = { brokerUrl: "ssl://b.example:8883", rriot: { u: "u", s: "s", k: "k" }, devices: [vacuum] };
    const of = (change: object): string[] => paths(aConfig({ roborockAccount: { ...account, ...change } }));
    assert.deepEqual(of({}), []);
    assert.deepEqual(of({ reads: ["get_status", "app_start"] }), ["roborockAccount.reads.1"]);
    assert.deepEqual(of({ methods: ["app_start"] }), ["roborockAccount.methods"]);
    assert.deepEqual(of({ bases: ["https://evil.example"] }), ["roborockAccount.bases"]);
    assert.deepEqual(of({ email: "no address" }), ["roborockAccount.email"]);
    assert.deepEqual(paths(aConfig({ roborock: { ...direct, reads: ["app_charge"] } })).slice(0, 1), [
      "roborock.reads.0",
    ]);
    assert.deepEqual(paths(aConfig({ roborock: direct, roborockAccount: account })), ["roborockAccount"]);
  });

  it("fills in the safe defaults", () => {
    const config = parse(aConfig());
    assert.equal(config.pubsub.topic, "agent-uplink");
    assert.deepEqual([config.rules, config.deadbands, config.roborock, config.simulated], [[], {}, null, false]);
    assert.equal(config.hubitat?.pollIntervalMs, 20_000);
  });

  it("hears a hub's changes on its socket unless told otherwise, and keeps the secret of its POST URL", () => {
    assert.deepEqual(parse(aConfig()).hubitat?.live, { kind: "event_socket" });
    const live = { kind: "post_url", listenHost: "192.168.1.5", port: 8755, hubAddresses: ["192.168.1.20"] };
    const pathSecret = "aVeryLongPathSecret-01";
    const config = parse(aConfig({ hubitat: { ...aHub, live: { ...live, pathSecret } } }));
    assert.ok(config.hubitat !== null && !inspect(config, { depth: 9 }).includes(pathSecret));
    assert.deepEqual(revealHubitat(config.hubitat).live, { ...live, pathSecret });
    assert.ok(secretsOf(config).some((secret) => secret.reveal() === pathSecret));
    assert.deepEqual(paths(aConfig({ hubitat: { ...aHub, live: { ...live, pathSecret, listenHost: "0.0.0.0" } } })), [
      "hubitat.live.listenHost",
    ]);
    assert.deepEqual(paths(aConfig({ hubitat: { ...aHub, live: { ...live, pathSecret: "short" } } })), [
      "hubitat.live.pathSecret",
    ]);
  });

  it("lists every problem at once, each with its place", () => {
    const config = aConfig({
      tenantId: "Mud Works",
      keyFile: "none.pem",
      pubsub: { projectId: "x" },
      hubitat: { ...aHub, appId: "38/devices", token: { env: "NO_SUCH" } },
      deadbands: { temperature: { deadband: -1 } },
      rules: [{ id: "a" }],
    });
    assert.deepEqual(
      new Set(paths(config).filter((path) => !path.startsWith("rules"))),
      new Set([
        "tenantId",
        "keyFile",
        "pubsub.projectId",
        "hubitat.appId",
        "hubitat.token",
        "deadbands.temperature.deadband",
      ]),
    );
    assert.ok(paths(config).some((path) => path.startsWith("rules.0.")));
  });

  it("refuses every unknown key, and says of those that hope for an action that there is none", () => {
    const hopes = ["commands", "method", "execute", "postURL", "controlMode", "setLevel", "app_start"];
    for (const key of hopes) {
      const sentence = "the agent only reads: there is no setting that lets it act";
      assert.deepEqual(problems(aConfig({ [key]: ["on"] })), [[key, sentence]]);
      assert.deepEqual(problems(aConfig({ hubitat: { ...aHub, [key]: "on" } })), [[`hubitat.${key}`, sentence]]);
    }
    assert.deepEqual(problems(aConfig({ pollIntervallMs: 5 })), [
      ["pollIntervallMs", "there is no setting of this name"],
    ]);
  });

  it("takes a secret as text, from a file or from the environment, and prints none of them", () => {
    for (const token of [TOKEN, { file: "token.txt" }, { env: "HUB_TOKEN" }]) {
      const config = parse(aConfig({ hubitat: { ...aHub, token } }));
      assert.ok(config.hubitat !== null);
      assert.equal(revealHubitat(config.hubitat).token, TOKEN);
      assert.ok(!(inspect(config, { depth: 9 }) + JSON.stringify(config)).includes(TOKEN));
      assert.deepEqual(
        secretsOf(config).map((secret) => secret.reveal()),
        [TOKEN],
      );
    }
  });

  it("names the file, the variable or the shape when a secret cannot be had, and never its value", () => {
    const sentenceOf = (token: unknown) =>
      problems(aConfig({ hubitat: { ...aHub, token } })).map(([, sentence]) => sentence);
    assert.deepEqual(sentenceOf({ file: "gone.txt" }), ["gone.txt cannot be read (ENOENT)"]);
    assert.deepEqual(sentenceOf({ env: "GONE" }), ["the environment has no GONE"]);
    assert.deepEqual(sentenceOf(`${TOKEN}/../on`), ["expected the access token: letters, digits and dashes"]);
    assert.equal(sentenceOf(7).length, 1);
  });

  it("keeps the vacuums' own rules: a plain broker on the network and one duid twice are refused", () => {
    const vacuum = { duid: "d1", name: "V", localKey: "0123456789abcdef", pv: "1.0", model: "m" };
    const rriot = { u: "user", s: "secret-s", k: "secret-k" };
    const roborock = { brokerUrl: "mqtt://127.0.0.1:1883", rriot, devices: [vacuum] };
    const config = parse(aConfig({ roborock }));
    assert.ok(config.roborock !== null);
    const revealed = revealRoborock(config.roborock, true);
    assert.deepEqual([revealed.isSimulated, revealed.devices[0]?.localKey], [true, "0123456789abcdef"]);
    assert.deepEqual(paths(aConfig({ roborock: { ...roborock, brokerUrl: "mqtt://10.0.0.9:1883" } })), [
      "roborock.brokerUrl",
    ]);
    assert.deepEqual(paths(aConfig({ roborock: { ...roborock, devices: [vacuum, vacuum] } })), ["roborock.devices"]);
  });

  it("says where text stops being JSON without repeating a piece of it", () => {
    for (const text of [`{"hubitat": {"token": "${TOKEN}" oops}}`, `{"token": "${TOKEN}`, ""]) {
      assert.throws(
        () => parseConfig(text, host),
        (error) =>
          error instanceof InvalidConfig && /not valid JSON/.test(error.message) && !error.message.includes("5a1b"),
      );
    }
  });

  it("says that a configuration file is missing", () => {
    assert.throws(() => loadConfig(join(folder, "gone.json"), {}), /cannot be read \(ENOENT\)/);
  });

  it("accepts the example that is shipped, rules and all", () => {
    const example = JSON.parse(readFileSync(join(EXAMPLES, "agent.json"), "utf8")) as Record<string, unknown>;
    const config = parseConfig(JSON.stringify({ ...example, keyFile: join(folder, "agent.pem") }), {
      readText: (path) => (path.endsWith("rules.json") ? readFileSync(path, "utf8") : "0123456789abcdef"),
      env: () => "value",
      resolvePath: (path) => (path.startsWith("/") ? path : join(EXAMPLES, path)),
    });
    assert.deepEqual(
      config.rules.map(({ id }) => id),
      [
        "kiln-room-hot",
        "kiln-sensor-silent",
        "kiln-room-leak",
        "kiln-room-door",
        "drying-room-dry",
        "vacuum-brush-worn",
      ],
    );
  });
});
