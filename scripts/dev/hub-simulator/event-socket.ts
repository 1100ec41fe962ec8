import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";

/** A listener that reads slower than this many bytes is dropped, as the hub drops its own. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/** How the socket meets a client that asks for it. */
export type SocketManner = "open" | "refuse" | "redirect";

/** The hub's `/eventsocket`: no authentication, events of every device, shared with Maker API or not. */
export class EventSocket {
  private readonly server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 });
  private readonly silent = new WeakSet<WebSocket>();
  private manner: SocketManner = "open";

  /** `record` is told of every upgrade that a client asks for. */
  attach(http: Server, record: (request: IncomingMessage) => void): void {
    http.on("upgrade", (request, socket, head) => {
      record(request);
      // A client that hangs up while it is turned away is no failure of the hub.
      socket.on("error", () => undefined);
      if (request.url !== "/eventsocket") socket.destroy();
      else if (this.manner !== "open") this.turnAway(socket);
      else this.server.handleUpgrade(request, socket, head, () => undefined);
    });
  }

  setManner(manner: SocketManner): void {
    this.manner = manner;
  }

  /** How many are connected; those that were silenced do not count. */
  listeners(): number {
    return [...this.server.clients].filter((client) => !this.silent.has(client)).length;
  }

  dropListeners(): void {
    for (const client of this.server.clients) client.terminate();
  }

  /** The connections stay open and nothing comes through any more, not even an answer to a ping. */
  silenceListeners(): void {
    for (const client of this.server.clients) {
      this.silent.add(client);
      client.pause();
    }
  }

  /** Asks every listener whether it is there. Resolves with how many answered in time. */
  async pingListeners(withinMs: number): Promise<number> {
    const answers = [...this.server.clients].map(
      (client) =>
        new Promise<number>((resolve) => {
          const timer = setTimeout(() => resolve(0), withinMs);
          client.once("pong", () => {
            clearTimeout(timer);
            resolve(1);
          });
          client.ping();
        }),
    );
    return (await Promise.all(answers)).reduce((sum, one) => sum + one, 0);
  }

  /** Sends a text as it is. */
  send(text: string): void {
    for (const client of this.server.clients) {
      if (client.readyState !== WebSocket.OPEN || this.silent.has(client)) continue;
      if (client.bufferedAmount > MAX_BACKLOG_BYTES) client.terminate();
      else client.send(text);
    }
  }

  private turnAway(socket: Duplex): void {
    const answer = this.manner === "redirect" ? "302 Found\r\nLocation: /logsocket" : "503 Service Unavailable";
    socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}
