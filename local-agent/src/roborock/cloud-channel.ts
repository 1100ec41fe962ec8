import { randomBytes, randomInt } from "node:crypto";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode } from "../connector.js";
import { decodeMessage, encodeFrame } from "./frame.js";
import { createInbox } from "./inbox.js";
import type { InboxEvents } from "./inbox.js";
import type { VacuumConnection } from "./mqtt-connection.js";
import { createPendingRequests, timeoutError } from "./pending-requests.js";
import type { ReadCall, RpcChannel, RpcDevice } from "./rpc-channel.js";
import { encodeRequest } from "./rpc.js";
import { sleep } from "./runtime.js";
import type { Runtime } from "./runtime.js";
import { createPacer, MAX_QUEUED_PER_DEVICE } from "./turns.js";

/** Time-outs in a row, over all vacuums, after which the connection is taken for dead; and the least time between two such restarts. */
const TIMEOUTS_BEFORE_RESTART = 3;
export const RESTART_GAP_MS = 1_800_000;

const REQUEST_PROTOCOL = 101;

export interface CloudDevice extends RpcDevice {
  readonly publishTopic: string;
  readonly subscribeTopic: string;
  /** What the account's home data says; a vacuum that is offline by it says nothing about the connection. */
  readonly isOnline?: (() => boolean) | undefined;
}

export interface CloudChannelOptions extends InboxEvents {
  readonly devices: readonly CloudDevice[];
  /** Sent in the security block of each request. */
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly minGapMs: number;
}

export interface CloudChannel extends RpcChannel {
  /** Takes what the connection received. */
  handleMessage(topic: string, payload: Buffer): void;
  /** Is told that the connection changed its state. */
  handleState(): void;
  /** Requests that wait for an answer. */
  readonly pendingCount: number;
}

/** Requests over the account's broker: waits for a connection that is being opened, paces, keeps time, matches answers. */
export function createCloudChannel(
  connection: VacuumConnection,
  options: CloudChannelOptions,
  runtime: Runtime,
): CloudChannel {
  const { timeoutMs, minGapMs } = options;
  const devices = new Map(options.devices.map((device) => [device.duid, device]));
  const byTopic = new Map(options.devices.map((device) => [device.subscribeTopic, device]));
  const pending = createPendingRequests(runtime, timeoutMs, createWatchdog(connection, devices, runtime));
  const receive = createInbox(pending, options);
  const slotDelayMs = createPacer(minGapMs, minGapMs * devices.size * MAX_QUEUED_PER_DEVICE);
  const waiters = new Set<() => void>();
  let seq = randomInt(100_000, 1_000_000);

  function toFrame(device: CloudDevice, id: number, { method, params }: ReadCall): Buffer {
    const t = Math.floor(runtime.nowMs() / 1_000);
    const security = { endpoint: options.endpoint, nonce: randomBytes(16).toString("hex") };
    const payload = encodeRequest({ id, method, params, t, security });
    seq = (seq + 1) >>> 0;
    const header = {
      version: "1.0",
      seq,
      random: randomInt(10_000, 100_000),
      timestamp: t,
      protocol: REQUEST_PROTOCOL,
    } as const;
    return encodeFrame({ ...header, payload }, device);
  }

  /** Waits for a connection that is being opened; fails at once while the connection waits out a back-off. */
  async function online(): Promise<void> {
    const deadlineMs = runtime.nowMs() + timeoutMs;
    for (let state = connection.state(); state.kind !== "online"; state = connection.state()) {
      if (state.kind === "waiting") throw notConnected(state.code);
      if (state.kind === "stopped") throw new ConnectorError("UNREACHABLE", "The connection is not started");
      const leftMs = deadlineMs - runtime.nowMs();
      if (leftMs <= 0) throw timeoutError(timeoutMs);
      await stateChange(leftMs);
    }
  }

  async function stateChange(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = runtime.after(withinMs, () => wake());
      const wake = (): void => {
        cancel();
        waiters.delete(wake);
        resolve();
      };
      waiters.add(wake);
    });
  }

  return {
    get pendingCount() {
      return pending.size;
    },
    async ask({ duid }, call) {
      const device = devices.get(duid);
      if (device === undefined) throw new ConnectorError("STATE_UNKNOWN", "No such vacuum", { retryable: false });
      await online();
      await sleep(runtime, slotDelayMs(runtime.nowMs()));
      return pending.ask(duid, (id) => connection.publish(device.publishTopic, toFrame(device, id, call)));
    },
    handleMessage(topic, payload) {
      const device = byTopic.get(topic);
      if (device === undefined) return;
      for (const frame of decodeMessage(payload, device)) receive(device.duid, frame);
    },
    handleState() {
      const state = connection.state();
      if (state.kind !== "online") pending.failAll(notConnected(state.kind === "waiting" ? state.code : "UNREACHABLE"));
      for (const wake of [...waiters]) wake();
    },
  };
}

/** Takes the connection for dead after several time-outs in a row. An offline robot cannot make that a loop: once per half hour. */
function createWatchdog(
  connection: VacuumConnection,
  devices: ReadonlyMap<string, CloudDevice>,
  runtime: Runtime,
): { answered: () => void; timedOut: (duid: string) => void } {
  let inARow = 0;
  let restartedAtMs = Number.NEGATIVE_INFINITY;
  return {
    answered() {
      inARow = 0;
    },
    timedOut(duid) {
      if (devices.get(duid)?.isOnline?.() === false) return;
      inARow += 1;
      if (inARow < TIMEOUTS_BEFORE_RESTART || runtime.nowMs() - restartedAtMs < RESTART_GAP_MS) return;
      restartedAtMs = runtime.nowMs();
      inARow = 0;
      connection.restart();
    },
  };
}

const CONNECTION_MESSAGES: Readonly<Partial<Record<ConnectorErrorCode, string>>> = {
  AUTH: "The broker does not accept the credentials, or limits the account; the next attempt is hours away",
  RATE_LIMIT: "The broker limits the account; the next attempt is hours away",
  TIMEOUT: "The broker did not answer the connection request",
};

function notConnected(code: ConnectorErrorCode): ConnectorError {
  return new ConnectorError(code, CONNECTION_MESSAGES[code] ?? "The broker is not connected");
}
