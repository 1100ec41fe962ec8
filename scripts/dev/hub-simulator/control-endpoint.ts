import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { Fault } from "./faults.js";

/** What the control endpoint can do to the simulator. */
export interface SimulatorControls {
  setFault(fault: Fault | null): void;
  jumpTo(clock: string): void;
  /** False for a device that does not exist. */
  setAttribute(deviceId: string, attribute: string, value: string | null): boolean;
  describe(): unknown;
}

const MAX_BODY_BYTES = 16 * 1024;
const LOOPBACK_ADDRESSES: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

const FaultCommand = z.union([Fault, z.strictObject({ kind: z.literal("none") })]);
const JumpCommand = z.strictObject({ clock: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/) });
const AttributeCommand = z.strictObject({
  deviceId: z.string().max(20),
  attribute: z.string().max(64),
  value: z.string().max(200).nullable(),
});

/**
 * Answers `/_sim/…`: `GET state`, `POST faults`, `POST jump`, `POST attributes`. For programs on this machine only: the
 * peer and the Host must be loopback, and a body must be JSON, which a web page cannot send here unasked.
 */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  controls: SimulatorControls,
): Promise<void> {
  const { status, body } = await decideControl(request, controls);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function decideControl(
  request: IncomingMessage,
  controls: SimulatorControls,
): Promise<{ status: number; body: unknown }> {
  if (!isFromThisMachine(request)) return { status: 403, body: { error: "CONTROL_IS_LOOPBACK_ONLY" } };
  if (request.method === "GET" && request.url === "/_sim/state") return { status: 200, body: controls.describe() };
  if (request.method !== "POST") return { status: 404, body: { error: "UNKNOWN_CONTROL" } };
  if (request.headers["content-type"] !== "application/json") return { status: 415, body: { error: "JSON_EXPECTED" } };
  const command = await readJson(request);
  if (!carryOut(request.url ?? "", command, controls)) return { status: 400, body: { error: "COMMAND_INVALID" } };
  return { status: 200, body: controls.describe() };
}

/** Answers: was this a command, and was it carried out? */
function carryOut(url: string, command: unknown, controls: SimulatorControls): boolean {
  if (url === "/_sim/faults") {
    const fault = FaultCommand.safeParse(command).data;
    if (fault !== undefined) controls.setFault(fault.kind === "none" ? null : fault);
    return fault !== undefined;
  }
  if (url === "/_sim/jump") {
    const jump = JumpCommand.safeParse(command).data;
    if (jump !== undefined) controls.jumpTo(jump.clock);
    return jump !== undefined;
  }
  const set = url === "/_sim/attributes" ? AttributeCommand.safeParse(command).data : undefined;
  return set !== undefined && controls.setAttribute(set.deviceId, set.attribute, set.value);
}

function isFromThisMachine(request: IncomingMessage): boolean {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  const isLoopbackName = host === "localhost" || host === "127.0.0.1" || host === "[::1]";
  return isLoopbackName && LOOPBACK_ADDRESSES.has(request.socket.remoteAddress ?? "");
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
