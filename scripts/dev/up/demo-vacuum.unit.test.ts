import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccountConnector } from "../../../local-agent/src/roborock/index.js";
import type { AccountOptionsInput } from "../../../local-agent/src/roborock/index.js";
import { logInToVacuum, startDemoVacuum, vacuumAccountSection } from "./demo-vacuum.js";

describe("scripts/dev/up/demo-vacuum", function () {
  this.timeout(30_000);

  it("logs in once by the code from the mail, finds the vacuum, and reads it over its own network", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "demo-vacuum-"));
    const vacuum = await startDemoVacuum({ speed: 0 });
    await logInToVacuum(vacuum, stateDir);
    const options = { ...vacuumAccountSection(vacuum), isSimulated: true } as AccountOptionsInput;
    const connector = createAccountConnector(options, { folder: join(stateDir, "roborock") });
    try {
      await connector.start();
      const batteries: unknown[] = [];
      const endsAt = performance.now() + 20_000;
      while (vacuum.lan.opened === 0 && performance.now() < endsAt) {
        const { readings } = await connector.readStatus();
        batteries.push(...readings.flatMap((it) => (it.attribute === "batteryPct" ? [it.value, it.quality] : [])));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.deepEqual(batteries.slice(-2), [87, "simulated"]);
      assert.ok(vacuum.lan.opened > 0, "the vacuum was never spoken to on its own network");
      assert.equal(vacuum.cloud.logins, 1);
      assert.deepEqual(vacuum.violations, []);
    } finally {
      await connector.stop();
      await vacuum.stop();
      await rm(stateDir, { recursive: true, force: true });
    }
  });
});
