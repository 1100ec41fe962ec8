import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { isPortFree, pickFreePorts } from "./free-ports.js";

describe("scripts/dev/emulators/free-ports", () => {
  it("picks different free ports below the ephemeral ranges", async () => {
    const ports = Object.values(await pickFreePorts(["a", "b", "c", "d"]));
    assert.equal(new Set(ports).size, 4);
    assert.ok(ports.every((port) => port >= 20_000 && port < 32_000));
  });

  it("says no about a port that a server listens on, and yes once it is closed", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    assert.equal(await isPortFree(port), false);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await isPortFree(port), true);
  });
});
