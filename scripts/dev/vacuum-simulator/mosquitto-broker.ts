import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import type { BrokerOptions, SimulatedBroker } from "./broker.js";
import { makeCertificates } from "./certificates.js";
import type { Certificates } from "./certificates.js";

const run = promisify(execFile);
const READY_ATTEMPTS = 100;
const READY_PAUSE_MS = 50;
const KILL_AFTER_MS = 2_000;
const DEVICE_USER = "device";

/** Where mosquitto is, or null when it is not installed: Debian keeps it outside of an ordinary user's PATH. */
export function findMosquitto(): string | null {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/sbin",
  ];
  const candidates = folders.filter((folder) => folder !== "").map((folder) => join(folder, "mosquitto"));
  return candidates.find(isExecutable) ?? null;
}

/**
 * mosquitto on a free port: MQTT 5 over TLS with an authority made for this run. The robot's side is one more client of
 * the broker, with an account of its own. Throws when mosquitto is not installed.
 */
export async function startMosquittoBroker(options: BrokerOptions): Promise<SimulatedBroker> {
  const program = findMosquitto();
  if (program === null) throw new Error("mosquitto is not installed; use the embedded broker");
  const folder = await mkdtemp(join(tmpdir(), "vacuum-broker-"));
  const port = options.port === 0 ? await freePort() : options.port;
  const devicePassword = randomBytes(12).toString("hex");
  const accounts = { [DEVICE_USER]: devicePassword, [options.username]: options.password };
  const certificates = options.certificates ?? (await makeCertificates());
  const { ca } = certificates;
  await writeCertificates(folder, certificates);
  await writePasswords(folder, accounts);
  await writeConfig(folder, port, options);
  let broker = await launch(program, folder, port);
  const device = await connectDevice(port, ca, devicePassword, options.onPublish);

  async function relaunch(downMs = 0): Promise<void> {
    await end(broker);
    await sleep(downMs);
    broker = await launch(program ?? "mosquitto", folder, port);
    await untilConnected(device);
  }

  return {
    url: `ssl://127.0.0.1:${port}`,
    ca,
    protocolVersion: 5,
    publish(topic, payload) {
      device.publish(topic, payload, { qos: 0 });
    },
    async refuseClients(isRefusing: boolean) {
      await writePasswords(folder, isRefusing ? { [DEVICE_USER]: devicePassword } : accounts);
      await relaunch();
    },
    disconnectClients: () => relaunch(),
    restart: relaunch,
    // A stopped process keeps its sockets and says nothing.
    freezeClients: (isFrozen) => void broker.kill(isFrozen ? "SIGSTOP" : "SIGCONT"),
    async stop() {
      broker.kill("SIGCONT");
      await device.endAsync(true);
      await end(broker);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeConfig(folder: string, port: number, { username, outPrefix }: BrokerOptions): Promise<void> {
  const config = [
    // As root it would change to a user that cannot read this folder.
    `user ${userInfo().username}`,
    "per_listener_settings false",
    `listener ${port} 127.0.0.1`,
    `cafile ${join(folder, "ca.crt")}`,
    `certfile ${join(folder, "server.crt")}`,
    `keyfile ${join(folder, "server.key")}`,
    "allow_anonymous false",
    `password_file ${join(folder, "passwords")}`,
    `acl_file ${join(folder, "acl")}`,
    "persistence false",
    "log_dest none",
  ];
  await writeFile(join(folder, "mosquitto.conf"), `${config.join("\n")}\n`);
  // The client may write anywhere, so that a request outside of its topic is seen and not merely lost.
  const rights = [
    `user ${DEVICE_USER}`,
    "topic readwrite #",
    `user ${username}`,
    `topic read ${outPrefix}#`,
    "topic write #",
  ];
  await writeFile(join(folder, "acl"), `${rights.join("\n")}\n`, { mode: 0o600 });
}

async function writeCertificates(folder: string, { ca, cert, key }: Certificates): Promise<void> {
  await writeFile(join(folder, "ca.crt"), ca);
  await writeFile(join(folder, "server.crt"), cert);
  await writeFile(join(folder, "server.key"), key, { mode: 0o600 });
}

async function writePasswords(folder: string, accounts: Readonly<Record<string, string>>): Promise<void> {
  const file = join(folder, "passwords");
  const lines = Object.entries(accounts).map(([name, password]) => `${name}:${password}\n`);
  await writeFile(file, lines.join(""), { mode: 0o600 });
  await run("mosquitto_passwd", ["-U", file]);
}

async function launch(program: string, folder: string, port: number): Promise<ChildProcess> {
  const child = spawn(program, ["-c", join(folder, "mosquitto.conf")], { stdio: "ignore" });
  for (let attempt = 0; attempt < READY_ATTEMPTS; attempt += 1) {
    if (child.exitCode !== null) break;
    if (await answers(port)) return child;
    await sleep(READY_PAUSE_MS);
  }
  await end(child);
  throw new Error(
    `mosquitto did not start listening within ${READY_ATTEMPTS * READY_PAUSE_MS} ms (exit code ${child.exitCode ?? "none"})`,
  );
}

async function connectDevice(
  port: number,
  ca: string,
  password: string,
  onPublish: BrokerOptions["onPublish"],
): Promise<MqttClient> {
  const client = await connectAsync({
    protocol: "mqtts",
    host: "127.0.0.1",
    port,
    ca,
    protocolVersion: 5,
    clientId: "simulated-vacuum",
    username: DEVICE_USER,
    password,
    reconnectPeriod: 200,
  });
  client.on("error", () => undefined);
  client.on("message", onPublish);
  // Everything anyone publishes, our own answers left out.
  await client.subscribeAsync("#", { qos: 0, nl: true });
  return client;
}

async function untilConnected(client: MqttClient): Promise<void> {
  for (let attempt = 0; attempt < READY_ATTEMPTS && !client.connected; attempt += 1) await sleep(READY_PAUSE_MS);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  await exited;
  clearTimeout(killer);
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
