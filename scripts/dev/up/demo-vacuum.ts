import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openApi } from "../../../local-agent/src/roborock/account/account-session.js";
import { openAccountStore } from "../../../local-agent/src/roborock/account/account-store.js";
import { logIn } from "../../../local-agent/src/roborock/account/login.js";
import { AccountOptions } from "../../../local-agent/src/roborock/options.js";
import { startVacuumSimulator } from "../vacuum-simulator/index.js";
import type { VacuumSimulator } from "../vacuum-simulator/index.js";

/** A first login waits for nothing; this is for the second that two calls have to lie apart. Milliseconds. */
const LONGEST_WAIT_MS = 10_000;

/**
 * The vacuum as a studio has it: an account with its API, a broker, and the robot on its own network speaking L01. Over TLS
 * where openssl can make the certificates of this run, and else on the loopback interface alone.
 */
export function startDemoVacuum(options: { readonly speed?: number } = {}): Promise<VacuumSimulator> {
  const canSign = spawnSync("openssl", ["version"], { stdio: "ignore" }).status === 0;
  return startVacuumSimulator({ ...options, hasCloud: true, lan: "L01", isTls: canSign });
}

/** The section of the agent's configuration with which it finds the account's vacuums. */
export function vacuumAccountSection(vacuum: VacuumSimulator): object {
  return {
    email: vacuum.cloud.account.email,
    bases: vacuum.cloud.bases,
    trustedHosts: ["127.0.0.1"],
    protocolVersion: vacuum.protocolVersion,
    lan: { port: vacuum.lan.port },
    ...(vacuum.ca !== undefined && { ca: vacuum.ca }),
  };
}

/** Does what `studio-agent roborock login` does, with the code of the newest mail. `stateDir` is the agent's. */
export async function logInToVacuum(vacuum: VacuumSimulator, stateDir: string): Promise<void> {
  const account = AccountOptions.parse({ ...vacuumAccountSection(vacuum), isSimulated: true });
  const code = (): Promise<string> => Promise.resolve(vacuum.cloud.lastCode ?? "");
  await logIn(
    {
      store: openAccountStore(join(stateDir, "roborock")),
      dialogue: { say: () => undefined, ask: code, askSecret: code },
      bases: account.bases,
      nowMs: Date.now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      longestWaitMs: LONGEST_WAIT_MS,
      openApi: (identity) => openApi(identity, account),
    },
    { email: account.email, method: "code" },
  );
}
