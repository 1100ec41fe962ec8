import { setTimeout as sleep } from "node:timers/promises";
import { roborockFolder } from "../assemble.js";
import { revealAccount } from "../config.js";
import { ConnectorError } from "../connector.js";
import { loadConfig } from "../load-config.js";
import { describeAccount } from "../roborock/account/describe-account.js";
import { openApi } from "../roborock/account/account-session.js";
import { openAccountStore } from "../roborock/account/account-store.js";
import type { AccountStore } from "../roborock/account/account-store.js";
import { logIn } from "../roborock/account/login.js";
import type { AccountOptions } from "../roborock/options.js";
import { openDialogue } from "./terminal-dialogue.js";
import { Unusable } from "./unusable.js";

export interface RoborockOptions {
  readonly config: string;
}

/** A login may wait this long for its budget, so that a mistyped code does not send the person away. Milliseconds. */
const LOGIN_WAIT_MS = 65_000;
/** A shorter wait needs no word. */
const SHORT_WAIT_MS = 3_000;

/** `studio-agent roborock login`: walks a person through the login; the running agent takes it up by itself. */
export async function logInToRoborock(options: RoborockOptions & { readonly password?: boolean }): Promise<void> {
  const { account, store } = open(options);
  const dialogue = openDialogue(process.stdin, process.stdout);
  try {
    const method = options.password === true ? "password" : "code";
    await logIn(
      {
        store,
        dialogue,
        bases: account.bases,
        nowMs: Date.now,
        sleep: (ms) => {
          const seconds = Math.ceil(ms / 1_000);
          if (ms > SHORT_WAIT_MS)
            dialogue.say(`Waiting ${seconds} s: who asks the vendor too often is locked out of the account.`);
          return sleep(ms);
        },
        longestWaitMs: LOGIN_WAIT_MS,
        openApi: (identity) => openApi(identity, account),
      },
      { email: account.email, method },
    );
  } catch (error) {
    // Our own words: they say what to do and repeat nothing of the account.
    throw error instanceof ConnectorError ? new Unusable(`${error.message}.`) : error;
  } finally {
    dialogue.close();
  }
}

/** `studio-agent roborock status`: from the files alone. */
export function showRoborockAccount(options: RoborockOptions): void {
  const { account, store } = open(options);
  try {
    for (const line of describeAccount(store, account.email, Date.now())) console.log(line);
  } catch (error) {
    throw error instanceof ConnectorError ? new Unusable(`${error.message}.`) : error;
  }
}

/** `studio-agent roborock logout`: what the account was asked is remembered, so that nobody gets a new budget this way. */
export function logOutOfRoborock(options: RoborockOptions): void {
  open(options).store.forget();
  console.log("The login on this machine is forgotten.");
}

function open(options: RoborockOptions): { account: AccountOptions; store: AccountStore } {
  const config = loadConfig(options.config, process.env);
  if (config.roborockAccount === null)
    throw new Unusable('The configuration names no account: add "roborockAccount": {"email": "…"} to it.');
  return {
    account: revealAccount(config.roborockAccount, config.simulated),
    store: openAccountStore(roborockFolder(config)),
  };
}
