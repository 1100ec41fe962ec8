import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectorError } from "../connector.js";
import { createMqttConnection, OPEN_TIMEOUT_MS } from "./mqtt-connection.js";
import type { ConnectionState, VacuumConnection } from "./mqtt-connection.js";
import { systemRuntime } from "./runtime.js";
import type { Runtime } from "./runtime.js";

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const ACCEPTED = hex("200900000622000a210014");
/** Answers a SUBSCRIBE, whose packet id stands behind the two bytes of its fixed header. */
const subscribed = (reason: string) => (packet: Buffer) => hex(`9004${packet.toString("hex", 2, 4)}00${reason}`);
const GRANTED = subscribed("00");
const DENIED = subscribed("87");

type Answer = Buffer | "hang up" | ((packet: Buffer) => Buffer);

interface FakeBroker {
  readonly port: number;
  /** What each client sent, one list per connection. */
  readonly received: Buffer[][];
  stop(): Promise<void>;
}

/** Answers each packet with the next of the given bytes: enough of a broker to say what a real one would not. */
async function fakeBroker(...answers: readonly Answer[]): Promise<FakeBroker> {
  const received: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const packets: Buffer[] = [];
    received.push(packets);
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      const answer = answers[packets.length];
      packets.push(Buffer.from(bytes));
      if (answer === "hang up") socket.destroy();
      else if (answer !== undefined) socket.write(typeof answer === "function" ? answer(Buffer.from(bytes)) : answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

describe("local-agent/roborock/mqtt-connection", () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  function connectTo(
    broker: FakeBroker,
    protocolVersion: 4 | 5 = 5,
    runtime: Runtime = systemRuntime,
  ): { connection: VacuumConnection; states: ConnectionState[]; ended: Promise<ConnectionState> } {
    stops.push(() => broker.stop());
    const states: ConnectionState[] = [];
    let settle: (state: ConnectionState) => void = () => undefined;
    const ended = new Promise<ConnectionState>((resolve) => (settle = resolve));
    const connection = createMqttConnection(
      {
        address: { host: "127.0.0.1", port: broker.port, tls: false },
        username: "19648f94",
        password: "234678ea854f199e",
        protocolVersion,
        subscribeTopics: ["rr/m/o/user123/19648f94/abc123"],
        publishTopics: ["rr/m/i/user123/19648f94/abc123"],
        onMessage: () => undefined,
        onState(state) {
          states.push(state);
          if (state.kind === "waiting") settle(state);
        },
      },
      runtime,
    );
    stops.push(() => connection.stop());
    connection.start();
    return { connection, states, ended };
  }

  const refusals: readonly [string, 4 | 5, string, string][] = [
    ["MQTT 5 reason 135, not authorized", 5, "2003008700", "AUTH"],
    ["MQTT 5 reason 133, client id not valid", 5, "2003008500", "RATE_LIMIT"],
    ["MQTT 3.1.1 code 5, not authorized", 4, "20020005", "AUTH"],
    ["MQTT 3.1.1 code 2, client id refused", 4, "20020002", "RATE_LIMIT"],
  ];
  for (const [name, level, connack, code] of refusals) {
    it(`takes ${name} for ${code} and waits more than 4 hours`, async () => {
      const broker = await fakeBroker(hex(connack));
      const { ended } = connectTo(broker, level);
      const state = await ended;
      assert.ok(state.kind === "waiting" && state.code === code, JSON.stringify(state));
      assert.ok(state.retryAtMs - Date.now() > 4 * 3_600_000);
      await sleep(50);
      assert.equal(broker.received.length, 1);
    });
  }

  it("sends an empty client id, a clean start and a keep-alive of 45 s at MQTT level 5", async () => {
    const broker = await fakeBroker(ACCEPTED, GRANTED);
    const { states } = connectTo(broker);
    await until(() => states.at(-1)?.kind === "online");
    const [connectPacket] = broker.received[0]!;
    const head = connectPacket!.subarray(2, 12).toString("hex");
    assert.equal(head, "00044d51545405c2002d");
    assert.ok(
      connectPacket!.toString("latin1").endsWith("\u0000\u0000\u0000\u000819648f94\u0000\u0010234678ea854f199e"),
    );
  });

  it("is online only after the subscription was granted, and treats a denied one as AUTH", async () => {
    const broker = await fakeBroker(ACCEPTED, DENIED);
    const { ended, states } = connectTo(broker);
    const state = await ended;
    assert.ok(state.kind === "waiting" && state.code === "AUTH");
    assert.ok(!states.some(({ kind }) => kind === "online"));
  });

  it("takes a connection that is lost while subscribing for UNREACHABLE, not for a refusal of hours", async () => {
    const { ended } = connectTo(await fakeBroker(ACCEPTED, "hang up"));
    const state = await ended;
    assert.ok(state.kind === "waiting" && state.code === "UNREACHABLE", JSON.stringify(state));
  });

  it("cuts a broker off that sends 1 MiB without completing a packet", async () => {
    const endless = Buffer.concat([hex("30ffffff7f0001"), Buffer.alloc(1_200_000, 0x61)]);
    const broker = await fakeBroker(ACCEPTED, (packet: Buffer) => Buffer.concat([GRANTED(packet), endless]));
    const { ended } = connectTo(broker);
    const state = await ended;
    assert.ok(state.kind === "waiting" && state.code === "UNREACHABLE");
  });

  it("gives up on a broker that never grants the subscription after 30 s", async () => {
    const broker = await fakeBroker(ACCEPTED);
    const hurried = {
      ...systemRuntime,
      after: (ms: number, run: () => void) => systemRuntime.after(ms === OPEN_TIMEOUT_MS ? 150 : ms, run),
    };
    const { ended, states } = connectTo(broker, 5, hurried);
    const state = await ended;
    assert.ok(state.kind === "waiting" && state.code === "TIMEOUT");
    assert.ok(!states.some(({ kind }) => kind === "online"));
  });

  it("survives garbage instead of MQTT", async () => {
    const broker = await fakeBroker(Buffer.alloc(100, 0xff));
    const { ended } = connectTo(broker);
    assert.equal((await ended).kind, "waiting");
  });

  it("publishes to the vacuum's own topic only, and only while online", async () => {
    const broker = await fakeBroker(ACCEPTED, GRANTED);
    const { connection, states } = connectTo(broker);
    const topic = "rr/m/i/user123/19648f94/abc123";
    assert.throws(() => connection.publish(topic, Buffer.from("x")), fails("UNREACHABLE"));
    await until(() => states.at(-1)?.kind === "online");
    for (const foreign of ["rr/d/i/user123/abc123", `${topic}/x`, "", "rr/m/o/user123/19648f94/abc123"]) {
      assert.throws(() => connection.publish(foreign, Buffer.from("x")), fails("READ_ONLY"));
    }
    connection.publish(topic, Buffer.from("x"));
    await until(() => broker.received[0]!.length === 3);
  });
});

function fails(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ConnectorError && error.code === code;
}

async function until(isDone: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 5_000; Date.now() < endMs;) {
    if (isDone()) return;
    await sleep(5);
  }
  assert.fail("did not happen within 5 s");
}
