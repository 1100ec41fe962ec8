import type { AccountApi, AccountIdentity, Region } from "./account-api.js";
import { AccountError } from "./account-error.js";
import { throughGate } from "./account-gate.js";
import type { GateDeps } from "./account-gate.js";
import { newAccount } from "./account-store.js";
import type { StoredAccount } from "./account-store.js";
import { protocolOf } from "./home-data.js";
import type { Home, HomeDevice } from "./home-data.js";
import { admitBroker } from "./limits.js";
import type { UserData } from "./user-data.js";

/** The person at the terminal. */
interface LoginDialogue {
  say(line: string): void;
  ask(question: string): Promise<string>;
  /** The same, without showing what is typed. */
  askSecret(question: string): Promise<string>;
}

export interface LoginDeps extends GateDeps {
  readonly dialogue: LoginDialogue;
  readonly bases: readonly string[];
  readonly openApi: (identity: AccountIdentity) => AccountApi;
}

export interface LoginRequest {
  readonly email: string;
  readonly method: "code" | "password";
}

const MAX_CODE_TRIES = 3;

/**
 * Walks a person through a login (reference 2.2 to 2.6) and stores what it hands out. The password and the code are used once
 * and kept nowhere. Rejects with an `AccountError` whose message says what to do.
 */
export async function logIn(deps: LoginDeps, { email, method }: LoginRequest): Promise<void> {
  const { store, dialogue } = deps;
  const known = store.readAccount();
  const account: StoredAccount = known?.email === email ? known : newAccount(email);
  store.writeAccount(account);
  const api = deps.openApi(account);
  const { region, userData } = await enter(deps, api, account, method);
  const loggedIn: StoredAccount = { ...account, region, userData, homeId: null, endedAt: null };
  store.writeAccount(loggedIn);
  await store.updateLimits(deps.nowMs(), admitBroker);
  dialogue.say("Logged in. The account's owner gets a mail about a new device: that is this agent.");
  const home = await fetchHome(deps, api, loggedIn);
  for (const line of describeHome(home)) dialogue.say(line);
}

/** Fetches and stores the home of an account that is logged in. */
export async function fetchHome(deps: GateDeps, api: AccountApi, account: StoredAccount): Promise<Home> {
  const { region, userData } = account;
  if (region === null || userData === null) throw new AccountError("NOT_LOGGED_IN");
  const home = await throughGate(deps, "home", async () => {
    const homeId = account.homeId ?? (await api.readHomeId(region.base, userData.token));
    const fetched = await api.readHome(userData, homeId);
    if (account.homeId === null) deps.store.writeAccount({ ...account, homeId });
    return fetched;
  });
  deps.store.writeHome({ schemaVersion: 1, fetchedAtMs: deps.nowMs(), home });
  return home;
}

async function enter(
  deps: LoginDeps,
  api: AccountApi,
  account: StoredAccount,
  method: LoginRequest["method"],
): Promise<{ region: Region; userData: UserData }> {
  if (method === "password") {
    const region = account.region ?? (await discover(deps, api, deps.bases)).region;
    const password = await deps.dialogue.askSecret("Password of the vacuum's account: ");
    return { region, userData: await throughGate(deps, "login", () => api.loginWithPassword(region, password)) };
  }
  const region = await sendCode(deps, api, account.region);
  deps.dialogue.say("The vendor sent a code by mail. It is good for about a quarter of an hour.");
  return { region, userData: await tryCodes(deps, api, region) };
}

/** A region from which the account is being deleted passes the question on to those behind it. */
async function sendCode(deps: LoginDeps, api: AccountApi, known: Region | null): Promise<Region> {
  let bases = deps.bases;
  let region = known;
  for (;;) {
    if (region === null) {
      const found = await discover(deps, api, bases);
      bases = bases.slice(bases.indexOf(found.foundAt) + 1);
      region = found.region;
    }
    const asked = region;
    try {
      await throughGate(deps, "login", () => api.sendCode(asked));
      return asked;
    } catch (error) {
      if (!(error instanceof AccountError) || error.refusal !== "REGION_LEAVING") throw error;
      region = null;
    }
  }
}

function discover(
  deps: LoginDeps,
  api: AccountApi,
  bases: readonly string[],
): Promise<{ readonly region: Region; readonly foundAt: string }> {
  return throughGate(deps, "login", () => api.discover(bases));
}

async function tryCodes(deps: LoginDeps, api: AccountApi, region: Region): Promise<UserData> {
  for (let attempt = 1; ; attempt += 1) {
    const code = (await deps.dialogue.ask("Code from the mail: ")).trim();
    if (!/^\d{4,8}$/u.test(code)) {
      if (attempt === MAX_CODE_TRIES) throw new AccountError("WRONG_CODE");
      deps.dialogue.say("That is no code: digits alone, as in the mail.");
      continue;
    }
    try {
      return await throughGate(deps, "login", () => api.loginWithCode(region, code));
    } catch (error) {
      const isTypo = error instanceof AccountError && error.refusal === "WRONG_CODE";
      if (!isTypo || attempt === MAX_CODE_TRIES) throw error;
      deps.dialogue.say("The code is wrong. Try again.");
    }
  }
}

function describeHome({ devices }: Home): string[] {
  if (devices.length === 0) return ["The account has no device."];
  return devices.map((device) => `${device.name} (${device.model}): ${suitability(device)}`);
}

function suitability(device: HomeDevice): string {
  const protocol = protocolOf(device);
  if (protocol === "no_vacuum") return "is no vacuum and is not read";
  if (protocol !== "1.0") return `speaks protocol ${protocol.replace(/[^\w.]/gu, "")}, which is not supported`;
  return device.isOnline ? "is read, online now" : "is read, offline now";
}
