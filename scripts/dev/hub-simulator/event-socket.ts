import type { Server } from "node:http";
import { WebSocket, WebSocketServer } from "ws";
import type { ValueChange } from "./hub-state.js";

/** A listener that reads slower than this many bytes is dropped, as the hub drops its own. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/** The hub's `/eventsocket`: no authentication, events of every device, shared with Maker API or not. */
export class EventSocket {
  private readonly server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 });

  attach(http: Server): void {
    http.on("upgrade", (request, socket, head) => {
      if (request.url !== "/eventsocket") {
        socket.destroy();
        return;
      }
      this.server.handleUpgrade(request, socket, head, () => undefined);
    });
  }

  tellChange(change: ValueChange): void {
    const { device, attribute, value, unit } = change;
    this.send("DEVICE", attribute, device.label ?? device.name, value ?? "null", unit, Number(device.id));
  }

  tellLocation(name: string, value: string): void {
    this.send("LOCATION", name, "Studio", value, null, 0);
  }

  dropListeners(): void {
    for (const client of this.server.clients) client.terminate();
  }

  private send(source: string, name: string, displayName: string, value: string, unit: string | null, id: number) {
    const text = eventText(source, name, displayName, value, unit, id);
    for (const client of this.server.clients) {
      if (client.readyState !== WebSocket.OPEN) continue;
      if (client.bufferedAmount > MAX_BACKLOG_BYTES) client.terminate();
      else client.send(text);
    }
  }
}

/** Glued by hand with the uneven blanks of the real text; absent fields are the word "null". */
function eventText(
  source: string,
  name: string,
  displayName: string,
  value: string,
  unit: string | null,
  deviceId: number,
): string {
  const [shownName, shownValue] = [JSON.stringify(displayName), JSON.stringify(value)];
  return (
    `{ "source":"${source}","name":"${name}","displayName" : ${shownName}, "value" : ${shownValue}, "type" : "null", ` +
    `"unit":"${unit ?? "null"}","deviceId":${deviceId},"hubId":0,"installedAppId":0,"descriptionText" : "null"}`
  );
}
