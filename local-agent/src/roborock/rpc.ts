import * as z from "zod";
import { requireReadRequest } from "./read-only.js";

export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
  /** Unix seconds, the same as the frame's timestamp. */
  readonly t: number;
  /** Sent with cloud requests; the LAN channel has none. */
  readonly security?: { readonly endpoint: string; readonly nonce: string };
}

export type RpcOutcome =
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "unknown_method" }
  | { readonly kind: "busy" }
  | { readonly kind: "error"; readonly errorCode: number | null };

export interface RpcAnswer {
  readonly id: number;
  readonly outcome: RpcOutcome;
}

/** One decrypted message: answers to requests, and data points that the robot pushed. */
export interface RpcMessage {
  /** Unix seconds by the robot's clock, which may be wrong; null when absent. */
  readonly deviceTime: number | null;
  readonly answers: readonly RpcAnswer[];
  readonly points: ReadonlyMap<number, number>;
}

const REQUEST_POINT = "101";
const ANSWER_POINT = "102";
/** The robot is locked or busy in its present state. */
const BUSY_ERROR_CODE = -10_007;
const MAX_POINTS = 64;
const MAX_TEXT_BYTES = 262_144;

const Envelope = z.object({ t: z.number().optional().catch(undefined), dps: z.record(z.string(), z.unknown()) });
const RpcFault = z.object({ code: z.number() });
const Inner = z.object({
  id: z.int(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});

/**
 * Answers: which plain text asks this? The only function that builds a request, and so the one place of the read-only
 * guard: throws `READ_ONLY` before a byte exists.
 */
export function encodeRequest(request: RpcRequest): string {
  const method = requireReadRequest(request.method, request.params);
  const security = request.security === undefined ? {} : { security: request.security };
  const inner = JSON.stringify({ id: request.id, method, params: request.params, ...security });
  return JSON.stringify({ dps: { [REQUEST_POINT]: inner }, t: request.t });
}

/** Answers: what does this decrypted text say? Never throws; null when it is not UTF-8, not JSON or not an envelope. */
export function parseMessage(payload: Uint8Array): RpcMessage | null {
  if (payload.length > MAX_TEXT_BYTES) return null;
  const envelope = Envelope.safeParse(parseJson(payload));
  if (!envelope.success) return null;
  const points = new Map<number, number>();
  const answers: RpcAnswer[] = [];
  for (const [key, value] of Object.entries(envelope.data.dps).slice(0, MAX_POINTS)) {
    if (key === ANSWER_POINT) answers.push(...toAnswers(value));
    else setPoint(points, key, value);
  }
  return { deviceTime: envelope.data.t ?? null, answers, points };
}

function toAnswers(value: unknown): RpcAnswer[] {
  const inner = Inner.safeParse(typeof value === "string" ? parseJson(Buffer.from(value, "utf8")) : value);
  return inner.success ? [{ id: inner.data.id, outcome: toOutcome(inner.data) }] : [];
}

function toOutcome({ result, error }: z.infer<typeof Inner>): RpcOutcome {
  if (error !== undefined && error !== null) {
    const errorCode = RpcFault.safeParse(error).data?.code ?? null;
    return errorCode === BUSY_ERROR_CODE ? { kind: "busy" } : { kind: "error", errorCode };
  }
  const word: unknown = Array.isArray(result) && result.length === 1 ? result[0] : result;
  if (word === "unknown_method") return { kind: "unknown_method" };
  if (word === "retry") return { kind: "busy" };
  if (typeof word === "string" || result === undefined) return { kind: "error", errorCode: null };
  return { kind: "result", value: result };
}

/** Keeps finite numbers and numeric strings: some firmware sends the latter. */
function setPoint(points: Map<number, number>, key: string, value: unknown): void {
  if (!/^\d{1,5}$/u.test(key)) return;
  const number = typeof value === "string" && /^-?\d{1,15}(\.\d{1,6})?$/u.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) points.set(Number(key), number);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
