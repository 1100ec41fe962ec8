import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const UNIT = join(import.meta.dirname, "..", "deploy", "studio-agent.service");
/** Of 100; what systemd itself calls "OK" ends at 50. */
const MOST_EXPOSED = 20;
/** Known from systemd 254 on, and passed over with a warning before. */
const NEWER_KEYS = /Unknown key '?"?(RestartSteps|RestartMaxDelaySec)/;
/** The machine that tests has its Node elsewhere. */
const OTHER_NODE = /Command \/usr\/bin\/node is not executable/;

/** Answers: which values has each directive of a section? A directive may come more than once. */
function directivesOf(section: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let current = "";
  for (const line of readFileSync(UNIT, "utf8").split("\n")) {
    current = /^\[(\w+)\]$/.exec(line)?.[1] ?? current;
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (current !== section || name === undefined || value === undefined) continue;
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

const isInstalled = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe("local-agent/deploy/studio-agent.service", () => {
  const service = directivesOf("Service");
  const must: Readonly<Record<string, readonly string[]>> = {
    User: ["studio-agent"],
    Restart: ["always"],
    KillSignal: ["SIGTERM"],
    NoNewPrivileges: ["true"],
    CapabilityBoundingSet: [""],
    AmbientCapabilities: [""],
    ProtectSystem: ["strict"],
    ProtectHome: ["true"],
    PrivateTmp: ["true"],
    PrivateDevices: ["true"],
    ProtectKernelTunables: ["true"],
    ProtectKernelModules: ["true"],
    ProtectKernelLogs: ["true"],
    ProtectControlGroups: ["true"],
    ProtectClock: ["true"],
    RestrictNamespaces: ["true"],
    RestrictSUIDSGID: ["true"],
    RestrictRealtime: ["true"],
    LockPersonality: ["true"],
    SystemCallArchitectures: ["native"],
    RestrictAddressFamilies: ["AF_INET AF_INET6 AF_UNIX"],
    StateDirectory: ["studio-agent"],
    StateDirectoryMode: ["0700"],
    UMask: ["0077"],
    LimitCORE: ["0"],
  };
  for (const [name, values] of Object.entries(must))
    it(`says ${name}=${values.join(" ")}`, () => assert.deepEqual(service.get(name), values));

  it("bounds memory, tasks, processor and files, gives up never, and waits longer than the agent drains", () => {
    for (const name of ["MemoryHigh", "MemoryMax", "TasksMax", "CPUQuota", "LimitNOFILE"])
      assert.equal(service.get(name)?.length, 1, name);
    assert.deepEqual(directivesOf("Unit").get("StartLimitIntervalSec"), ["0"]);
    assert.ok(Number(service.get("TimeoutStopSec")?.[0]) > 5);
    assert.ok(service.get("SystemCallFilter")?.some((value) => value.startsWith("~") && value.includes("@privileged")));
  });

  it("starts the built agent with the flags that it was measured with", () => {
    const { scripts } = JSON.parse(readFileSync(join(UNIT, "..", "..", "package.json"), "utf8")) as {
      readonly scripts: { readonly start: string };
    };
    const flags = scripts.start.match(/--[a-z0-9-]+=\d+/g) ?? [];
    assert.equal(flags.length, 3);
    const command = service.get("ExecStart")?.[0] ?? "";
    for (const flag of flags) assert.ok(command.includes(flag), flag);
    assert.match(command, / run --config \/etc\/studio-agent\/agent\.json$/);
  });

  if (isInstalled) {
    it("passes systemd's own examination", () => {
      const { stderr } = spawnSync("systemd-analyze", ["verify", UNIT], { encoding: "utf8" });
      const complaints = stderr.split("\n").filter((line) => line.includes("studio-agent.service"));
      assert.deepEqual(
        complaints.filter((line) => !NEWER_KEYS.test(line) && !OTHER_NODE.test(line)),
        [],
      );
    });

    it(`is exposed to at most ${MOST_EXPOSED / 10} of 10 by systemd's own count`, () => {
      const args = ["security", "--offline=true", `--threshold=${MOST_EXPOSED}`, "--no-pager", UNIT];
      const { status, stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      assert.equal(status, 0, stdout.split("\n").slice(-3).join("\n"));
    });
  }
});
