import type { SimulatedCloud } from "./cloud/cloud-server.js";
import type { VacuumFaults } from "./faults.js";
import type { SimulatedLan } from "./lan-devices.js";
import type { RecordedRequest } from "./request-log.js";
import type { RobotState } from "./robot.js";

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
  /** True: broker and account API speak TLS under an authority of this run. mosquitto always does. */
  readonly isTls?: boolean;
  /** True: the account's API runs too, with one account and its home. */
  readonly hasCloud?: boolean;
  /** The version in which the robots answer on their own network; absent: they are not there. */
  readonly lan?: "1.0" | "L01";
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
  /** The account's API. Throws when the simulator was started without it. */
  readonly cloud: SimulatedCloud;
  /** The robots on their own network. Throws when the simulator was started without it. */
  readonly lan: SimulatedLan;
  robot(duid: string): RobotState;
  /** Changes a robot and pushes what that changed. Throws for an unknown duid. */
  setRobot(duid: string, change: Partial<RobotState>): void;
  /** What the home data says of a vacuum: offline ones are silent, a new key takes the place of the old. */
  setHome(duid: string, change: { readonly online?: boolean; readonly localKey?: string }): void;
  /** Lets simulated time pass at once, and pushes what that changed. */
  advance(seconds: number): void;
  /** Ends the account's session everywhere: API and broker turn it away until somebody logs in again. */
  expireSession(): Promise<void>;
  /** Lets the account in again, as after a login. */
  readmit(): Promise<void>;
  stop(): Promise<void>;
}
