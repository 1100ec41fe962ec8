import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { RequestLog, RecordedRequest } from "./request-log.js";
import { listenOn } from "./listen.js";
import { prefixed, readWireFrame, writeControlFrame, writeWireFrame } from "./wire.js";
import type { Greeting } from "./wire.js";

/**
 * How the robots' own network can be broken: `half_open` accepts and says nothing, `deaf` greets and then says nothing,
 * `hang_up` ends the connection at a request, `noise` sends bytes that are no frames, `drip` sends one byte at a time.
 */
export type LanFault = "half_open" | "deaf" | "hang_up" | "noise" | "drip";

export interface LanDevicesOptions {
  readonly devices: readonly { readonly duid: string; readonly localKey: string }[];
  /** What the robots speak; a greeting in another version is not answered. */
  readonly version: "1.0" | "L01";
  readonly log: RequestLog;
  /** The frame that answers a request; null is silence. */
  readonly onRequest: (
    request: RecordedRequest,
    greeting: Greeting | undefined,
  ) => { readonly bytes: Buffer; readonly delayMs: number } | null;
}

export interface SimulatedLan {
  /** The same for each robot; each has an address of its own. */
  readonly port: number;
  addressOf(duid: string): string;
  setFault(fault: LanFault | null): void;
  /** Connections that are open now. */
  readonly connections: number;
  /** Connections that were ever opened. */
  readonly opened: number;
  /** Sends a text unasked to everyone who is connected to this robot. */
  push(duid: string, text: string, t: number): void;
  disconnect(): void;
  stop(): Promise<void>;
}

const HELLO = 0;
const PING = 2;
const REQUEST = 4;
const ACKNOWLEDGED = 5;
const MAX_FRAME_BYTES = 100_000;
const FIRST_HOST = 1;

interface Session {
  readonly duid: string;
  readonly socket: Socket;
  greeting: Greeting | null;
}

/** One TCP server a robot, at 127.0.0.1, 127.0.0.2 and so on, all on one port. */
export async function startLanDevices(options: LanDevicesOptions): Promise<SimulatedLan> {
  const sessions = new Set<Session>();
  const servers: Server[] = [];
  let fault: LanFault | null = null;
  let port = 0;
  let opened = 0;
  let seq = 0;

  function receive(device: LanDevicesOptions["devices"][number], socket: Socket): void {
    opened += 1;
    const session: Session = { duid: device.duid, socket, greeting: null };
    sessions.add(session);
    socket.on("close", () => sessions.delete(session));
    socket.on("error", () => socket.destroy());
    let held: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 4) {
        const length = held.readUInt32BE(0);
        if (length > MAX_FRAME_BYTES) return void socket.destroy();
        if (held.length < 4 + length) return;
        const frame = held.subarray(4, 4 + length);
        held = held.subarray(4 + length);
        handle(session, device, frame);
      }
    });
  }

  function handle(session: Session, { duid, localKey }: { duid: string; localKey: string }, bytes: Buffer): void {
    if (fault === "half_open" || bytes.length < 17) return;
    const header = {
      seq: bytes.readUInt32BE(3),
      random: bytes.readUInt32BE(7),
      timestamp: bytes.readUInt32BE(11),
      protocol: bytes.readUInt16BE(15),
    };
    const version = bytes.toString("latin1", 0, 3);
    if (bytes.length === 17 || bytes.length === 21) {
      if (version === options.version) control(session, header);
      return;
    }
    const greeting = session.greeting;
    if (header.protocol !== REQUEST || greeting === null) {
      options.log.recordFrame("lan", duid, null, bytes, Date.now());
      return;
    }
    const isL01 = options.version === "L01";
    const frame = readWireFrame(bytes, localKey, isL01 ? greeting : undefined);
    const request = options.log.recordFrame("lan", duid, frame, bytes, Date.now());
    if (fault === "hang_up") return void session.socket.destroy();
    if (fault === "deaf") return;
    if (fault === "noise") return void session.socket.write(Buffer.from("ffffffff00112233", "hex"));
    // A real robot says first that it heard, under our number, and then answers under its own.
    send(session, writeControlFrame({ ...header, protocol: ACKNOWLEDGED }, options.version));
    const reply = options.onRequest(request, isL01 ? greeting : undefined);
    if (reply !== null) setTimeout(() => send(session, reply.bytes), reply.delayMs).unref();
  }

  function control(session: Session, header: Parameters<typeof writeControlFrame>[0]): void {
    if (header.protocol === HELLO) {
      const ackNonce = 100_000_000 + Math.floor(Math.random() * 1_000_000);
      session.greeting = { connectNonce: header.random, ackNonce };
      send(session, writeControlFrame({ ...header, random: ackNonce, protocol: 1 }, options.version));
    }
    if (header.protocol === PING && fault === null)
      send(session, writeControlFrame({ ...header, protocol: 3 }, options.version));
  }

  function send({ socket }: Session, frame: Buffer): void {
    if (socket.destroyed) return;
    const bytes = prefixed(frame);
    if (fault !== "drip") return void socket.write(bytes);
    for (const byte of bytes) socket.write(Buffer.from([byte]));
  }

  const addresses = new Map<string, string>();
  for (const [index, device] of options.devices.entries()) {
    const host = `127.0.0.${FIRST_HOST + index}`;
    const server = createServer((socket) => receive(device, socket));
    port = await listenOn(server, port, host);
    servers.push(server);
    addresses.set(device.duid, host);
  }
  const disconnect = (): void => {
    for (const { socket } of sessions) socket.destroy();
  };
  return {
    port,
    addressOf: (duid) => addresses.get(duid) ?? "",
    setFault(next) {
      fault = next;
    },
    get connections() {
      return sessions.size;
    },
    get opened() {
      return opened;
    },
    push(duid, text, t) {
      const localKey = options.devices.find((device) => device.duid === duid)?.localKey ?? "";
      for (const session of sessions) {
        if (session.duid !== duid || session.greeting === null) continue;
        seq += 1;
        const frame = { seq, random: 50_000 + (seq % 1_000), timestamp: t, protocol: REQUEST, text };
        send(session, writeWireFrame(frame, localKey, "1.0", options.version === "L01" ? session.greeting : undefined));
      }
    },
    disconnect,
    async stop() {
      disconnect();
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}
