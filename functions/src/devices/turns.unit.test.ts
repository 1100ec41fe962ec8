import assert from "node:assert/strict";
import { makeTurns } from "./turns.js";

/** A task that notes its beginning and ends when it is told to. */
function aTask(name: string, log: string[]): { run: () => Promise<string>; end: () => void; fail: () => void } {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const gate = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return {
    run: () => Promise.resolve(log.push(name)).then(() => gate.then(() => name)),
    end: () => settle?.resolve(),
    fail: () => settle?.reject(new Error(name)),
  };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("devices/turns", () => {
  it("runs the tasks of one key one after the other, in the order in which they came", async () => {
    const [log, turns] = [[] as string[], makeTurns()];
    const [a, b] = [aTask("a", log), aTask("b", log)];
    const [first, second] = [turns.run("k", a.run), turns.run("k", b.run)];
    await settled();
    assert.deepEqual(log, ["a"]);
    a.end();
    assert.equal(await first, "a");
    await settled();
    assert.deepEqual(log, ["a", "b"]);
    b.end();
    assert.equal(await second, "b");
  });

  it("runs the tasks of different keys side by side", async () => {
    const [log, turns] = [[] as string[], makeTurns()];
    const [a, b] = [aTask("a", log), aTask("b", log)];
    const both = [turns.run("k", a.run), turns.run("l", b.run)];
    await settled();
    assert.deepEqual(log, ["a", "b"]);
    a.end();
    b.end();
    await Promise.all(both);
  });

  it("gives the next task its turn when the one before it fails, and the failure to its own caller", async () => {
    const [log, turns] = [[] as string[], makeTurns()];
    const [a, b] = [aTask("a", log), aTask("b", log)];
    const [first, second] = [turns.run("k", a.run), turns.run("k", b.run)];
    a.fail();
    b.end();
    await assert.rejects(first, /a/);
    assert.equal(await second, "b");
  });
});
