import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Certificates } from "../certificates.js";
import { listenOn } from "../listen.js";
import type { RequestLog } from "../request-log.js";
import { AccountState } from "./account.js";
import type { Rriot, SimulatedAccount } from "./account.js";
import { playFault } from "./cloud-faults.js";
import type { CloudFault, CloudFaultKind } from "./cloud-faults.js";
import { routeCall } from "./routes.js";
import type { Call } from "./routes.js";

export interface CloudServerOptions {
  readonly account: SimulatedAccount;
  readonly rriot: Rriot;
  /** Where the account's vacuums are reached; told at login. */
  readonly brokerUrl: string;
  readonly homeData: () => unknown;
  readonly rooms: readonly { readonly id: number; readonly name: string }[];
  readonly certificates: Certificates | undefined;
  readonly log: RequestLog;
}

export interface SimulatedCloud {
  /** Two regions in the order in which a client asks them: the first does not know the account. */
  readonly bases: readonly string[];
  readonly account: SimulatedAccount;
  /** What would stand in the newest mail; null when it was used or none was sent. */
  readonly lastCode: string | null;
  /** How often somebody logged in. */
  readonly logins: number;
  setFault(fault: CloudFault | CloudFaultKind | null): void;
  /** The server's clock is off by this much. */
  setClockSkew(seconds: number): void;
  /** Ends the session: whatever was handed out at login no longer counts. */
  expire(): void;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

/** The vendor's account and device API over HTTPS, or in plain text on the loopback interface. */
export async function startCloudServer(options: CloudServerOptions): Promise<SimulatedCloud> {
  const state = new AccountState(options.account, options.rriot);
  let fault: CloudFault | null = null;
  let skewSec = 0;
  const delayed = new Set<NodeJS.Timeout>();
  const nowSec = (): number => Math.floor(Date.now() / 1_000) + skewSec;

  function takeFault(path: string): CloudFault | null {
    if (fault === null || !path.startsWith(fault.path ?? "/")) return null;
    const taken = fault;
    if (taken.times !== undefined) fault = taken.times > 1 ? { ...taken, times: taken.times - 1 } : null;
    return taken;
  }

  async function handle(request: IncomingMessage, response: ServerResponse, isHome: boolean): Promise<void> {
    const url = new URL(request.url ?? "/", "http://simulated");
    const body = await readBody(request);
    const place = isHome ? (bases[1] ?? "") : (bases[0] ?? "");
    const call: Call = {
      verb: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      body,
      headers: request.headers,
    };
    const answer = routeCall(call, {
      state,
      isHome,
      base: place,
      urls: { a: bases[1] ?? "", m: options.brokerUrl },
      homeData: options.homeData,
      rooms: options.rooms,
      nowSec: nowSec(),
    });
    options.log.recordCall(`${call.verb} ${call.path}`, answer !== null, Date.now());
    response.setHeader("date", new Date(nowSec() * 1_000).toUTCString());
    const hit = takeFault(url.pathname);
    if (hit !== null && playFault(hit.kind, response, place)) return;
    const send = (): void => {
      const { status, json } = answer ?? { status: 404, json: { code: 404, msg: "no such path" } };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    };
    if (hit === null) send();
    else delayed.add(setTimeout(send, hit.delayMs ?? 1_000));
  }

  const { certificates } = options;
  const scheme = certificates === undefined ? "http" : "https";
  const servers: Server[] = [];
  const bases: string[] = [];
  for (const isHome of [false, true]) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      handle(request, response, isHome).catch(() => response.destroy());
    };
    const server = certificates === undefined ? createServer(listener) : createTlsServer(certificates, listener);
    bases.push(`${scheme}://127.0.0.1:${await listenOn(server, 0)}`);
    servers.push(server);
  }
  return {
    bases,
    account: options.account,
    get lastCode() {
      return state.lastCode;
    },
    get logins() {
      return state.logins;
    },
    setFault(next) {
      fault = typeof next === "string" ? { kind: next } : next;
    },
    setClockSkew(seconds) {
      skewSec = seconds;
    },
    expire: () => state.expire(),
    async stop() {
      for (const timer of delayed) clearTimeout(timer);
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError("the request is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
