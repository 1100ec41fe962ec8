import { timingSafeEqual } from "node:crypto";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { Aedes } from "aedes";
import type { AuthenticateError } from "aedes";
import type { BrokerOptions, SimulatedBroker } from "./broker.js";
import { listenOn } from "./listen.js";

// MQTT 3.1.1 return code 5. The package declares its codes as an ambient const enum, which has no value where each file
// is compiled alone.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const NOT_AUTHORIZED = 5 as AuthenticateError["returnCode"];

/** aedes in this process, MQTT 3.1.1 on the loopback interface, over TLS where certificates are given. Accounts are checked. */
export async function startEmbeddedBroker(options: BrokerOptions): Promise<SimulatedBroker> {
  let refusal: { readonly reasonCode: number | undefined } | null = null;
  let isStopping = false;
  const sockets = new Set<Socket>();
  const frozen = new Set<Socket>();
  const broker = await Aedes.createBroker({
    authenticate(_client, username, password, done) {
      const isKnown = username === options.username && isSame(password, options.password);
      if (isKnown && refusal === null) done(null, true);
      else done(notAuthorized(), false);
    },
    authorizePublish(client, packet, done) {
      // Without a client it is the broker's or our own message.
      if (client !== null) options.onPublish(packet.topic, Buffer.from(packet.payload));
      done(null);
    },
    authorizeSubscribe(_client, subscription, done) {
      done(null, subscription.topic.startsWith(options.outPrefix) ? subscription : null);
    },
  });

  function receive(socket: Socket): void {
    // A client that came and went while the broker was stopping would keep the server open for ever.
    if (isStopping) socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    if (refusal?.reasonCode !== undefined) refuseWith(socket, refusal.reasonCode);
    else broker.handle(socket);
  }

  const { certificates } = options;
  const server: Server = certificates === undefined ? createServer(receive) : createTlsServer(certificates, receive);
  const port = await listenOn(server, options.port);

  function cutAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cutAll();
    await closed;
  }

  return {
    url: `${certificates === undefined ? "mqtt" : "ssl"}://127.0.0.1:${port}`,
    ...(certificates !== undefined && { ca: certificates.ca }),
    protocolVersion: 4,
    publish(topic, payload) {
      broker.publish({ cmd: "publish", topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
    },
    refuseClients(isOn, reasonCode) {
      refusal = isOn ? { reasonCode } : null;
      if (isOn) cutAll();
      return Promise.resolve();
    },
    disconnectClients() {
      cutAll();
      return Promise.resolve();
    },
    async restart(downMs) {
      await close();
      await sleep(downMs);
      await listenOn(server, port);
    },
    freezeClients(isFrozen) {
      if (!isFrozen) {
        for (const socket of frozen) socket.destroy();
        frozen.clear();
        return;
      }
      for (const socket of sockets) {
        frozen.add(socket);
        socket.removeAllListeners("readable");
        socket.removeAllListeners("data");
        socket.pause();
        socket.cork();
      }
    },
    async stop() {
      isStopping = true;
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      cutAll();
      await isClosed;
    },
  };
}

/** A CONNACK with a code of one's own, in the form of the level that the client speaks. */
function refuseWith(socket: Socket, reasonCode: number): void {
  socket.once("data", (connect: Buffer) => {
    const name = connect.indexOf("MQTT");
    const isLevel5 = name > 0 && connect[name + 4] === 5;
    socket.end(Buffer.from(isLevel5 ? [0x20, 3, 0, reasonCode, 0] : [0x20, 2, 0, reasonCode]));
  });
}

function notAuthorized(): AuthenticateError {
  return Object.assign(new Error("not authorized"), { returnCode: NOT_AUTHORIZED });
}

function isSame(given: Readonly<Buffer> | undefined, expected: string): boolean {
  const wanted = Buffer.from(expected);
  return given !== undefined && given.length === wanted.length && timingSafeEqual(Buffer.from(given), wanted);
}
