import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PORT_NAMES } from "./emulator-config.js";
import type { PortName } from "./emulator-config.js";
import { stageHosting } from "./stage-hosting.js";

const PORTS = Object.fromEntries(PORT_NAMES.map((name, at) => [name, 21_000 + at])) as Record<PortName, number>;
/** Named by a variable, so that the browser's types stay out of this workspace's check. */
const COCKPIT_CONFIG: string = "../../../hosting/src/data/config.js";

describe("scripts/dev/emulators/stage-hosting", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hosting-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("writes a configuration that the cockpit accepts, beside a copy of the built pages", async () => {
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist", "index.html"), "<h1>built</h1>");
    stageHosting(join(folder, "dist"), join(folder, "run"), "demo-x", PORTS);
    assert.equal(readFileSync(join(folder, "run", "index.html"), "utf8"), "<h1>built</h1>");
    const { parseConfig } = (await import(COCKPIT_CONFIG)) as { parseConfig: (text: string) => unknown };
    const read = parseConfig(readFileSync(join(folder, "run", "studio-config.json"), "utf8"));
    assert.deepEqual(read, {
      kind: "ready",
      config: {
        projectId: "demo-x",
        apiKey: "demo-key",
        environment: "emulator",
        auditLog: { host: "demo-x.web.app", publicKeys: ["tOT75vPt5m3K7u21EEleQACtVh5Lyu3viQIB7nQ5s+Q="] },
        authEmulatorUrl: `http://127.0.0.1:${PORTS.auth}`,
        firestoreEmulator: { host: "127.0.0.1", port: PORTS.firestore },
      },
    });
  });

  it("writes the configuration alone where no pages are built", () => {
    stageHosting(join(folder, "dist"), join(folder, "run"), "demo-x", PORTS);
    assert.match(readFileSync(join(folder, "run", "studio-config.json"), "utf8"), /"projectId": "demo-x"/);
  });
});
