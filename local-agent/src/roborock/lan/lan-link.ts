import { randomInt } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createFrameStream } from "../frame-stream.js";
import type { FrameSecrets } from "../frame-keys.js";
import { decodeMessage, encodeFrame, withLengthPrefix } from "../frame.js";
import type { DecodedFrame, FrameVersion } from "../frame.js";
import type { Runtime } from "../runtime.js";

export interface LanLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly localKey: string;
  readonly version: FrameVersion;
  /** The vacuum answered the handshake. */
  readonly onReady: () => void;
  /** Something other than the handshake and the pings came. */
  readonly onFrame: (frame: DecodedFrame) => void;
  /** The link is gone; nothing more comes. Called once. `wasSilent`: connected, and the handshake was not answered. */
  readonly onClosed: (wasSilent: boolean) => void;
}

export interface LanLink {
  /** Sends one request, whose text is made for the frame's Unix seconds. False when the link is not ready. */
  send(toText: (t: number) => string): boolean;
  close(): void;
}

/** To connect, and again to answer the handshake. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
const PING_MS = 10_000;
/** Three pings without a byte: the other end is gone, whatever the socket says. */
const SILENCE_MS = 35_000;
const HELLO = 0;
const HELLO_ANSWER = 1;
const PING = 2;
const REQUEST = 4;
const HELLO_SEQ = 1;

/**
 * One TCP connection to one vacuum (reference 11): handshake, pings, framing. It sends what it is given: the allow-list stands
 * where a request becomes text. Never throws; every failure ends in `onClosed`.
 */
export function openLanLink(options: LanLinkOptions, runtime: Runtime): LanLink {
  const { version, localKey } = options;
  const connectNonce = randomInt(10_000, 32_768);
  const stream = createFrameStream();
  let ackNonce: number | null = null;
  let seq = HELLO_SEQ;
  let isConnected = false;
  let isClosed = false;
  let heardAtMs = runtime.nowMs();
  let cancelPing = (): void => undefined;
  let cancelDeadline = runtime.after(HANDSHAKE_TIMEOUT_MS, close);
  const socket = connect({ host: options.host, port: options.port });

  const unixSeconds = (): number => Math.floor(runtime.nowMs() / 1_000) >>> 0;
  const secrets = (): FrameSecrets => ({ localKey, connectNonce, ackNonce });

  function write(protocol: number, random: number, payload: string | null, timestamp = unixSeconds()): void {
    const frame = encodeFrame({ version, seq, random, timestamp, protocol, payload }, secrets());
    seq = (seq + 1) >>> 0;
    socket.write(withLengthPrefix(frame));
  }

  function greet(): void {
    isConnected = true;
    cancelDeadline();
    cancelDeadline = runtime.after(HANDSHAKE_TIMEOUT_MS, close);
    write(HELLO, connectNonce, null);
  }

  function receive(chunk: Buffer): void {
    heardAtMs = runtime.nowMs();
    const { frames, fault } = stream.push(chunk);
    for (const bytes of frames) for (const frame of decodeMessage(bytes, secrets())) handle(frame);
    if (fault !== null) close();
  }

  function handle(frame: DecodedFrame): void {
    if (isClosed) return;
    if (ackNonce === null && isHelloAnswer(frame)) {
      ackNonce = frame.random;
      cancelDeadline();
      keepAlive();
      options.onReady();
    } else if (ackNonce !== null) options.onFrame(frame);
  }

  function keepAlive(): void {
    cancelPing = runtime.after(PING_MS, () => {
      if (runtime.nowMs() - heardAtMs > SILENCE_MS) {
        close();
        return;
      }
      write(PING, randomInt(10_000, 100_000), null);
      keepAlive();
    });
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    cancelDeadline();
    cancelPing();
    socket.destroy();
    options.onClosed(isConnected && ackNonce === null);
  }

  watch(socket, { greet, receive, close });
  return {
    send(toText) {
      if (isClosed || ackNonce === null) return false;
      const t = unixSeconds();
      write(REQUEST, randomInt(10_000, 100_000), toText(t), t);
      return true;
    },
    close,
  };
}

function watch(socket: Socket, on: { greet: () => void; receive: (chunk: Buffer) => void; close: () => void }): void {
  socket.setNoDelay(true);
  socket.on("connect", on.greet);
  socket.on("data", on.receive);
  socket.on("error", on.close);
  socket.on("close", on.close);
}

/** Robots answer with 17 or 21 bytes; one test device adds a payload, which nobody needs. */
function isHelloAnswer(frame: DecodedFrame): frame is Exclude<DecodedFrame, { kind: "rejected" }> {
  return frame.kind !== "rejected" && frame.protocol === HELLO_ANSWER && frame.seq === HELLO_SEQ;
}
