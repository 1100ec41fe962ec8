import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export interface BreakableProxy {
  readonly host: string;
  /** Refuses new connections and cuts those that are open. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** While set, requests go through and their answers are cut off: the sender cannot know that it succeeded. */
  cutAnswers(isCutting: boolean): void;
  /** While set, requests go through and their answers are swallowed, over connections that stay: half-open. */
  swallowAnswers(isSwallowing: boolean): void;
}

/** A TCP proxy in front of the emulator, which can be taken away and put back on the same port. */
export async function startProxy(target: string): Promise<BreakableProxy> {
  const [targetHost = "", targetPort = ""] = target.split(":");
  const sockets = new Set<Socket>();
  let isCutting = false;
  let isSwallowing = false;
  let port = 0;
  let server: Server | null = null;

  function relay(client: Socket): void {
    const upstream = connect(Number(targetPort), targetHost);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      if (isCutting) client.destroy();
      else if (!isSwallowing) client.write(chunk);
    });
  }

  async function open(): Promise<void> {
    const opened = createServer(relay).listen(port, "127.0.0.1");
    await new Promise((resolve, reject) => {
      opened.once("listening", resolve);
      opened.once("error", reject);
    });
    ({ port } = opened.address() as AddressInfo);
    server = opened;
  }

  await open();
  return {
    host: `127.0.0.1:${port}`,
    open,
    close: async () => {
      const closing = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => (closing === null ? resolve(null) : closing.close(resolve)));
    },
    cutAnswers: (cutting) => {
      isCutting = cutting;
    },
    swallowAnswers: (swallowing) => {
      isSwallowing = swallowing;
    },
  };
}
