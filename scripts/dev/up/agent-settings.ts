import type { HubSimulator } from "../hub-simulator/index.js";
import type { VacuumSimulator } from "../vacuum-simulator/index.js";
import { vacuumAccountSection } from "./demo-vacuum.js";

/** The agent's name in the demo studio; files, enrolment and the cockpit use the same one. */
export const AGENT_ID = "kiln-room-agent";

/** Quick enough to watch: a real hub is asked every five seconds, a real vacuum every thirty. */
const HUB_POLL_MS = 2_000;
const VACUUM_POLL_MS = 5_000;

export interface AgentSettingsInput {
  readonly tenantId: string;
  readonly projectId: string;
  readonly hub: HubSimulator;
  readonly vacuum: VacuumSimulator;
}

/** Answers: what does the demo agent's configuration file say? Paths are relative to the file. `local-agent/src/config.ts` checks it. */
export function agentSettings({ tenantId, projectId, hub, vacuum }: AgentSettingsInput): object {
  return {
    tenantId,
    agentId: AGENT_ID,
    keyFile: "agent.pem",
    stateDir: "state",
    pubsub: { projectId },
    hubitat: {
      origin: hub.origin,
      appId: hub.appId,
      token: hub.token,
      temperatureUnit: "°C",
      pollIntervalMs: HUB_POLL_MS,
    },
    roborockAccount: { ...vacuumAccountSection(vacuum), pollIntervalMs: VACUUM_POLL_MS },
    rules: RULES,
    // Quick to watch, as above: a studio's agent waits a minute for more to carry.
    routineEveryMs: 2_000,
    simulated: true,
  };
}

const noPower = (deviceId: string): object => ({
  ...{ deviceId, attribute: "power", is: "below", threshold: 100, hysteresis: 0, unit: "W" },
});

/** Devices of `hub-simulator/devices.ts`: 101 climate, 103 and 104 the kilns' meters, 109 the leak sensor. */
const RULES = [
  {
    id: "kiln-room-hot",
    title: "Kiln room hot with no kiln on",
    watch: { deviceId: "hubitat:101", attribute: "temperature", is: "above", threshold: 40, hysteresis: 2, unit: "°C" },
    forSeconds: 10,
    coolDownSeconds: 3_600,
    when: [noPower("hubitat:103"), noPower("hubitat:104")],
    propose: {
      capabilityId: "firing.flag",
      kilnId: "kiln-a",
      attention: "room_overheat",
      unlessBookedWithinHours: 12,
      note: "{device} has been above 40 °C since {since} (now {value} {unit}) while no kiln draws power.",
    },
  },
  {
    id: "glaze-room-leak",
    title: "Water under the sink",
    watch: { deviceId: "hubitat:109", attribute: "water", is: "equals", value: "wet" },
    forSeconds: 10,
    coolDownSeconds: 3_600,
    propose: {
      capabilityId: "firing.flag",
      kilnId: "kiln-a",
      attention: "water_leak",
      unlessBookedWithinHours: 0,
      note: "{device} has reported water since {since}.",
    },
  },
];
