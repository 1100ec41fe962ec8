import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { sendAnswer } from "./answer.js";
import type { AnswerContext, HubAnswer } from "./answer.js";
import { answerControl } from "./control-endpoint.js";
import { STUDIO_DEVICES } from "./devices.js";
import { EventSocket } from "./event-socket.js";
import { DEFAULT_RESTART_PHASE_MS, FaultSwitch } from "./faults.js";
import type { Fault, LiveFault } from "./faults.js";
import { HubState } from "./hub-state.js";
import { eventOfChange, eventOfLocation, postBody, socketText, spoilEvents, spoilText } from "./live-events.js";
import type { LiveEvent } from "./live-events.js";
import { answerMakerRequest } from "./maker-router.js";
import { PostUrl } from "./post-url.js";
import { RequestLog } from "./request-log.js";
import { SimulatedClock } from "./simulated-clock.js";

const REBIND_ATTEMPTS = 25;
const REBIND_PAUSE_MS = 200;
const CONTROL_GRACE_MS = 20;

export interface SimulatorServerOptions {
  readonly port: number;
  readonly host: string;
  readonly appId: string;
  readonly token: string;
  readonly speed: number;
  readonly startAt: string;
  readonly contentType: string;
  readonly tickMs: number;
  readonly sharesPlace: boolean;
}

/** The hub's HTTP server: routes, records, breaks, restarts. */
export class SimulatorServer {
  readonly options: SimulatorServerOptions;
  readonly clock: SimulatedClock;
  readonly log = new RequestLog();
  readonly faults = new FaultSwitch();
  readonly socket = new EventSocket();
  readonly postUrl = new PostUrl();
  private readonly state = new HubState();
  private liveFault: LiveFault | null = null;
  private readonly timers = new Set<NodeJS.Timeout>();
  private http: Server | null = null;
  private ticker: NodeJS.Timeout | null = null;
  private boundPort = 0;
  private toldMode = "";
  private isStopped = false;

  constructor(options: SimulatorServerOptions) {
    this.options = options;
    this.clock = new SimulatedClock(options.startAt, options.speed, Date.now);
  }

  async start(): Promise<void> {
    await this.listen(this.options.port);
    this.tell();
    this.ticker = setInterval(() => this.tell(), this.options.tickMs);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.ticker !== null) clearInterval(this.ticker);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    await this.close();
    await this.postUrl.settle();
  }

  origin(): string {
    return `http://${this.options.host}:${this.boundPort}`;
  }

  /** Answers: does this device exist, so that the value now holds? */
  setAttribute(deviceId: string, attribute: string, value: string | null): boolean {
    return this.setAttributes([[deviceId, attribute, value]]);
  }

  /** Sets several values before any of them is told. False: one of the devices does not exist, and nothing was set. */
  setAttributes(all: readonly (readonly [deviceId: string, attribute: string, value: string | null])[]): boolean {
    if (!all.every(([id]) => STUDIO_DEVICES.some((device) => device.id === id))) return false;
    for (const [id, attribute, value] of all) this.state.set(id, attribute, value);
    this.tell();
    return true;
  }

  readAttribute(deviceId: string, attribute: string): string | null | undefined {
    const device = STUDIO_DEVICES.find((each) => each.id === deviceId);
    return device === undefined ? undefined : this.state.valuesOf(device, this.clock.elapsedSeconds())[attribute];
  }

  jumpTo(clock: string): void {
    this.state.release();
    this.clock.jumpTo(clock);
    this.tell();
  }

  /** Resolves when the fault is in force; for `restart`, when the hub refuses connections. */
  async setFault(fault: Fault): Promise<void> {
    if (fault.kind !== "restart") {
      this.faults.set(fault);
      return;
    }
    const phaseMs = fault.delayMs ?? DEFAULT_RESTART_PHASE_MS;
    await this.close();
    this.after(phaseMs, () => void this.comeBack(phaseMs, REBIND_ATTEMPTS));
  }

  private async comeBack(phaseMs: number, attempts: number): Promise<void> {
    this.faults.set({ kind: "restart" });
    try {
      await this.listen(this.boundPort);
    } catch (error) {
      // Another program may hold the port for a moment while the hub is away.
      if (attempts <= 1) throw error;
      this.after(REBIND_PAUSE_MS, () => void this.comeBack(phaseMs, attempts - 1));
      return;
    }
    if (this.isStopped) await this.close();
    this.after(phaseMs, () => {
      this.faults.clear();
      this.tellLocation("systemStart", "");
    });
  }

  private async listen(port: number): Promise<void> {
    const http = createServer((request, response) => void this.answer(request, response));
    this.socket.attach(http, (request) => this.recordUpgrade(request));
    await new Promise<void>((resolve, reject) => {
      http.once("error", reject);
      http.listen(port, this.options.host, resolve);
    });
    this.http = http;
    const address = http.address();
    this.boundPort = typeof address === "object" && address !== null ? address.port : port;
  }

  private async close(): Promise<void> {
    const http = this.http;
    this.http = null;
    this.socket.dropListeners();
    if (http === null) return;
    await new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    if (url.startsWith("/_sim/")) {
      await answerControl(request, response, this.controls());
      return;
    }
    request.resume();
    sendAnswer(response, this.answerMaker(request.method ?? "", url), this.faults.take(), this.answerContext());
  }

  private answerMaker(method: string, url: string): HubAnswer {
    const { appId, token } = this.options;
    const classified = this.log.record(method, url, appId, Date.now());
    const { sharesPlace } = this.options;
    const request = { classified, url, token, sharesPlace, state: this.state };
    const answer = answerMakerRequest(request, this.clock.elapsedSeconds());
    this.tell();
    return answer;
  }

  private answerContext(): AnswerContext {
    const { appId, token, contentType } = this.options;
    const redirectTo = `/apps/api/${appId}/devices/114/on?access_token=${token}`;
    return { contentType, token, redirectTo, timers: this.timers };
  }

  private controls() {
    return {
      setFault: (fault: Fault | null) => {
        if (fault === null) this.faults.clear();
        else if (fault.kind !== "restart") this.faults.set(fault);
        // A restart ends every connection: the answer to this command goes out first.
        else this.after(CONTROL_GRACE_MS, () => void this.setFault(fault));
      },
      jumpTo: (clock: string) => this.jumpTo(clock),
      setAttribute: (deviceId: string, attribute: string, value: string | null) =>
        this.setAttribute(deviceId, attribute, value),
      describe: () => ({
        wallClock: this.clock.wallClock(),
        fault: this.faults.current(),
        requests: this.log.requests.length,
        violations: this.log.violations,
      }),
    };
  }

  setLiveFault(fault: LiveFault | null): void {
    this.liveFault = fault;
  }

  /** An event of the place itself, as `mode`, `hsmStatus`, `hsmAlert` and `systemStart` are. */
  tellLocation(name: string, value: string): void {
    if (name === "hsmStatus") this.state.setHsm(value);
    if (name === "mode") {
      this.state.setMode(value);
      this.toldMode = value;
    }
    this.tellEvents([eventOfLocation(name, value)]);
  }

  /** Tells every change since the last time, on the event socket and to the POST URL. */
  private tell(): void {
    const elapsed = this.clock.elapsedSeconds();
    this.tellEvents(this.state.takeChanges(elapsed, Date.now()).map(eventOfChange));
    const mode = this.state.modes(elapsed).find((each) => each.active)?.name ?? "";
    if (mode !== this.toldMode && this.toldMode !== "") this.tellEvents([eventOfLocation("mode", mode)]);
    this.toldMode = mode;
  }

  private tellEvents(events: readonly LiveEvent[]): void {
    for (const event of spoilEvents(events, this.liveFault)) {
      for (const text of spoilText(socketText(event), this.liveFault)) this.socket.send(text);
      if (event.isShared) this.postUrl.send(postBody(event));
    }
  }

  private recordUpgrade(request: IncomingMessage): void {
    this.log.record(request.method ?? "", request.url ?? "", this.options.appId, Date.now());
  }

  private after(delayMs: number, run: () => void): void {
    if (this.isStopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, delayMs);
    this.timers.add(timer);
  }
}
