import { startVacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { VacuumFaultKind, VacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { Connector } from "../../src/connector.js";
import { createRoborockConnector } from "../../src/roborock/index.js";
import type { RoborockOptionsInput } from "../../src/roborock/index.js";
import type { ContractFault, ContractSubject, ContractWorld } from "./subject.js";
import { startTlsDecoy } from "./tls-decoy.js";

const RRIOT = { u: "userOfTheContract", s: "sessionSecret", k: "keyOfTheAccount" };
const VACUUM = {
  duid: "duidOfTheContractVacuum",
  name: "Studio vacuum",
  localKey: "contractLocalKey",
  pv: "1.0",
  model: "roborock.vacuum.a27",
  room: "Glaze room",
};
const TIMEOUT_MS = 300;
const DEFAULT_TIMEOUT_MS = 10_000;

const ANSWERS: Readonly<Partial<Record<ContractFault, VacuumFaultKind>>> = {
  hang: "silent",
  server_error: "error",
  garbage: "garbage",
  truncated: "truncated",
  empty: "ok",
  web_page: "not_json",
};

const NOT_HTTP = "the transport is MQTT";

export const roborockSubject: ContractSubject = {
  name: "roborock",
  secrets: [RRIOT.u, RRIOT.s, RRIOT.k, VACUUM.localKey, VACUUM.duid],
  timeoutMs: TIMEOUT_MS,
  defaultTimeoutMs: DEFAULT_TIMEOUT_MS,
  requestsPerRead: 2,
  faults: {
    unreachable: { codes: ["UNREACHABLE"] },
    hang: { codes: ["TIMEOUT"] },
    unauthorized: { codes: ["AUTH"] },
    rate_limited: { notApplicable: "the broker refuses a limited account at CONNECT, which fault:unauthorized covers" },
    server_error: { codes: ["REFUSED"] },
    garbage: { codes: ["BAD_RESPONSE"] },
    truncated: { codes: ["BAD_RESPONSE"] },
    oversized: { notApplicable: "the bound on packets is tried with a broker of its own beside the connection" },
    empty: { codes: ["REFUSED"] },
    web_page: { codes: ["BAD_RESPONSE"] },
    redirect: { notApplicable: NOT_HTTP },
    untrusted_certificate: { codes: ["UNREACHABLE"] },
  },
  open: async (fault) => (fault === "untrusted_certificate" ? openBehindTls() : openVacuum(fault)),
  unconfigured: () => createRoborockConnector(null),
  hostile: (world) => {
    const input = inputs.get(world);
    if (input === undefined) throw new Error("this world is not of the vacuums");
    return ["#", "a/b", '","method":"app_start/', "+/+", "\u0000"].flatMap((text) => [
      () => connectorOf({ ...input, devices: [{ ...VACUUM, duid: text }] }),
      () => connectorOf({ ...input, devices: [{ ...VACUUM, name: text, model: text, room: text }] }),
      () => connectorOf({ ...input, devices: [{ ...VACUUM, pv: text }] }),
      () => connectorOf({ ...input, rriot: { ...RRIOT, u: text } }),
      () => connectorOf({ ...input, brokerUrl: `${input.brokerUrl}/${text}` }),
    ]);
  },
};

const inputs = new WeakMap<ContractWorld, RoborockOptionsInput>();

async function openVacuum(fault: ContractFault | undefined): Promise<ContractWorld> {
  const simulator = await startVacuumSimulator({ devices: [VACUUM], rriot: RRIOT, speed: 0 });
  const kind = fault === undefined ? undefined : ANSWERS[fault];
  if (kind !== undefined) await simulator.faults.set(kind);
  if (fault === "unreachable") await simulator.stop();
  const { brokerUrl, protocolVersion } = simulator;
  const rriot = fault === "unauthorized" ? { ...RRIOT, s: "anotherSecret" } : RRIOT;
  return worldOf(
    { brokerUrl, protocolVersion, rriot, devices: [VACUUM] },
    {
      requests: () => simulator.requests.length,
      violations: () => simulator.violations.map(({ method, violation }) => `${violation} ${method}`),
      heal: () => simulator.faults.clear(),
      spoil: () => simulator.faults.set("error"),
      change: () => changeBattery(simulator),
      actuate: () => Promise.resolve(),
      close: () => (fault === "unreachable" ? Promise.resolve() : simulator.stop()),
    },
  );
}

function changeBattery(simulator: VacuumSimulator): void {
  const { battery } = simulator.robot(VACUUM.duid);
  simulator.setRobot(VACUUM.duid, { battery: battery > 50 ? battery - 1 : battery + 1 });
}

async function openBehindTls(): Promise<ContractWorld> {
  const decoy = await startTlsDecoy();
  return worldOf(
    { brokerUrl: `ssl://127.0.0.1:${decoy.port}`, protocolVersion: 4, rriot: RRIOT, devices: [VACUUM] },
    {
      requests: decoy.trusted,
      violations: () => [],
      heal: () => Promise.resolve(),
      spoil: () => Promise.resolve(),
      change: null,
      actuate: () => Promise.resolve(),
      close: decoy.close,
    },
  );
}

function worldOf(input: RoborockOptionsInput, device: Omit<ContractWorld, "connector" | "passTime">): ContractWorld {
  let skippedMs = 0;
  const world: ContractWorld = {
    ...device,
    connector: connectorOf(input, () => skippedMs),
    passTime: (ms) => {
      skippedMs += ms;
    },
  };
  inputs.set(world, input);
  return world;
}

function connectorOf(input: RoborockOptionsInput, skippedMs: () => number = () => 0): Connector {
  const runtime = {
    nowMs: () => Date.now() + skippedMs(),
    chance: () => 0.5,
    // Reconnects in a hundredth of the real time; everything short stays as it is.
    after: (delayMs: number, run: () => void) => {
      const timer = setTimeout(run, Math.min(delayMs >= 5_000 ? delayMs / 100 : delayMs, 2_147_483_647));
      return () => clearTimeout(timer);
    },
  };
  // Every poll asks for the status, and for one slower read while one is due.
  const cadence = { statusIdleMs: 0, statusActiveMs: 0, maxSlowReads: 1 };
  return createRoborockConnector(input, { timeoutMs: TIMEOUT_MS, minGapMs: 0, busyRetryMs: 5, runtime, cadence });
}
