import { timingSafeEqual } from "node:crypto";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { Aedes } from "aedes";
import type { AuthenticateError } from "aedes";
import type { BrokerOptions, SimulatedBroker } from "./broker.js";

// MQTT 3.1.1 return code 5. The package declares its codes as an ambient const enum, which has no value where each file
// is compiled alone.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const NOT_AUTHORIZED = 5 as AuthenticateError["returnCode"];

/** aedes in this process, MQTT 3.1.1 in plain text on the loopback interface. User name and password are checked. */
export async function startEmbeddedBroker(options: BrokerOptions): Promise<SimulatedBroker> {
  let isRefusing = false;
  let isStopping = false;
  const sockets = new Set<Socket>();
  const broker = await Aedes.createBroker({
    authenticate(_client, username, password, done) {
      const isKnown = username === options.username && isSame(password, options.password);
      if (isKnown && !isRefusing) done(null, true);
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
  const server = createServer((socket) => {
    // A client that came and went while the broker was stopping would keep the server open for ever.
    if (isStopping) socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    broker.handle(socket);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const disconnectClients = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return Promise.resolve();
  };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    protocolVersion: 4,
    publish(topic, payload) {
      broker.publish({ cmd: "publish", topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
    },
    async refuseClients(isOn) {
      isRefusing = isOn;
      if (isOn) await disconnectClients();
    },
    disconnectClients,
    async stop() {
      isStopping = true;
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      await disconnectClients();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await disconnectClients();
      await isClosed;
    },
  };
}

function notAuthorized(): AuthenticateError {
  return Object.assign(new Error("not authorized"), { returnCode: NOT_AUTHORIZED });
}

function isSame(given: Readonly<Buffer> | undefined, expected: string): boolean {
  const wanted = Buffer.from(expected);
  return given !== undefined && given.length === wanted.length && timingSafeEqual(Buffer.from(given), wanted);
}
