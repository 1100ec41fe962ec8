import { connect } from "mqtt";
import type { IClientOptions, MqttClient } from "mqtt";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode } from "../connector.js";
import type { BrokerAddress } from "./credentials.js";
import { RECONNECT_PROOF_MS, reconnectDelayMs, toConnectionCode } from "./reconnect.js";
import type { Runtime } from "./runtime.js";

export type ConnectionState =
  | { readonly kind: "stopped" | "connecting" | "online" }
  /** Between two attempts, because of `code`. */
  | { readonly kind: "waiting"; readonly code: ConnectorErrorCode; readonly retryAtMs: number };

export interface ConnectionOptions {
  readonly address: BrokerAddress;
  readonly username: string;
  readonly password: string;
  /** PEM of a private certificate authority. Without it the system's are trusted. */
  readonly ca?: string | undefined;
  readonly protocolVersion: 4 | 5;
  readonly subscribeTopics: readonly string[];
  /** The only topics that anything is ever published to. */
  readonly publishTopics: readonly string[];
  readonly onMessage: (topic: string, payload: Buffer) => void;
  readonly onState: (state: ConnectionState) => void;
}

export interface VacuumConnection {
  /** `blockedUntilMs`: an earlier refusal, perhaps before a restart of the process; the first attempt waits until then. */
  start(blockedUntilMs?: number | null): void;
  stop(): Promise<void>;
  state(): ConnectionState;
  /** Throws `UNREACHABLE` when not online, `READ_ONLY` for a topic that is not ours to write to. */
  publish(topic: string, payload: Buffer): void;
  /** Drops the connection and opens a new one at once. */
  restart(): void;
}

const KEEP_ALIVE_SEC = 45;
/** From the first packet to the granted subscription. */
export const OPEN_TIMEOUT_MS = 30_000;
const MAX_PACKET_BYTES = 262_144;
/** A peer that sends this much without completing one packet is cut off: nothing here comes near it. */
const MAX_BYTES_BETWEEN_PACKETS = 1_048_576;
/** MQTT reason codes from here on are failures. */
const FIRST_FAILURE_REASON = 128;
const STOP_TIMEOUT_MS = 1_000;

/**
 * One MQTT connection for all vacuums of an account. Subscribes before it counts as online, never stays connected without a
 * subscription (the broker drops such clients), and reconnects by the rules of `reconnect.ts`, not by the library's. TLS
 * certificates are always verified.
 */
export function createMqttConnection(options: ConnectionOptions, runtime: Runtime): VacuumConnection {
  let state: ConnectionState = { kind: "stopped" };
  let client: MqttClient | null = null;
  /** The one timer at a time: the end of an attempt, or the start of the next. */
  let cancelTimer = (): void => undefined;
  let failures = 0;
  let onlineSinceMs: number | null = null;
  const writable = new Set(options.publishTopics);

  function enter(next: ConnectionState): void {
    state = next;
    options.onState(next);
  }

  function open(): void {
    enter({ kind: "connecting" });
    try {
      watch(connect(toClientOptions(options)));
    } catch {
      // The library throws on options that it cannot use: from a timer that would end the process.
      retryLater("UNREACHABLE");
    }
  }

  function watch(attempt: MqttClient): void {
    client = attempt;
    limitInbound(attempt);
    const fail = (code: ConnectorErrorCode): void => {
      if (client === attempt) retryLater(code);
    };
    cancelTimer = runtime.after(OPEN_TIMEOUT_MS, () => fail("TIMEOUT"));
    attempt.on("connect", () => {
      attempt.subscribe([...options.subscribeTopics], { qos: 0 }, (error, granted = []) => {
        if (isDenied(error, granted)) fail("AUTH");
        else if (error !== null) fail("UNREACHABLE");
        else if (client === attempt) goOnline();
      });
    });
    attempt.on("message", (topic, payload) => {
      if (client === attempt) options.onMessage(topic, payload);
    });
    attempt.on("disconnect", (packet) => fail(toConnectionCode({ code: packet.reasonCode })));
    attempt.on("error", (error) => fail(toConnectionCode(error)));
    attempt.on("close", () => fail("UNREACHABLE"));
  }

  function goOnline(): void {
    cancelTimer();
    onlineSinceMs = runtime.nowMs();
    enter({ kind: "online" });
  }

  function retryLater(code: ConnectorErrorCode): void {
    drop();
    if (onlineSinceMs !== null && runtime.nowMs() - onlineSinceMs >= RECONNECT_PROOF_MS) failures = 0;
    onlineSinceMs = null;
    const delayMs = reconnectDelayMs(code, failures, runtime.chance());
    failures += 1;
    waitFor(delayMs, code);
  }

  function waitFor(delayMs: number, code: ConnectorErrorCode): void {
    cancelTimer = runtime.after(delayMs, open);
    enter({ kind: "waiting", code, retryAtMs: runtime.nowMs() + delayMs });
  }

  function drop(): void {
    cancelTimer();
    const dropped = client;
    client = null;
    // A dropped client may still fail asynchronously; without a listener that would end the process.
    dropped?.on("error", () => undefined);
    dropped?.end(true);
  }

  return {
    state: () => state,
    start(blockedUntilMs = null) {
      if (state.kind !== "stopped") return;
      const blockedMs = (blockedUntilMs ?? 0) - runtime.nowMs();
      if (blockedMs > 0) waitFor(blockedMs, "RATE_LIMIT");
      else open();
    },
    async stop() {
      cancelTimer();
      const last = client;
      client = null;
      enter({ kind: "stopped" });
      if (last !== null) await endClient(last, runtime);
    },
    restart() {
      if (state.kind !== "online") return;
      drop();
      onlineSinceMs = null;
      open();
    },
    publish(topic, payload) {
      if (!writable.has(topic)) throw new ConnectorError("READ_ONLY", "Requests go to the vacuum's own topic only");
      if (state.kind !== "online" || client === null)
        throw new ConnectorError("UNREACHABLE", "The broker is not connected");
      client.publish(topic, payload, { qos: 0, retain: false });
    },
  };
}

/** A denial by the broker carries its packet; any other error is the connection's, lost under way. */
function isDenied(error: Error | null, granted: readonly { readonly qos: number }[]): boolean {
  return (error !== null && "packet" in error) || granted.some(({ qos }) => qos >= FIRST_FAILURE_REASON);
}

function toClientOptions(options: ConnectionOptions): IClientOptions {
  const { host, port, tls } = options.address;
  return {
    protocol: tls ? "mqtts" : "mqtt",
    // An address literal keeps its brackets in a URL only.
    host: host.replace(/^\[|\]$/gu, ""),
    port,
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    protocolVersion: options.protocolVersion,
    // The broker names an empty id itself: two clients with one id would throw each other out.
    clientId: "",
    clean: true,
    username: options.username,
    password: options.password,
    keepalive: KEEP_ALIVE_SEC,
    connectTimeout: OPEN_TIMEOUT_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...(options.protocolVersion === 5 ? { properties: { maximumPacketSize: MAX_PACKET_BYTES } } : {}),
  };
}

/** MQTT 3.1.1 brokers know no packet limit and hostile ones ignore it, so the bytes between two packets are counted. */
function limitInbound(client: MqttClient): void {
  let bytes = 0;
  client.on("packetreceive", () => {
    bytes = 0;
  });
  client.stream.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES_BETWEEN_PACKETS) client.stream.destroy();
  });
}

async function endClient(client: MqttClient, runtime: Runtime): Promise<void> {
  client.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    const cancel = runtime.after(STOP_TIMEOUT_MS, () => {
      client.stream.destroy();
      resolve();
    });
    client.end(false, () => {
      cancel();
      resolve();
    });
  });
}
