import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { descendantsOf, killTree } from "./process-tree.js";

/** Starts a grandchild in a process group of its own, as the emulators do, and prints its process id. */
const PARENT_PROGRAM = `
  const { spawn } = require("node:child_process");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  console.log(child.pid);
  setInterval(() => {}, 1000);`;

describe("scripts/dev/emulators/process-tree", () => {
  it("finds children and grandchildren, in whatever order the table lists them", () => {
    const table = [
      { pid: 40, parentPid: 30 },
      { pid: 30, parentPid: 20 },
      { pid: 20, parentPid: 10 },
      { pid: 99, parentPid: 1 },
    ];
    assert.deepEqual(descendantsOf(20, table).sort(), [30, 40]);
    assert.deepEqual(descendantsOf(99, table), []);
  });

  it("ends a grandchild that moved to a process group of its own", async () => {
    const parent = spawn(process.execPath, ["-e", PARENT_PROGRAM], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const grandchild = Number(line.toString());
    assert.ok(isRunning(grandchild));
    killTree(parent.pid!);
    await once(parent, "exit");
    assert.equal(await endsWithin(grandchild, 2_000), true);
  });
});

async function endsWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  return !isRunning(pid);
}

/** A process that has ended but was not yet collected by its parent (state Z) no longer runs. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" })
    .stdout.trim()
    .startsWith("Z");
}
