import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { openDialogue } from "./terminal-dialogue.js";

function aTerminal(isTTY: boolean): {
  input: PassThrough & { isTTY?: boolean };
  shown: () => string;
  output: PassThrough;
} {
  const input: PassThrough & { isTTY?: boolean } = new PassThrough();
  input.isTTY = isTTY;
  const output = new PassThrough();
  let text = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { input, output, shown: () => text };
}

describe("local-agent/commands/terminal-dialogue", () => {
  it("asks one line after another, also when they come all at once", async () => {
    const { input, output, shown } = aTerminal(false);
    const dialogue = openDialogue(input, output);
    input.write("first\nsecond\n");
    assert.deepEqual([await dialogue.ask("One? "), await dialogue.ask("Two? ")], ["first", "second"]);
    assert.equal(shown(), "One? Two? ");
    dialogue.close();
  });

  for (const isTTY of [true, false]) {
    it(`does not show what is typed as a secret, ${isTTY ? "at a terminal" : "from a pipe"}`, async () => {
      const { input, output, shown } = aTerminal(isTTY);
      const dialogue = openDialogue(input, output);
      const asked = dialogue.askSecret("Password: ");
      input.write("hunter22\n");
      assert.equal(await asked, "hunter22");
      assert.ok(shown().startsWith("Password: ") && !shown().includes("hunter"));
      dialogue.close();
    });
  }

  it("says that the input ended instead of waiting for ever, and cuts an endless line", async () => {
    const { input, output } = aTerminal(false);
    const dialogue = openDialogue(input, output);
    input.end(`${"x".repeat(5_000)}\n`);
    assert.equal((await dialogue.ask("One? ")).length, 1_024);
    await assert.rejects(dialogue.ask("Two? "), /input ended/);
  });
});
