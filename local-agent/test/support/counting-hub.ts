import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface TestHub {
  readonly origin: string;
  readonly appId: string;
  readonly token: string;
  /** Method and path of every request, without the query. Reads of single devices, which come once a day, are left out. */
  readonly requests: readonly string[];
  close(): void;
}

const APP_ID = "38";
const TOKEN = "0123456789-test-token";

/** A Maker API hub that answers `devices/all` with what `devices` gives, and anything else with 404. */
export async function startTestHub(devices: () => unknown[]): Promise<TestHub> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://hub");
    const isDetail = request.method === "GET" && /^\/apps\/api\/\d+\/devices\/[1-9]\d*$/.test(url.pathname);
    if (!isDetail) requests.push(`${request.method ?? ""} ${url.pathname}`);
    const isKnown =
      url.pathname === `/apps/api/${APP_ID}/devices/all` || url.pathname === `/apps/api/${APP_ID}/devices`;
    if (!isKnown || url.searchParams.get("access_token") !== TOKEN) response.writeHead(404).end();
    else response.setHeader("content-type", "application/json").end(JSON.stringify(devices()));
  });
  // It tells nothing unasked: polls are what is counted here.
  server.on("upgrade", (_request, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, appId: APP_ID, token: TOKEN, requests, close };
}

/** Energy meters that count the answers: no two readings of one meter are equal. */
export function countingMeters(count: number): () => unknown[] {
  let answers = 0;
  return () => {
    answers += 1;
    const date = new Date().toISOString().replace(/\.\d{3}Z$/, "+0000");
    return Array.from({ length: count }, (_, i) => ({
      name: "Meter",
      label: `Kiln ${i + 1}`,
      type: "Meter",
      id: String(i + 1),
      date,
      model: null,
      manufacturer: null,
      room: "Kiln room",
      capabilities: ["EnergyMeter"],
      attributes: { energy: String(answers), dataType: "NUMBER", values: null },
      commands: [{ command: "refresh" }],
    }));
  };
}
