import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../../local-agent/src/load-config.js";
import { createKeyFile } from "../../../local-agent/src/uplink/agent-key.js";
import { startHubSimulator } from "../hub-simulator/index.js";
import { AGENT_ID, agentSettings } from "./agent-settings.js";
import { startDemoVacuum } from "./demo-vacuum.js";

describe("scripts/dev/up/agent-settings", () => {
  it("is a configuration that the agent accepts, with both simulators and marked as simulated", async () => {
    const folder = mkdtempSync(join(tmpdir(), "agent-"));
    const [hub, vacuum] = await Promise.all([startHubSimulator({ speed: 0 }), startDemoVacuum({ speed: 0 })]);
    try {
      createKeyFile(join(folder, "agent.pem"));
      const file = join(folder, "agent.json");
      const settings = agentSettings({ tenantId: "demo-studio", projectId: "demo-studio", hub, vacuum });
      writeFileSync(file, JSON.stringify(settings));
      const config = loadConfig(file, {});
      assert.equal(config.agentId, AGENT_ID);
      assert.equal(config.simulated, true);
      assert.equal(config.hubitat?.origin, hub.origin);
      assert.equal(config.roborockAccount?.email.reveal(), vacuum.cloud.account.email);
      assert.equal(config.roborock, null);
      assert.deepEqual(
        config.rules.map((rule) => rule.id),
        ["kiln-room-hot", "glaze-room-leak"],
      );
    } finally {
      await Promise.all([hub.stop(), vacuum.stop()]);
      rmSync(folder, { recursive: true });
    }
  });
});
