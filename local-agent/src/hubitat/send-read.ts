import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { urlToHttpOptions } from "node:url";
import { hubReadUrl, refuseRequest } from "./allow-list.js";
import type { HubAddress, HubRead } from "./allow-list.js";
import { hubFailed, parseHubAnswer, parseRetryAfterMs } from "./hub-answer.js";
import type { HubAnswer, HubFailure } from "./hub-answer.js";

/** `devices/all` of 100 devices is some 200 kB; a body beyond this is not a device list. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** The hub's app engine answers errors when many requests come at once. */
const MAX_CONCURRENT_REQUESTS = 2;

const TLS_ERRORS = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HUB_CERTIFICATE_)/;

/** The connections of one client. They are not kept open: the hub is small and polls are rare. */
export interface HubTransport {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Certificates are verified; with a pinned one, exactly that certificate is trusted and the name does not matter. */
export function openTransport(pinnedCertificatePem?: string): HubTransport {
  const shared = { keepAlive: false, maxSockets: MAX_CONCURRENT_REQUESTS };
  if (pinnedCertificatePem === undefined) return { http: new HttpAgent(shared), https: new HttpsAgent(shared) };
  return { http: new HttpAgent(shared), https: new HttpsAgent({ ...shared, ...pinnedTls(pinnedCertificatePem) }) };
}

/** TLS options under which exactly this certificate is trusted, whatever name it bears. */
export function pinnedTls(certificatePem: string): Pick<ConnectionOptions, "ca" | "checkServerIdentity"> {
  const pinned = new X509Certificate(certificatePem).fingerprint256;
  return {
    ca: certificatePem,
    checkServerIdentity: (_host, certificate) =>
      certificate.fingerprint256 === pinned ? undefined : certificateError(),
  };
}

/**
 * The only function that talks to a hub: one GET of one allowed path, answered as data. Never throws and never rejects;
 * no failure carries the URL, the token or text of the hub. Redirects are not followed, because the query would go along.
 */
export function sendRead(
  transport: HubTransport,
  hub: HubAddress,
  read: HubRead,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HubAnswer<unknown>> {
  const url = hubReadUrl(hub, read);
  if (url === null || refuseRequest(hub, "GET", url) !== null) return Promise.resolve(hubFailed("refused"));
  if (signal.aborted) return Promise.resolve(hubFailed("stopped"));
  return new Promise((resolve) => {
    const request = openRequest(transport, url);
    const settle = (answer: HubAnswer<unknown>) => {
      clearTimeout(deadline);
      signal.removeEventListener("abort", onAbort);
      resolve(answer);
      request.destroy();
    };
    const onAbort = () => settle(hubFailed("stopped"));
    // One deadline for everything: a hub that drips a byte now and then does not hold it open.
    const deadline = setTimeout(() => settle(hubFailed("timeout")), timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
    request.on("error", (error: NodeJS.ErrnoException) => settle(hubFailed(failureOfError(error))));
    request.on("close", () => settle(hubFailed("unreachable")));
    request.on("response", (response) => collectBody(response, settle));
    request.end();
  });
}

function openRequest(transport: HubTransport, url: string): ClientRequest {
  const target = new URL(url);
  const isTls = target.protocol === "https:";
  const options: RequestOptions = {
    ...urlToHttpOptions(target),
    method: "GET",
    headers: { accept: "application/json", "accept-encoding": "identity" },
    maxHeaderSize: MAX_HEADER_BYTES,
    agent: isTls ? transport.https : transport.http,
  };
  return isTls ? httpsRequest(options) : httpRequest(options);
}

function collectBody(response: IncomingMessage, settle: (answer: HubAnswer<unknown>) => void): void {
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    const answer = parseHubAnswer(status, "");
    const isLimit = answer.kind === "failed" && answer.failure === "rateLimited";
    settle(isLimit ? hubFailed("rateLimited", parseRetryAfterMs(response.headers["retry-after"])) : answer);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) settle(hubFailed("tooLarge"));
    else chunks.push(chunk);
  });
  response.on("end", () => settle(parseHubAnswer(status, Buffer.concat(chunks).toString("utf8"))));
  response.on("error", () => settle(hubFailed("cutShort")));
}

function failureOfError(error: NodeJS.ErrnoException): HubFailure {
  return TLS_ERRORS.test(error.code ?? "") ? "untrustedCertificate" : "unreachable";
}

function certificateError(): Error {
  return Object.assign(new Error("the hub shows another certificate than the pinned one"), {
    code: "HUB_CERTIFICATE_CHANGED",
  });
}
