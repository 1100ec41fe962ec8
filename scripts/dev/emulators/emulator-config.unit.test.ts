import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  configForRun,
  environmentFor,
  fixedPorts,
  listeningPorts,
  PORT_NAMES,
  readFirebaseJson,
} from "./emulator-config.js";
import type { EmulatorPorts, PortName } from "./emulator-config.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PORTS = Object.fromEntries(PORT_NAMES.map((name, at) => [name, 21_000 + at])) as Record<PortName, number>;
const STAGED = { functionsSource: "copy/functions", hostingPublic: "copy/hosting" };

describe("scripts/dev/emulators/emulator-config", () => {
  it("moves every fixed port by the offset and keeps them apart", () => {
    const config = readFirebaseJson(ROOT);
    const base = fixedPorts(config, 0);
    const moved = fixedPorts(config, 1_000);
    assert.deepEqual(
      PORT_NAMES.map((name) => moved[name] - base[name]),
      PORT_NAMES.map(() => 1_000),
    );
    assert.equal(new Set(Object.values(base)).size, PORT_NAMES.length);
  });

  it("gives each emulator the run's port and keeps every path relative to the root", () => {
    const run = configForRun(readFirebaseJson(ROOT), PORTS, STAGED);
    assert.equal(run.emulators.firestore.port, PORTS.firestore);
    assert.equal(run.emulators.firestore.websocketPort, PORTS.firestoreWebsocket);
    assert.equal(run.emulators.eventarc.port, PORTS.eventarc);
    assert.equal(run.functions[0]?.source, "copy/functions");
    assert.equal(run.hosting.public, "copy/hosting");
    assert.equal((run as unknown as { firestore: { rules: string } }).firestore.rules, "firestore.rules");
  });

  it("lets pages reach loopback in a run and never in the deployed policy", () => {
    const deployed = readFirebaseJson(ROOT);
    assert.match(policyOf(configForRun(deployed, PORTS, STAGED)), /connect-src 'self' http:\/\/127\.0\.0\.1:\* https/);
    assert.doesNotMatch(policyOf(deployed), /127\.0\.0\.1|localhost|unsafe|\*/);
  });

  it("waits for the task queues only beside functions, since they start only there", () => {
    const ports: EmulatorPorts = PORTS;
    assert.ok(!listeningPorts(["firestore", "tasks"], ports).includes(PORTS.tasks));
    assert.ok(listeningPorts(["functions"], ports).includes(PORTS.tasks));
    assert.ok(!listeningPorts(["auth"], ports).includes(PORTS.firestore));
  });

  it("names only the emulators that run", () => {
    const env = environmentFor(["firestore", "functions"], PORTS, "demo-x", "us-central1");
    assert.equal(env["FIRESTORE_EMULATOR_HOST"], `127.0.0.1:${PORTS.firestore}`);
    assert.equal(env["STUDIO_FUNCTIONS_ORIGIN"], `http://127.0.0.1:${PORTS.functions}/demo-x/us-central1`);
    assert.equal(env["PUBSUB_EMULATOR_HOST"], undefined);
  });
});

function policyOf(config: ReturnType<typeof readFirebaseJson>): string {
  const headers = config.hosting.headers.flatMap((rule) => rule.headers);
  return headers.find((header) => header.key === "Content-Security-Policy")?.value ?? "";
}
