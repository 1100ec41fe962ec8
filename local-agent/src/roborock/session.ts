import { randomBytes, randomInt } from "node:crypto";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode } from "../connector.js";
import { decodeMessage, encodeFrame } from "./frame.js";
import type { DecodedFrame } from "./frame.js";
import type { VacuumConnection } from "./mqtt-connection.js";
import { createPendingRequests, timeoutError } from "./pending-requests.js";
import type { Fault } from "./pending-requests.js";
import { requireReadRequest } from "./read-only.js";
import type { ReadMethod } from "./read-only.js";
import { encodeRequest, parseMessage } from "./rpc.js";
import type { Runtime } from "./runtime.js";
import { createPacer, createTurns, MAX_QUEUED_PER_DEVICE } from "./turns.js";

export const RPC_TIMEOUT_MS = 10_000;
/** Two requests a second over the account. */
const RPC_MIN_GAP_MS = 500;
/** How often and how soon a robot that answered "busy" is asked again. */
const BUSY_RETRIES = 2;
const BUSY_RETRY_MS = 1_500;
/** Time-outs in a row, over all vacuums, after which the connection is taken for dead; and the least time between two such restarts. */
const TIMEOUTS_BEFORE_RESTART = 3;
export const RESTART_GAP_MS = 1_800_000;

const REQUEST_PROTOCOL = 101;

interface SessionDevice {
  readonly duid: string;
  readonly localKey: string;
  readonly pv: string;
  readonly publishTopic: string;
  readonly subscribeTopic: string;
}

export interface SessionOptions {
  readonly devices: readonly SessionDevice[];
  /** Sent in the security block of each request. */
  readonly endpoint: string;
  readonly timeoutMs?: number | undefined;
  readonly minGapMs?: number | undefined;
  readonly busyRetryMs?: number | undefined;
  readonly onPush: (duid: string, points: ReadonlyMap<number, number>, deviceTime: number | null) => void;
}

interface RpcResult {
  readonly value: unknown;
  /** Unix seconds by the robot's clock. */
  readonly deviceTime: number | null;
}

export interface RpcSession {
  /** Resolves with the robot's result. Rejects with a `ConnectorError`; a method off the allow-list never reaches a socket. */
  request(duid: string, method: string): Promise<RpcResult>;
  /** Takes what the connection received. */
  handleMessage(topic: string, payload: Buffer): void;
  /** Is told that the connection changed its state. */
  handleState(): void;
  /** Requests that wait for an answer. */
  readonly pendingCount: number;
}

/** Requests and answers over one connection: matches ids, keeps time, paces, and never asks two things of one robot at once. */
export function createSession(connection: VacuumConnection, options: SessionOptions, runtime: Runtime): RpcSession {
  const timeoutMs = options.timeoutMs ?? RPC_TIMEOUT_MS;
  const minGapMs = options.minGapMs ?? RPC_MIN_GAP_MS;
  const devices = new Map(options.devices.map((device) => [device.duid, device]));
  const byTopic = new Map(options.devices.map((device) => [device.subscribeTopic, device]));
  const watchdog = createWatchdog(connection, runtime);
  const pending = createPendingRequests(runtime, timeoutMs, watchdog);
  const turns = createTurns();
  const slotDelayMs = createPacer(minGapMs, minGapMs * devices.size * MAX_QUEUED_PER_DEVICE);
  const unknownMethods = new Set<string>();
  const waiters = new Set<() => void>();
  let seq = randomInt(100_000, 1_000_000);

  async function ask(device: SessionDevice, method: ReadMethod): Promise<RpcResult> {
    for (let attempt = 0; attempt <= BUSY_RETRIES; attempt += 1) {
      if (attempt > 0) await sleep(runtime, options.busyRetryMs ?? BUSY_RETRY_MS);
      await online();
      await sleep(runtime, slotDelayMs(runtime.nowMs()));
      const { outcome, deviceTime } = await pending.ask(device.duid, (id) => {
        connection.publish(device.publishTopic, toFrame(device, id, method));
      });
      if (outcome.kind === "result") return { value: outcome.value, deviceTime };
      if (outcome.kind === "error") throw refusedBy(method, outcome.errorCode);
      if (outcome.kind === "unknown_method") {
        unknownMethods.add(`${device.duid} ${method}`);
        throw unknownMethod(method);
      }
    }
    throw new ConnectorError("REFUSED", "The vacuum stays busy", { retryable: true });
  }

  function toFrame(device: SessionDevice, id: number, method: ReadMethod): Buffer {
    const t = Math.floor(runtime.nowMs() / 1_000);
    const security = { endpoint: options.endpoint, nonce: randomBytes(16).toString("hex") };
    const payload = encodeRequest({ id, method, params: [], t, security });
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

  function handleFrame(device: SessionDevice, frame: DecodedFrame): void {
    if (frame.kind === "rejected") pending.note(device.duid, toFault(frame.reason, frame.version));
    if (frame.kind !== "frame" || frame.payload === null) return;
    const message = parseMessage(frame.payload);
    if (message === null) {
      pending.note(device.duid, toFault("NOT_JSON", null));
      return;
    }
    for (const answer of message.answers) pending.settle(device.duid, answer, message.deviceTime);
    if (message.points.size > 0) options.onPush(device.duid, message.points, message.deviceTime);
  }

  return {
    get pendingCount() {
      return pending.size;
    },
    async request(duid, rawMethod) {
      const method = requireReadRequest(rawMethod, []);
      const device = devices.get(duid);
      if (device === undefined)
        throw new ConnectorError("STATE_UNKNOWN", "No such vacuum is configured", { retryable: false });
      if (device.pv !== "1.0") throw unsupportedVersion(device.pv);
      if (unknownMethods.has(`${duid} ${method}`)) throw unknownMethod(method);
      return turns.take(duid, () => ask(device, method));
    },
    handleMessage(topic, payload) {
      const device = byTopic.get(topic);
      if (device === undefined) return;
      for (const frame of decodeMessage(payload, device)) handleFrame(device, frame);
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
  runtime: Runtime,
): { answered: () => void; timedOut: () => void } {
  let inARow = 0;
  let restartedAtMs = Number.NEGATIVE_INFINITY;
  return {
    answered() {
      inARow = 0;
    },
    timedOut() {
      inARow += 1;
      if (inARow < TIMEOUTS_BEFORE_RESTART || runtime.nowMs() - restartedAtMs < RESTART_GAP_MS) return;
      restartedAtMs = runtime.nowMs();
      inARow = 0;
      connection.restart();
    },
  };
}

async function sleep(runtime: Runtime, delayMs: number): Promise<void> {
  if (delayMs > 0) await new Promise<void>((resolve) => runtime.after(delayMs, resolve));
}

const CONNECTION_MESSAGES: Readonly<Partial<Record<ConnectorErrorCode, string>>> = {
  AUTH: "The broker does not accept the credentials, or limits the account; the next attempt is hours away",
  RATE_LIMIT: "The broker limits the account; the next attempt is hours away",
  TIMEOUT: "The broker did not answer the connection request",
};

function notConnected(code: ConnectorErrorCode): ConnectorError {
  return new ConnectorError(code, CONNECTION_MESSAGES[code] ?? "The broker is not connected");
}

function toFault(reason: string, version: string | null): Fault {
  // Three bytes that are no word are no version: then it is noise, not another protocol.
  if (version !== null && !version.startsWith("0x"))
    return { code: "UNSUPPORTED", message: unsupportedVersion(version).message };
  return { code: "BAD_RESPONSE", message: `The vacuum's answer could not be read: ${reason}` };
}

/** A version comes from outside: anything that is no short word is not repeated. */
export function unsupportedVersion(version: string): ConnectorError {
  const shown = /^[\w.]{1,8}$/u.test(version) ? version : "(unreadable)";
  return new ConnectorError("UNSUPPORTED", `Protocol version ${shown} is not supported, expected 1.0`);
}

function unknownMethod(method: ReadMethod): ConnectorError {
  return new ConnectorError("UNSUPPORTED", `This firmware does not know ${method}`);
}

function refusedBy(method: ReadMethod, errorCode: number | null): ConnectorError {
  return new ConnectorError("REFUSED", `The vacuum answered ${method} with error ${errorCode ?? "without a code"}`);
}
