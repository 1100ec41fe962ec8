import { createHash, randomBytes } from "node:crypto";
import { writeJournal } from "../simulator-journal.js";
import { answer } from "./answer.js";
import type { BrokerOptions, SimulatedBroker } from "./broker.js";
import { makeCertificates } from "./certificates.js";
import { startCloudServer } from "./cloud/cloud-server.js";
import { startEmbeddedBroker } from "./embedded-broker.js";
import { FaultSwitch, PushGate } from "./faults.js";
import type { VacuumFaults } from "./faults.js";
import { toHomeData, HOME_ROOMS } from "./home-data.js";
import { startLanDevices } from "./lan-devices.js";
import type { SimulatedLan } from "./lan-devices.js";
import { startMosquittoBroker } from "./mosquitto-broker.js";
import { RequestLog } from "./request-log.js";
import type { RecordedRequest } from "./request-log.js";
import { advanceRobot, INITIAL_ROBOT, toPushedPoints } from "./robot.js";
import type { RobotState } from "./robot.js";
import type { SimulatedVacuum, VacuumSimulator, VacuumSimulatorOptions } from "./simulator.js";
import { writeWireFrame } from "./wire.js";
import type { Greeting } from "./wire.js";

export { findMosquitto } from "./mosquitto-broker.js";
export { CLOUD_FAULT_KINDS } from "./cloud/cloud-faults.js";
export type { CloudFaultKind } from "./cloud/cloud-faults.js";
export type { SimulatedCloud } from "./cloud/cloud-server.js";
export type { LanFault, SimulatedLan } from "./lan-devices.js";
export { VACUUM_FAULT_KINDS } from "./faults.js";
export type { VacuumFault, VacuumFaultKind, VacuumFaults } from "./faults.js";
export type { RecordedRequest } from "./request-log.js";
export type { RobotState } from "./robot.js";
export type { SimulatedVacuum, VacuumSimulator, VacuumSimulatorOptions } from "./simulator.js";

const PUSH_PROTOCOL = 102;
const LAN_PROTOCOL = 4;
const DEFAULT_TICK_MS = 250;
/** Kept for documentation (RFC 5737), so that nobody ever connects to it. */
const NO_ADDRESS = "192.0.2.1";

/** Starts simulated vacuums behind a real MQTT broker that checks user name and password. */
export async function startVacuumSimulator(options: VacuumSimulatorOptions = {}): Promise<VacuumSimulator> {
  const rriot = options.rriot ?? { u: randomWord(12), s: randomWord(8), k: randomWord(8) };
  const devices: SimulatedVacuum[] = [...(options.devices ?? [aVacuum()])];
  const username = md5Hex(`${rriot.u}:${rriot.k}`).slice(2, 10);
  const session = `${rriot.u}/${username}/`;
  const topics = new Map(devices.map((device) => [`rr/m/i/${session}${device.duid}`, device]));
  const log = new RequestLog(topics);
  const robots = new Map<string, RobotState>(devices.map(({ duid }) => [duid, INITIAL_ROBOT]));
  const offline = new Set<string>();
  const faults = new FaultSwitch();
  const pushes = new PushGate((topic, payload) => broker.publish(topic, payload));
  const delayed = new Set<NodeJS.Timeout>();
  let seq = 0;
  let skewSec = 0;
  const nowSec = (): number => Math.floor(Date.now() / 1_000) + skewSec;

  const certificates = options.isTls === true ? await makeCertificates() : undefined;
  const brokerOptions: BrokerOptions = {
    port: options.port ?? 0,
    certificates,
    username,
    password: md5Hex(`${rriot.s}:${rriot.k}`).slice(16),
    outPrefix: `rr/m/o/${session}`,
    onPublish: (topic, payload) => handleRequest(log.record(topic, payload, Date.now())),
  };
  const start = options.broker === "mosquitto" ? startMosquittoBroker : startEmbeddedBroker;
  const broker: SimulatedBroker = await start(brokerOptions);
  const lan = options.lan === undefined ? null : await startLan(options.lan);
  const cloud =
    options.hasCloud === true
      ? await startCloudServer({
          account: {
            email: "studio@example.org",
            password: "correct horse",
            country: "DE",
            countryCode: "49",
            homeId: 123_456,
          },
          rriot: { ...rriot, h: randomWord(12) },
          brokerUrl: broker.url,
          homeData: () => toHomeData(devices, robots, offline),
          rooms: HOME_ROOMS,
          certificates,
          log,
        })
      : null;

  function startLan(version: "1.0" | "L01"): Promise<SimulatedLan> {
    const onRequest = (request: RecordedRequest, greeting: Greeting | undefined) =>
      replyTo(request, LAN_PROTOCOL, greeting);
    return startLanDevices({ devices, version, log, onRequest });
  }

  function replyTo(request: RecordedRequest, protocol: number, greeting?: Greeting): ReturnType<typeof answer> {
    const { duid, method, id, params } = request;
    const device = devices.find((candidate) => candidate.duid === duid);
    if (device === undefined || method === null || id === null || offline.has(device.duid)) return null;
    seq += 1;
    const { localKey } = device;
    const ip = lan?.addressOf(device.duid) ?? NO_ADDRESS;
    const robot = robotOf(device.duid);
    // A broker that turns the account away does not silence the robot on its own network.
    const isBrokerFault = protocol === LAN_PROTOCOL && faults.current()?.kind === "refuse_connect";
    return answer(
      { id, method, params, localKey, robot, seq, t: nowSec(), ip, protocol, greeting },
      isBrokerFault ? null : faults.take(device.duid, method),
    );
  }

  function handleRequest(request: RecordedRequest): void {
    const reply = replyTo(request, PUSH_PROTOCOL);
    if (reply === null) return;
    const timer = setTimeout(() => {
      delayed.delete(timer);
      broker.publish(`rr/m/o/${session}${String(request.duid)}`, reply.bytes);
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
    if (Object.keys(points).length === 0 || localKey === undefined || offline.has(duid)) return;
    seq += 1;
    const text = JSON.stringify({ dps: points, t: nowSec() });
    const frame = { seq, random: 40_000 + (seq % 1_000), timestamp: nowSec(), protocol: PUSH_PROTOCOL, text };
    pushes.send(`rr/m/o/${session}${duid}`, writeWireFrame(frame, localKey));
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
    faults: faultsOf(faults, pushes, broker, (seconds) => (skewSec = seconds)),
    get cloud() {
      if (cloud === null) throw new Error("the simulator was started without the account's API");
      return cloud;
    },
    get lan() {
      if (lan === null) throw new Error("the simulator was started without the robots' network");
      return lan;
    },
    robot: robotOf,
    setRobot: (duid, part) => change(duid, { ...robotOf(duid), ...part }),
    setHome(duid, { online, localKey }) {
      if (online !== undefined) offline[online ? "delete" : "add"](duid);
      const index = devices.findIndex((device) => device.duid === duid);
      const device = devices[index];
      if (device === undefined || localKey === undefined) return;
      devices[index] = { ...device, localKey };
      topics.set(`rr/m/i/${session}${duid}`, devices[index]);
    },
    advance,
    async expireSession() {
      cloud?.expire();
      await broker.refuseClients(true);
    },
    readmit: () => broker.refuseClients(false),
    async stop() {
      stopTicking();
      for (const timer of delayed) clearTimeout(timer);
      await Promise.all([broker.stop(), cloud?.stop(), lan?.stop()]);
      if (options.isJournalled !== false)
        writeJournal({
          simulator: "vacuum",
          requests: log.requests.length,
          violations: log.violations.map(({ method, violation }) => `${String(violation)} ${String(method)}`),
        });
    },
  };
}

function faultsOf(
  faults: FaultSwitch,
  pushes: PushGate,
  broker: SimulatedBroker,
  setClockSkew: (seconds: number) => void,
): VacuumFaults {
  const isRefusing = (): boolean => faults.current()?.kind === "refuse_connect";
  return {
    async set(fault) {
      const wasRefusing = isRefusing();
      faults.set(typeof fault === "string" ? { kind: fault } : fault);
      if (wasRefusing !== isRefusing()) await broker.refuseClients(isRefusing(), faults.current()?.reasonCode);
    },
    async clear() {
      const wasRefusing = isRefusing();
      faults.clear();
      if (wasRefusing) await broker.refuseClients(false);
    },
    current: () => faults.current(),
    disconnect: () => broker.disconnectClients(),
    restart: (downMs) => broker.restart(downMs),
    freeze: (isFrozen) => broker.freezeClients(isFrozen),
    setPushes: (fault) => pushes.set(fault),
    setClockSkew,
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

function md5Hex(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}
