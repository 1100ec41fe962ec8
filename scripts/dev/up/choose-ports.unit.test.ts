import assert from "node:assert/strict";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { fixedPorts, readFirebaseJson } from "../emulators/emulator-config.js";
import { isPortFree } from "../emulators/free-ports.js";
import { chooseFixedPorts, parseOffset } from "./choose-ports.js";

const CONFIG = readFirebaseJson(fileURLToPath(new URL("../../../", import.meta.url)));

describe("scripts/dev/up/choose-ports", () => {
  it("reads an offset from 0 to 50000 and refuses anything else by name", () => {
    assert.equal(parseOffset(undefined), 0);
    assert.equal(parseOffset("1000"), 1_000);
    for (const text of ["-1", "1.5", "ten", "50001"]) assert.throws(() => parseOffset(text), /STUDIO_PORT_OFFSET/);
  });

  it("names the taken port and the way around it", async () => {
    const offset = await freeOffset();
    const { hosting } = fixedPorts(CONFIG, offset);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(hosting, "127.0.0.1", resolve));
    try {
      await assert.rejects(
        chooseFixedPorts(CONFIG, String(offset)),
        new RegExp(`port ${hosting} \\(hosting\\) is taken[^]*STUDIO_PORT_OFFSET=`),
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

/** An offset at which the hosting port is free, tried at places that no other test run is likely to use. */
async function freeOffset(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const offset = 12_000 + Math.floor(Math.random() * 10_000);
    if (await isPortFree(fixedPorts(CONFIG, offset).hosting)) return offset;
  }
  throw new Error("no free hosting port in 50 tries");
}
