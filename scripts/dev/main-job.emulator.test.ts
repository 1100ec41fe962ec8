import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AgentStream, DeviceBoard, ObservationBucket, Proposal } from "@studio-os/functions/contracts";
import { fromFirestore } from "../../functions/src/platform/firestore-codec.js";
import { aFiringDocument, openTestStudio, untilExecutable } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import { requireEnv } from "../../functions/test/support/require-env.js";
import type { SignedIn } from "../../functions/test/support/sign-in.js";
import { startHubSimulator } from "./hub-simulator/index.js";
import type { HubSimulator } from "./hub-simulator/index.js";
import { createUplinkTopology } from "./pubsub-topology.js";
import { AGENT_ID, agentSettings } from "./up/agent-settings.js";
import { logInToVacuum, startDemoVacuum } from "./up/demo-vacuum.js";
import { prepareAgentFolder, startAgent } from "./up/start-agent.js";
import type { VacuumSimulator } from "./vacuum-simulator/index.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HOUR_MS = 3_600_000;

/** From a sensor reading to an approved, audited, reversible write: every part is the one that runs in a studio. */
describe("the main job", function () {
  this.timeout(180_000);
  let studio: TestStudio;
  let hub: HubSimulator;
  let vacuum: VacuumSimulator;
  let agent: { stop(): void };
  let owner: SignedIn;
  let approver: SignedIn;
  const folder = mkdtempSync(join(tmpdir(), "studio-agent-"));

  before(async () => {
    const projectId = requireEnv("GCLOUD_PROJECT");
    await createUplinkTopology({ projectId, functionsOrigin: requireEnv("STUDIO_FUNCTIONS_ORIGIN") });
    studio = await openTestStudio();
    const { tenantId } = studio;
    owner = await studio.signIn("olive", ["owner"]);
    approver = await studio.signIn("pia", ["approver"]);
    await studio.put("firings/f-old", firing("f-old", -90));
    await studio.put("firings/f-last-night", firing("f-last-night", -20));
    await studio.put("firings/f-next-week", { ...firing("f-next-week", 160), status: "queued" });
    [hub, vacuum] = await Promise.all([
      startHubSimulator({ startAt: "13:59", speed: 20 }),
      startDemoVacuum({ speed: 20 }),
    ]);
    const { publicKeyBase64 } = prepareAgentFolder(folder);
    await logInToVacuum(vacuum, join(folder, "state"));
    const enrolled = await post(owner, "agents", { agentId: AGENT_ID, name: "Kiln room", publicKey: publicKeyBase64 });
    assert.equal(enrolled.status, 201, await enrolled.text());
    const reason = "The agent watches the kiln room for the studio.";
    const lent = await post(owner, "delegations", { agentId: AGENT_ID, scopes: ["firing.flag"], reason });
    assert.equal(lent.status, 201, await lent.text());
    const pubsubHost = requireEnv("PUBSUB_EMULATOR_HOST");
    const settings = agentSettings({ tenantId, projectId, hub, vacuum });
    const env = { PUBSUB_EMULATOR_HOST: pubsubHost };
    agent = await startAgent({ root: ROOT, folder, logFile: join(folder, "agent.log"), settings, env });
  });

  after(async () => {
    agent.stop();
    await Promise.all([hub.stop(), vacuum.stop(), studio.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows what both devices said, marked as simulated and with their units", async () => {
    const [climate, robot] = await eventually("both devices", async () => {
      const boards = await documents("devices", (data) => DeviceBoard.parse(data));
      const devices = boards.flatMap((board) => Object.values(board.devices));
      const kilnRoom = devices.find(({ deviceId }) => deviceId === "hubitat:101");
      const vacuumCleaner = devices.find(({ deviceId }) => deviceId.startsWith("roborock:"));
      return kilnRoom === undefined || vacuumCleaner === undefined ? undefined : ([kilnRoom, vacuumCleaner] as const);
    });
    assert.equal(climate.readings["temperature"]?.unit, "°C");
    assert.equal(climate.readings["temperature"].quality, "simulated");
    assert.equal(typeof Object.values(robot.readings)[0]?.receivedAt, "string");
  });

  it("turns a hot room with no firing booked into one proposal about the kiln's last firing", async () => {
    const [proposal] = await eventually("a proposal", async () => {
      const found = await proposals();
      return found.length === 0 ? undefined : ([found[0]!] as const);
    });
    assert.equal(proposal.capabilityId, "firing.flag");
    assert.equal(proposal.status, "pending_approval");
    assert.deepEqual(
      proposal.plan.writes.map(({ ref }) => ref),
      ["firings/f-last-night"],
    );
    assert.deepEqual(
      proposal.actChain.map(({ type, as }) => [type, as]),
      [
        ["agent", "requester"],
        ["human", "agentOwner"],
      ],
    );
  });

  it("lets the owner of the agent not approve it, and an approver approve, execute and roll back", async () => {
    const [proposal] = await proposals();
    assert.ok(proposal);
    const path = `proposals/${proposal.proposalId}`;
    const decision = {
      ifRev: proposal.rev,
      planId: proposal.plan.planId,
      rationale: "Seen it: the vent is stuck, I am going down.",
    };
    const own = await post(owner, `${path}:approve`, decision);
    assert.equal(((await own.json()) as { error: { code: string } }).error.code, "SELF_APPROVAL");
    const approval = await post(approver, `${path}:approve`, decision);
    assert.equal(approval.status, 200);
    await untilExecutable(((await approval.json()) as { proposal: Proposal }).proposal);
    assert.equal(
      (await post(approver, `${path}:execute`, { planId: proposal.plan.planId }, "main-job-execute-1")).status,
      200,
    );
    const flag = (await studio.read("firings/f-last-night"))?.["attention"] as { code: string; proposalId: string };
    assert.deepEqual([flag.code, flag.proposalId], ["room_overheat", proposal.proposalId]);
    assert.equal(
      (await post(approver, `${path}:rollback`, { rationale: "the vent is open again" }, "main-job-rollback-1")).status,
      200,
    );
    assert.equal((await studio.read("firings/f-last-night"))?.["attention"], null);
  });

  it("counts every accepted observation once", async () => {
    const { batches, accepted } = await eventually("twenty observations", async () => {
      const buckets = await documents("observations", (data) => ObservationBucket.parse(data));
      const streams = await studio.firestore.collection(`tenants/${studio.tenantId}/agents/${AGENT_ID}/streams`).get();
      const accepted = streams.docs.reduce((sum, stream) => sum + Number(stream.get("acceptedObservations")), 0);
      const tails = streams.docs.flatMap((stream) => AgentStream.parse(fromFirestore(stream.data())).tail);
      const batches = [...buckets.flatMap((bucket) => bucket.batches), ...tails];
      return accepted > 20 ? { batches, accepted } : undefined;
    });
    assert.ok(accepted > 20, `${accepted} observations`);
    assert.ok(batches.length > 0);
    assert.equal(new Set(batches.map(({ seq }) => seq)).size, batches.length);
  });

  it("sent the hub and the vacuum nothing but what is on their allow-lists", () => {
    assert.ok(hub.requests.length > 3, `${hub.requests.length} requests to the hub`);
    assert.ok(vacuum.requests.length > 1, `${vacuum.requests.length} requests to the vacuum`);
    assert.deepEqual([...hub.violations, ...vacuum.violations], []);
  });

  const proposals = () => documents("proposals", (data) => Proposal.parse(data));

  async function documents<T>(collection: string, parse: (data: object) => T): Promise<T[]> {
    const found = await studio.firestore.collection(`tenants/${studio.tenantId}/${collection}`).get();
    return found.docs.map((document) => parse(fromFirestore(document.data())));
  }

  function post(
    who: SignedIn,
    path: string,
    body: object,
    idempotencyKey = "unused-idempotency-key",
  ): Promise<Response> {
    return fetch(`${requireEnv("STUDIO_FUNCTIONS_ORIGIN")}/api/api/v1/tenants/${studio.tenantId}/${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${who.idToken}`,
        "content-type": "application/json",
        "idempotency-key": idempotencyKey,
      },
      body: JSON.stringify(body),
    });
  }
});

function firing(firingId: string, startsInHours: number): ReturnType<typeof aFiringDocument> {
  const startMs = Date.now() + startsInHours * HOUR_MS;
  return {
    ...aFiringDocument(firingId),
    startAt: new Date(startMs).toISOString(),
    endAt: new Date(startMs + 9 * HOUR_MS).toISOString(),
  };
}

/** Waits for what arrives over the network; what was expected is in the error. */
async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const until = Date.now() + 90_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) assert.fail(`waited 90 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
