import * as http from "node:http";
import * as https from "node:https";
import { gzipSync } from "node:zlib";
import type { Secret } from "../secret.js";
import type { ClockSample } from "./clock-skew.js";
import { PublishError } from "./publisher.js";
import type { PublishErrorCode, Publisher, UplinkMessage } from "./publisher.js";

const PUBLISH_TIMEOUT_MS = 10_000;
/** The answer to a publish is one message id. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface PubSubTarget {
  readonly projectId: string;
  readonly topic: string;
  /** `host:port` of the emulator; it takes plain HTTP and no token. */
  readonly emulatorHost?: string;
  /** Order holds within one region, so an agent publishes to one. Without it: the nearest, which is nearly always one. */
  readonly region?: string;
}

/** An access token for Pub/Sub. Asked before every attempt; it caches and renews by itself. */
export type AccessTokens = () => Promise<Secret>;

/**
 * Pub/Sub over its REST API (`projects.topics.publish`): one call, no client library. The gRPC client would take 38 MB,
 * half of what the whole agent may use.
 */
export function createPubSubPublisher(
  target: PubSubTarget,
  tokens: AccessTokens | null,
  timeoutMs = PUBLISH_TIMEOUT_MS,
  /** Told the cloud's clock at each answer. */
  onClock: (sample: ClockSample) => void = () => undefined,
): Publisher {
  const { emulatorHost } = target;
  const origin = emulatorHost === undefined ? serviceOrigin(target.region) : `http://${emulatorHost}`;
  const url = new URL(`${origin}/v1/projects/${target.projectId}/topics/${target.topic}:publish`);
  const agent =
    url.protocol === "https:"
      ? new https.Agent({ keepAlive: true, maxSockets: 1 })
      : new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    publish: async (message, signal) => {
      const headers = tokens === null ? {} : { authorization: `Bearer ${await readToken(tokens)}` };
      const { status, body } = await post({ url, agent, headers, timeoutMs, signal, onClock }, toBody(message));
      if (status !== 200) throw new PublishError(codeOf(status), `Pub/Sub answered ${status}`);
      if (!isAcknowledged(body)) throw new PublishError("BAD_RESPONSE", "Pub/Sub answered without one message id");
    },
    close: () => agent.destroy(),
  };
}

/**
 * Answers: may this machine publish to the topic? Asks Pub/Sub (`testIamPermissions`) and publishes nothing. The emulator
 * knows no permissions: there an answer is enough. Rejects with a `PublishError`.
 */
export async function mayPublish(
  target: PubSubTarget,
  tokens: AccessTokens | null,
  onClock: (sample: ClockSample) => void,
): Promise<boolean> {
  const isEmulated = target.emulatorHost !== undefined;
  const origin = isEmulated ? `http://${target.emulatorHost}` : serviceOrigin(target.region);
  const url = new URL(`${origin}/v1/projects/${target.projectId}/topics/${target.topic}:testIamPermissions`);
  const agent = isEmulated ? new http.Agent() : new https.Agent();
  const headers = tokens === null ? {} : { authorization: `Bearer ${await readToken(tokens)}` };
  const signal = new AbortController().signal;
  const call = { url, agent, headers, timeoutMs: PUBLISH_TIMEOUT_MS, signal, onClock };
  const { status, body } = await post(call, JSON.stringify({ permissions: [PUBLISH_PERMISSION] })).finally(() =>
    agent.destroy(),
  );
  if (isEmulated) return true;
  if (status !== 200) throw new PublishError(codeOf(status), `Pub/Sub answered ${status}`);
  return body.includes(PUBLISH_PERMISSION);
}

const PUBLISH_PERMISSION = "pubsub.topics.publish";

const serviceOrigin = (region: string | undefined): string =>
  region === undefined ? "https://pubsub.googleapis.com" : `https://${region}-pubsub.googleapis.com`;

async function readToken(tokens: AccessTokens): Promise<string> {
  try {
    return (await tokens()).reveal();
  } catch {
    // The cause may hold parts of a credential, so it goes no further.
    throw new PublishError("AUTH", "no access token for Pub/Sub could be had");
  }
}

function toBody({ text, orderingKey, attributes }: UplinkMessage): string {
  return JSON.stringify({
    messages: [{ data: compress(text).toString("base64"), orderingKey, attributes }],
  });
}

/** Below this gzip saves nothing: Pub/Sub counts a message as 1,000 bytes at least. */
const COMPRESS_FROM_BYTES = 1_000;

/** The cloud tells gzip from JSON by its first two bytes; what the signature covers is what comes out of it. */
function compress(text: string): Buffer {
  const plain = Buffer.from(text, "utf8");
  return plain.length < COMPRESS_FROM_BYTES ? plain : gzipSync(plain);
}

interface Call {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onClock: (sample: ClockSample) => void;
}

function post(call: Call, body: string): Promise<{ readonly status: number; readonly body: string }> {
  const send = call.url.protocol === "https:" ? https.request : http.request;
  const headers = { ...call.headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const sentMs = Date.now();
  return new Promise((resolve, reject) => {
    const request = send(call.url, { method: "POST", agent: call.agent, headers }, (response) => {
      call.onClock({ cloudMs: Date.parse(response.headers.date ?? ""), sentMs, receivedMs: Date.now() });
      readBounded(response).then((text) => {
        settle();
        resolve({ status: response.statusCode ?? 0, body: text });
      }, fail);
    });
    const giveUp = (): void => void request.destroy(new PublishError("TIMEOUT", "Pub/Sub did not answer in time"));
    const deadline = setTimeout(giveUp, call.timeoutMs);
    call.signal.addEventListener("abort", giveUp);
    const settle = (): void => {
      clearTimeout(deadline);
      call.signal.removeEventListener("abort", giveUp);
    };
    const fail = (error: unknown): void => {
      settle();
      const isSaid = error instanceof PublishError;
      reject(isSaid ? error : new PublishError("UNREACHABLE", `no connection to Pub/Sub (${codeText(error)})`));
    };
    request.on("error", fail);
    if (call.signal.aborted) giveUp();
    else request.end(body);
  });
}

async function readBounded(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      response.destroy();
      throw new PublishError("BAD_RESPONSE", "Pub/Sub's answer is too large");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isAcknowledged(body: string): boolean {
  try {
    const answer = JSON.parse(body) as { readonly messageIds?: unknown } | null;
    return Array.isArray(answer?.messageIds) && answer.messageIds.length === 1;
  } catch {
    return false;
  }
}

function codeOf(status: number): PublishErrorCode {
  if (status === 401 || status === 403) return "AUTH";
  if (status === 429) return "RATE_LIMIT";
  return status >= 400 && status < 500 ? "REFUSED" : "BAD_RESPONSE";
}

const codeText = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "error");
