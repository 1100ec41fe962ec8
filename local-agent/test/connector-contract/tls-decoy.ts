import { once } from "node:events";
import { createServer } from "node:tls";
import type { TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { makeSelfSigned } from "../support/self-signed-certificate.js";

export interface TlsDecoy {
  readonly port: number;
  /** Connections over which anything was sent inside of TLS: a client that verifies sends nothing. */
  readonly trusted: () => number;
  readonly close: () => Promise<void>;
}

/** A TLS server on loopback with a certificate of its own making, which takes what it is sent and answers nothing. */
export async function startTlsDecoy(): Promise<TlsDecoy> {
  const { certificatePem, keyPem } = makeSelfSigned("127.0.0.1");
  const sockets = new Set<TLSSocket>();
  let trusted = 0;
  const server = createServer({ cert: certificatePem, key: keyPem }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => (trusted += 1));
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    trusted: () => trusted,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
