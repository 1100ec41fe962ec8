import { join, relative } from "node:path";
import { buildFunctions } from "./build-functions.js";
import { buildHosting } from "./build-hosting.js";
import { PROJECT_ID, ROOT, startEmulators } from "./emulators.js";
import type { RunningEmulators } from "./emulators.js";
import { EMULATOR_NAMES, readFirebaseJson } from "./emulators/emulator-config.js";
import type { LoggedProcess } from "./emulators/logged-process.js";
import { startHubSimulator } from "./hub-simulator/index.js";
import type { HubSimulator } from "./hub-simulator/index.js";
import { createUplinkTopology } from "./pubsub-topology.js";
import { SAGUARO, seedStudio } from "./seed/index.js";
import type { SeedSummary } from "./seed/index.js";
import { AGENT_ID, agentSettings } from "./up/agent-settings.js";
import { chooseFixedPorts, OFFSET_VARIABLE } from "./up/choose-ports.js";
import { logInToVacuum, startDemoVacuum } from "./up/demo-vacuum.js";
import { enrolDemoAgent } from "./up/enrol-demo-agent.js";
import { keepSweeping } from "./up/run-sweeps.js";
import { prepareAgentFolder, startAgent } from "./up/start-agent.js";
import { Steps } from "./up/steps.js";
import { welcomeLines } from "./up/welcome.js";
import type { VacuumSimulator } from "./vacuum-simulator/index.js";

const TENANT_ID = SAGUARO.tenant.tenantId;
/** Two studios on one machine, told apart by their ports, keep two agents. */
const AGENT_FOLDER = join(ROOT, ".studio", `agent${process.env[OFFSET_VARIABLE] ?? ""}`);
const AGENT_LOG = join(AGENT_FOLDER, "agent.log");
/** The kiln room gets hot at 14:00; six simulated seconds a second bring that within a minute and keep it for half an hour. */
const HUB_STARTS_AT = "13:55";
const HUB_SPEED = 6;

/** Brings the whole studio up on this machine and keeps it up until Ctrl-C, or until a part of it ends by itself. */
async function main(): Promise<never> {
  const steps = new Steps(7);
  const ports = await steps.run("Checking the ports", () =>
    chooseFixedPorts(readFirebaseJson(ROOT), process.env[OFFSET_VARIABLE]),
  );
  await steps.run("Building the functions", () => buildFunctions());
  await steps.run("Building the cockpit", buildHosting);
  const emulators = await steps.run("Starting the emulators", () => startEmulators({ only: EMULATOR_NAMES, ports }));
  const seed = await steps.run("Seeding two studios", () => seedDemo(emulators));
  const [hub, vacuum] = await steps.run("Starting the simulated hub and vacuum", startSimulators);
  const agent = await steps.run("Enrolling and starting the agent", () => bringUpAgent(emulators, seed, hub, vacuum));
  keepSweeping(required(emulators, "STUDIO_FUNCTIONS_ORIGIN"));
  for (const line of describe(emulators, seed, hub)) console.log(line);
  return endWithFirst(emulators, agent);
}

async function seedDemo(emulators: RunningEmulators): Promise<SeedSummary> {
  // The Google SDKs in this process find the emulators through the environment alone.
  Object.assign(process.env, emulators.env);
  await createUplinkTopology({
    projectId: PROJECT_ID,
    functionsOrigin: required(emulators, "STUDIO_FUNCTIONS_ORIGIN"),
  });
  return seedStudio({
    projectId: PROJECT_ID,
    firestoreHost: required(emulators, "FIRESTORE_EMULATOR_HOST"),
    authHost: required(emulators, "FIREBASE_AUTH_EMULATOR_HOST"),
    api: { origin: required(emulators, "STUDIO_HOSTING_ORIGIN") },
  });
}

function startSimulators(): Promise<[HubSimulator, VacuumSimulator]> {
  return Promise.all([startHubSimulator({ startAt: HUB_STARTS_AT, speed: HUB_SPEED }), startDemoVacuum()]);
}

async function bringUpAgent(
  emulators: RunningEmulators,
  seed: SeedSummary,
  hub: HubSimulator,
  vacuum: VacuumSimulator,
): Promise<LoggedProcess> {
  const { publicKeyBase64 } = prepareAgentFolder(AGENT_FOLDER);
  await logInToVacuum(vacuum, join(AGENT_FOLDER, "state"));
  const owner = seed.signIns.find(({ tenants }) => tenants[TENANT_ID]?.includes("owner"));
  if (owner === undefined) throw new Error(`The seed has no owner of ${TENANT_ID}, who alone may enrol an agent.`);
  await enrolDemoAgent({
    authHost: required(emulators, "FIREBASE_AUTH_EMULATOR_HOST"),
    apiOrigin: required(emulators, "STUDIO_HOSTING_ORIGIN"),
    tenantId: TENANT_ID,
    owner,
    agent: { agentId: AGENT_ID, name: "Kiln room agent", publicKey: publicKeyBase64 },
    scopes: ["firing.flag"],
  });
  const settings = agentSettings({ tenantId: TENANT_ID, projectId: PROJECT_ID, hub, vacuum });
  return startAgent({ root: ROOT, folder: AGENT_FOLDER, logFile: AGENT_LOG, settings, env: emulators.env });
}

function describe(emulators: RunningEmulators, seed: SeedSummary, hub: HubSimulator): string[] {
  return welcomeLines({
    cockpit: required(emulators, "STUDIO_HOSTING_ORIGIN"),
    signIns: seed.signIns,
    studios: seed.studios,
    hubOrigin: hub.origin,
    logFiles: [emulators.logFile, AGENT_LOG].map((file) => relative(ROOT, file)),
  });
}

/** Ctrl-C ends the program through the signal handlers below; this ends it when a part has ended by itself. */
async function endWithFirst(emulators: RunningEmulators, agent: LoggedProcess): Promise<never> {
  const what = await Promise.race([
    emulators.ended.then((how) => `The emulators ${how}. Their last lines:\n${emulators.lastLines()}`),
    agent.ended.then((how) => `The agent ${how}. Its last lines:\n${agent.lastLines()}`),
  ]);
  throw new Error(`${what}\n\nThe studio is stopped.`);
}

function required(emulators: RunningEmulators, name: string): string {
  const value = emulators.env[name];
  if (value === undefined) throw new Error(`The emulators gave no ${name}.`);
  return value;
}

let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    console.log("\nEnding the studio …");
    // Every started process is ended by its own exit handler.
    process.exit(signal === "SIGINT" ? 0 : 130);
  });
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
