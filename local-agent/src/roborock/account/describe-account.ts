import type { AccountStore } from "./account-store.js";
import { protocolOf } from "./home-data.js";
import { accountBlockedUntilMs, callableAtMs } from "./limits.js";

/** Answers: who is logged in, what is known of the home, and may the account be asked? From the files alone, without a secret. */
export function describeAccount(store: AccountStore, email: string, nowMs: number): string[] {
  const account = store.readAccount();
  const home = store.readHome();
  const limits = store.readLimits(nowMs);
  const blockedUntilMs = accountBlockedUntilMs(limits, nowMs);
  const isLoggedIn = account?.email === email && account.userData !== null;
  return [
    loginLine(isLoggedIn, account?.endedAt ?? null),
    home === null ? "home: not fetched yet" : `home: fetched ${instantOf(home.fetchedAtMs)}`,
    ...(home?.home.devices ?? []).map((device) => {
      const online = device.isOnline ? "online" : "offline";
      return `  ${device.name} (${device.model}), protocol ${protocolOf(device)}, ${online} at that time`;
    }),
    blockedUntilMs === null ? "account: may be asked" : `account: left alone until ${instantOf(blockedUntilMs)}`,
    limits.broker === null
      ? "broker: did not refuse"
      : `broker: refused; tried again at ${instantOf(limits.broker.untilMs)}`,
    budgetLine("logins", callableAtMs(limits, "login", nowMs), nowMs),
    budgetLine("home data", callableAtMs(limits, "home", nowMs), nowMs),
  ];
}

function loginLine(isLoggedIn: boolean, endedAt: string | null): string {
  if (!isLoggedIn) return "login: none; run studio-agent roborock login";
  return endedAt === null
    ? "login: stored"
    : `login: no longer valid since ${endedAt}; run studio-agent roborock login`;
}

function budgetLine(what: string, callableMs: number, nowMs: number): string {
  return callableMs <= nowMs ? `${what}: now` : `${what}: again from ${instantOf(callableMs)}`;
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
