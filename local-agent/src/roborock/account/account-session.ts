import { ConnectorError } from "../../connector.js";
import { systemRuntime } from "../runtime.js";
import type { Runtime } from "../runtime.js";
import { createAccountApi } from "./account-api.js";
import type { AccountApi, AccountIdentity } from "./account-api.js";
import { AccountError } from "./account-error.js";
import type { AccountStore, StoredAccount, StoredHome } from "./account-store.js";
import { fetchHome } from "./login.js";
import { createSender } from "./send-call.js";
import type { UserData } from "./user-data.js";

/** How an account is reached. */
export interface AccountAccess {
  readonly email: string;
  readonly trustedHosts: readonly string[];
  readonly ca?: string | undefined;
  readonly restTimeoutMs?: number | undefined;
  readonly signal?: (() => AbortSignal) | undefined;
}

export interface LoggedIn {
  readonly userData: UserData;
  readonly home: StoredHome;
}

export interface AccountSession {
  /**
   * Answers: who is logged in, and which devices are there? Fetches the home when it is missing or old and the account may be
   * asked; otherwise the last one counts. Rejects with an `AccountError` when nobody is logged in or no home was ever fetched.
   */
  current(): Promise<LoggedIn>;
  /** Asks for a new home at the next call, for a local key that seems to be an old one: at most once an hour. */
  wantNewHome(): void;
  /** Why the newest question to the account failed; null when it did not. */
  lastError(): ConnectorError | null;
}

const HOME_INTERVAL_MS = 3_600_000;
const RETRY_FIRST_MS = 900_000;
const RETRY_CAP_MS = 21_600_000;

export function createAccountSession(access: AccountAccess, store: AccountStore, runtime: Runtime): AccountSession {
  let version: string | null = null;
  let account: StoredAccount | null = null;
  let home: StoredHome | null = null;
  let askAgainMs = 0;
  let failures = 0;
  let wantedSinceMs: number | null = null;
  let failed: ConnectorError | null = null;

  /** A login in another process, or a logout, shows in the file. */
  function reload(): void {
    const now = store.accountVersion();
    if (now === version && now !== null) return;
    account = now === null ? null : store.readAccount();
    home = now === null ? null : store.readHome();
    version = now;
    askAgainMs = 0;
    failures = 0;
    failed = null;
  }

  function requireLogin(): StoredAccount & { readonly userData: UserData } {
    if (account === null || account.email !== access.email || account.userData === null)
      throw new AccountError("NOT_LOGGED_IN");
    return { ...account, userData: account.userData };
  }

  function isHomeDue(nowMs: number): boolean {
    if (account?.endedAt !== null) return false;
    // A time ahead of now means that the clock was set back.
    if (nowMs < askAgainMs && askAgainMs - nowMs <= RETRY_CAP_MS) return false;
    const ageMs = home === null ? Infinity : Math.abs(nowMs - home.fetchedAtMs);
    return ageMs >= HOME_INTERVAL_MS || wantedSinceMs !== null;
  }

  async function refresh(current: StoredAccount): Promise<void> {
    try {
      const gate = { store, nowMs: () => runtime.nowMs(), sleep: sleepOn(runtime) };
      await fetchHome(gate, openApi(current, access, runtime), current);
      home = store.readHome();
      failed = null;
      failures = 0;
      askAgainMs = runtime.nowMs() + (wantedSinceMs === null ? 0 : HOME_INTERVAL_MS);
      wantedSinceMs = null;
      // The home's number was perhaps written along.
      version = store.accountVersion();
      account = store.readAccount();
    } catch (error) {
      failed = error instanceof ConnectorError ? error : new AccountError("UNREADABLE");
      askAgainMs = runtime.nowMs() + homeRetryMs(failures);
      failures += 1;
      if (failed instanceof AccountError && failed.refusal === "LOGIN_REQUIRED") end(current);
    }
  }

  /** The vendor says that the login is over. It is not asked again until somebody logs in. */
  function end(current: StoredAccount): void {
    account = { ...current, endedAt: new Date(runtime.nowMs()).toISOString() };
    store.writeAccount(account);
    version = store.accountVersion();
  }

  return {
    async current() {
      reload();
      const current = requireLogin();
      if (isHomeDue(runtime.nowMs())) await refresh(current);
      if (home === null) throw failed ?? new AccountError(current.endedAt === null ? "UNREADABLE" : "LOGIN_REQUIRED");
      return { userData: current.userData, home };
    },
    wantNewHome() {
      wantedSinceMs ??= runtime.nowMs();
    },
    lastError: () => failed ?? (account?.endedAt == null ? null : new AccountError("LOGIN_REQUIRED")),
  };
}

/** Answers: how long until the account is asked again after a failure? 15 minutes, doubling to 6 hours. */
function homeRetryMs(failures: number): number {
  return Math.min(RETRY_CAP_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 10));
}

export function openApi(
  identity: AccountIdentity,
  access: AccountAccess,
  runtime: Runtime = systemRuntime,
): AccountApi {
  const { trustedHosts, ca, restTimeoutMs, signal } = access;
  const send = createSender({ trustedHosts, ca, timeoutMs: restTimeoutMs, signal });
  return createAccountApi({ send, identity, trustedHosts, nowMs: () => runtime.nowMs() });
}

function sleepOn(runtime: Runtime): (ms: number) => Promise<void> {
  return (ms) => new Promise((resolve) => runtime.after(ms, resolve));
}
