import { createHash, randomBytes } from "node:crypto";
import { answer } from "./answer.js";
import type { BrokerOptions, SimulatedBroker } from "./broker.js";
import { startEmbeddedBroker } from "./embedded-broker.js";
import { FaultSwitch } from "./faults.js";
import type { VacuumFaults } from "./faults.js";
import { startMosquittoBroker } from "./mosquitto-broker.js";
import { writeJournal } from "../simulator-journal.js";
import { RequestLog } from "./request-log.js";
import type { RecordedRequest } from "./request-log.js";
import { advanceRobot, INITIAL_ROBOT, toPushedPoints } from "./robot.js";
import type { RobotState } from "./robot.js";
import { writeWireFrame } from "./wire.js";

export { findMosquitto } from "./mosquitto-broker.js";
export { VACUUM_FAULT_KINDS } from "./faults.js";
export type { VacuumFault, VacuumFaultKind, VacuumFaults } from "./faults.js";
export type { RecordedRequest } from "./request-log.js";
export type { RobotState } from "./robot.js";

/** A vacuum as the client's configuration names it. */
export interface SimulatedVacuum {
  readonly duid: string;
  readonly name: string;
  readonly localKey: string;
  readonly pv: string;
  readonly model: string;
  readonly room?: string;
}

export interface VacuumSimulatorOptions {
  /** `embedded` (default): aedes in this process, MQTT 3.1.1. `mosquitto`: MQTT 5 over TLS, where it is installed. */
  readonly broker?: "embedded" | "mosquitto";
  /** 0 or absent: a free port. */
  readonly port?: number;
  /** Absent: random ones. */
  readonly rriot?: { readonly u: string; readonly s: string; readonly k: string };
  /** Absent: one vacuum in the glaze room. */
  readonly devices?: readonly SimulatedVacuum[];
  /** Simulated seconds per real second; 0 stands still. Default 1. */
  readonly speed?: number;
  /** How often changes are pushed, in real milliseconds. Default 250. */
  readonly tickMs?: number;
  /** False: what reaches this vacuum is not a client under test, so it does not count in a run's proof. Default true. */
  readonly isJournalled?: boolean;
}

export interface VacuumSimulator {
  readonly brokerUrl: string;
  readonly ca?: string;
  /** The MQTT level to be given to the client. */
  readonly protocolVersion: 4 | 5;
  readonly rriot: { readonly u: string; readonly s: string; readonly k: string };
  readonly devices: readonly SimulatedVacuum[];
  /** Every message that a client published, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Those that a read-only client must never send. */
  readonly violations: readonly RecordedRequest[];
  readonly faults: VacuumFaults;
  robot(duid: string): RobotState;
  /** Changes a robot and pushes what that changed. Throws for an unknown duid. */
  setRobot(duid: string, change: Partial<RobotState>): void;
  /** Lets simulated time pass at once, and pushes what that changed. */
  advance(seconds: number): void;
  stop(): Promise<void>;
}

const PUSH_PROTOCOL = 102;
const DEFAULT_TICK_MS = 250;

/** Starts simulated vacuums behind a real MQTT broker that checks user name and password. */
export async function startVacuumSimulator(options: VacuumSimulatorOptions = {}): Promise<VacuumSimulator> {
  const rriot = options.rriot ?? { u: randomWord(12), s: randomWord(8), k: randomWord(8) };
  const devices = options.devices ?? [aVacuum()];
  const username = md5Hex(`${rriot.u}:${rriot.k}`).slice(2, 10);
  const session = `${rriot.u}/${username}/`;
  const log = new RequestLog(new Map(devices.map((device) => [`rr/m/i/${session}${device.duid}`, device])));
  const robots = new Map<string, RobotState>(devices.map(({ duid }) => [duid, INITIAL_ROBOT]));
  const faults = new FaultSwitch();
  const delayed = new Set<NodeJS.Timeout>();
  let seq = 0;

  const brokerOptions: BrokerOptions = {
    port: options.port ?? 0,
    username,
    password: md5Hex(`${rriot.s}:${rriot.k}`).slice(16),
    outPrefix: `rr/m/o/${session}`,
    onPublish: (topic, payload) => handleRequest(log.record(topic, payload, Date.now())),
  };
  const start = options.broker === "mosquitto" ? startMosquittoBroker : startEmbeddedBroker;
  const broker: SimulatedBroker = await start(brokerOptions);

  function handleRequest({ duid, method, id }: RecordedRequest): void {
    const device = devices.find((candidate) => candidate.duid === duid);
    if (device === undefined || method === null || id === null) return;
    seq += 1;
    const asked = { id, method, localKey: device.localKey, robot: robotOf(device.duid), seq, t: nowSec() };
    const reply = answer(asked, faults.take(device.duid));
    if (reply === null) return;
    const timer = setTimeout(() => {
      delayed.delete(timer);
      broker.publish(`rr/m/o/${session}${device.duid}`, reply.bytes);
    }, reply.delayMs);
    delayed.add(timer);
  }

  function robotOf(duid: string): RobotState {
    const robot = robots.get(duid);
    if (robot === undefined) throw new Error("no such simulated vacuum");
    return robot;
  }

  function change(duid: string, after: RobotState): void {
    const points = toPushedPoints(robotOf(duid), after);
    robots.set(duid, after);
    const localKey = devices.find((device) => device.duid === duid)?.localKey;
    if (Object.keys(points).length === 0 || localKey === undefined) return;
    seq += 1;
    const text = JSON.stringify({ dps: points, t: nowSec() });
    const frame = { seq, random: 40_000 + (seq % 1_000), timestamp: nowSec(), protocol: PUSH_PROTOCOL, text };
    broker.publish(`rr/m/o/${session}${duid}`, writeWireFrame(frame, localKey));
  }

  function advance(seconds: number): void {
    for (const [duid, robot] of robots) change(duid, advanceRobot(robot, seconds));
  }

  const stopTicking = startTicking(options.speed ?? 1, options.tickMs ?? DEFAULT_TICK_MS, advance);
  return {
    brokerUrl: broker.url,
    ...(broker.ca === undefined ? {} : { ca: broker.ca }),
    protocolVersion: broker.protocolVersion,
    rriot,
    devices,
    requests: log.requests,
    violations: log.violations,
    faults: faultsOf(faults, broker),
    robot: robotOf,
    setRobot: (duid, part) => change(duid, { ...robotOf(duid), ...part }),
    advance,
    async stop() {
      stopTicking();
      for (const timer of delayed) clearTimeout(timer);
      await broker.stop();
      if (options.isJournalled !== false)
        writeJournal({
          simulator: "vacuum",
          requests: log.requests.length,
          violations: log.violations.map(({ method }) => String(method)),
        });
    },
  };
}

function faultsOf(faults: FaultSwitch, broker: SimulatedBroker): VacuumFaults {
  const isRefusing = (): boolean => faults.current()?.kind === "refuse_connect";
  return {
    async set(fault) {
      const wasRefusing = isRefusing();
      faults.set(typeof fault === "string" ? { kind: fault } : fault);
      if (wasRefusing !== isRefusing()) await broker.refuseClients(isRefusing());
    },
    async clear() {
      const wasRefusing = isRefusing();
      faults.clear();
      if (wasRefusing) await broker.refuseClients(false);
    },
    current: () => faults.current(),
    disconnect: () => broker.disconnectClients(),
  };
}

function startTicking(speed: number, tickMs: number, advance: (seconds: number) => void): () => void {
  if (!Number.isFinite(speed) || speed < 0) throw new Error(`speed must be a number from 0 up, got ${speed}`);
  if (speed === 0) return () => undefined;
  let lastMs = Date.now();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    advance((Math.max(0, nowMs - lastMs) / 1_000) * speed);
    lastMs = nowMs;
  }, tickMs);
  return () => clearInterval(timer);
}

function aVacuum(): SimulatedVacuum {
  const localKey = randomWord(16);
  return {
    duid: randomWord(22),
    name: "Studio vacuum",
    localKey,
    pv: "1.0",
    model: "roborock.vacuum.a27",
    room: "Glaze room",
  };
}

/** Hexadecimal, so that it is safe as a topic level. */
function randomWord(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString("hex")
    .slice(0, length);
}

function nowSec(): number {
  return Math.floor(Date.now() / 1_000);
}

function md5Hex(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}
