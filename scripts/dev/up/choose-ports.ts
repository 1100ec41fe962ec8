import { spawnSync } from "node:child_process";
import { fixedPorts, PORT_NAMES } from "../emulators/emulator-config.js";
import type { EmulatorPorts, FirebaseJson } from "../emulators/emulator-config.js";
import { isPortFree } from "../emulators/free-ports.js";

export const OFFSET_VARIABLE = "STUDIO_PORT_OFFSET";
/** The highest fixed port is 9499. */
const MAX_OFFSET = 50_000;
const LOOKUP_TIMEOUT_MS = 5_000;

/** Answers: are the ports of `firebase.json`, moved by STUDIO_PORT_OFFSET, all free? Throws with who holds which one. */
export async function chooseFixedPorts(config: FirebaseJson, offsetText: string | undefined): Promise<EmulatorPorts> {
  const ports = fixedPorts(config, parseOffset(offsetText));
  const free = await Promise.all(PORT_NAMES.map((name) => isPortFree(ports[name])));
  const taken = PORT_NAMES.filter((_, at) => free[at] === false);
  if (taken.length === 0) return ports;
  const lines = taken.map((name) => `  port ${ports[name]} (${name}) is taken${holderOf(ports[name])}`);
  throw new Error(
    `The studio cannot start:\n${lines.join("\n")}\n` +
      `End that program, or move every port: ${OFFSET_VARIABLE}=1000 npm start`,
  );
}

/** Answers: by how much is every port moved? Nothing said means 0. */
export function parseOffset(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  const offset = Number(text);
  if (Number.isInteger(offset) && offset >= 0 && offset <= MAX_OFFSET) return offset;
  throw new Error(`${OFFSET_VARIABLE} must be a whole number from 0 to ${MAX_OFFSET}, and is "${text}".`);
}

/** ` by java (process 4711)` where the system tells, and nothing where it does not. */
function holderOf(port: number): string {
  const viaLsof = outputOf("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const viaSs = outputOf("ss", ["-ltnpH", `sport = :${port}`]);
  const found =
    /^p(?<pid>\d+)\nc(?<name>.+)$/m.exec(viaLsof)?.groups ??
    /users:\(\("(?<name>[^"]+)",pid=(?<pid>\d+)/.exec(viaSs)?.groups;
  return found === undefined ? "" : ` by ${found["name"] ?? "?"} (process ${found["pid"] ?? "?"})`;
}

function outputOf(command: string, args: readonly string[]): string {
  const done = spawnSync(command, args, { encoding: "utf8", timeout: LOOKUP_TIMEOUT_MS });
  return done.error === undefined ? done.stdout : "";
}
