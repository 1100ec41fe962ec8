import { ConnectorError } from "../connector.js";
import { createCloudChannel } from "./cloud-channel.js";
import type { CloudDevice } from "./cloud-channel.js";
import type { InboxEvents } from "./inbox.js";
import type { LanChannel } from "./lan/lan-channel.js";
import type { VacuumConnection } from "./mqtt-connection.js";
import type { TimedOutcome } from "./pending-requests.js";
import { requireReadRequest } from "./read-only.js";
import type { ReadMethod } from "./read-only.js";
import { isChannelFault, unsupportedVersion } from "./rpc-channel.js";
import type { ReadCall } from "./rpc-channel.js";
import { sleep } from "./runtime.js";
import type { Runtime } from "./runtime.js";
import { createTurns } from "./turns.js";

export const RPC_TIMEOUT_MS = 10_000;
/** Two requests a second over the account. */
const RPC_MIN_GAP_MS = 500;
/** How often and how soon a robot that answered "busy" is asked again. */
const BUSY_RETRIES = 2;
const BUSY_RETRY_MS = 1_500;
/** The address that the local network needs is asked for over the cloud. */
const CLOUD_ONLY: ReadMethod = "get_network_info";

export interface SessionOptions extends InboxEvents {
  readonly devices: readonly CloudDevice[];
  /** Sent in the security block of each request. */
  readonly endpoint: string;
  readonly timeoutMs?: number | undefined;
  readonly minGapMs?: number | undefined;
  readonly busyRetryMs?: number | undefined;
  /** The vacuums' own network, preferred where it answers. Absent: the cloud alone. */
  readonly lan?: LanChannel | undefined;
}

interface RpcResult {
  readonly value: unknown;
  /** Unix seconds by the robot's clock. */
  readonly deviceTime: number | null;
}

export interface RpcSession {
  /** Resolves with the robot's result. Rejects with a `ConnectorError`; a method off the allow-list never reaches a socket. */
  request(duid: string, method: string, params?: readonly unknown[]): Promise<RpcResult>;
  /** Answers: would a request go over the local network now? */
  isLocal(duid: string): boolean;
  /** Takes what the connection received. */
  handleMessage(topic: string, payload: Buffer): void;
  /** Is told that the connection changed its state. */
  handleState(): void;
  /** Requests that wait for an answer. */
  readonly pendingCount: number;
}

/**
 * Requests and answers of one account's vacuums: never asks two things of one robot at once, prefers the local network, falls
 * back to the cloud request by request, and asks again when a robot is busy.
 */
export function createSession(connection: VacuumConnection, options: SessionOptions, runtime: Runtime): RpcSession {
  const devices = new Map(options.devices.map((device) => [device.duid, device]));
  const cloud = createCloudChannel(
    connection,
    { ...options, timeoutMs: options.timeoutMs ?? RPC_TIMEOUT_MS, minGapMs: options.minGapMs ?? RPC_MIN_GAP_MS },
    runtime,
  );
  const { lan } = options;
  const turns = createTurns();
  const unknownMethods = new Set<string>();

  async function askOnce(device: CloudDevice, call: ReadCall): Promise<TimedOutcome> {
    if (lan === undefined || call.method === CLOUD_ONLY || !lan.isReady(device.duid)) return cloud.ask(device, call);
    try {
      return await lan.ask(device, call);
    } catch (error) {
      if (!isChannelFault(error)) throw error;
      return cloud.ask(device, call);
    }
  }

  async function ask(device: CloudDevice, call: ReadCall): Promise<RpcResult> {
    const { method } = call;
    for (let attempt = 0; attempt <= BUSY_RETRIES; attempt += 1) {
      if (attempt > 0) await sleep(runtime, options.busyRetryMs ?? BUSY_RETRY_MS);
      const { outcome, deviceTime } = await askOnce(device, call);
      if (outcome.kind === "result") return { value: outcome.value, deviceTime };
      if (outcome.kind === "error") throw refusedBy(method, outcome.errorCode);
      if (outcome.kind === "unknown_method") {
        unknownMethods.add(`${device.duid} ${method}`);
        throw unknownMethod(method);
      }
    }
    throw new ConnectorError("REFUSED", "The vacuum stays busy", { retryable: true });
  }

  return {
    get pendingCount() {
      return cloud.pendingCount;
    },
    async request(duid, rawMethod, params = []) {
      const method = requireReadRequest(rawMethod, params);
      const device = devices.get(duid);
      if (device === undefined)
        throw new ConnectorError("STATE_UNKNOWN", "No such vacuum is configured", { retryable: false });
      if (device.pv !== "1.0") throw unsupportedVersion(device.pv);
      if (unknownMethods.has(`${duid} ${method}`)) throw unknownMethod(method);
      return turns.take(duid, () => ask(device, { method, params }));
    },
    isLocal: (duid) => lan?.isReady(duid) ?? false,
    handleMessage: (topic, payload) => cloud.handleMessage(topic, payload),
    handleState: () => cloud.handleState(),
  };
}

function unknownMethod(method: ReadMethod): ConnectorError {
  return new ConnectorError("UNSUPPORTED", `This firmware does not know ${method}`);
}

function refusedBy(method: ReadMethod, errorCode: number | null): ConnectorError {
  return new ConnectorError("REFUSED", `The vacuum answered ${method} with error ${errorCode ?? "without a code"}`);
}
