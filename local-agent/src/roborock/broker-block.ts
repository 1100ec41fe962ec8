import type { AccountStore } from "./account/account-store.js";
import { nameCredentials } from "./account/account-store.js";
import { admitBroker, blockBroker, brokerBlockedUntilMs } from "./account/limits.js";
import type { SessionSecrets } from "./credentials.js";
import type { ConnectionState } from "./mqtt-connection.js";
import type { Runtime } from "./runtime.js";

/** Remembers over restarts that the broker refused the account: the hours until the next attempt are not cut short by a crash. */
export interface BrokerBlock {
  /** Until when the broker is left alone; null: it may be tried. */
  untilMs(): number | null;
  /** Takes what the connection is doing. */
  note(state: ConnectionState): void;
}

/** A delay shorter than this is an ordinary reconnect and not worth a file. */
const LONG_WAIT_MS = 3_600_000;
/** Two ends this near are one block. */
const SAME_MS = 60_000;

export function createBrokerBlock(store: AccountStore | null, secrets: SessionSecrets, runtime: Runtime): BrokerBlock {
  const credentials = nameCredentials(secrets);
  /** The end of the block that is on disk. */
  let notedMs: number | null = null;

  /** What cannot be written is not remembered; the connection itself still waits. */
  function update(change: Parameters<AccountStore["updateLimits"]>[1]): void {
    store?.updateLimits(runtime.nowMs(), change).catch(() => undefined);
  }

  return {
    untilMs() {
      const nowMs = runtime.nowMs();
      if (store === null) return null;
      const limits = store.readLimits(nowMs);
      notedMs = limits.broker?.untilMs ?? null;
      return brokerBlockedUntilMs(limits, credentials, nowMs);
    },
    note(state) {
      const nowMs = runtime.nowMs();
      if (state.kind === "online" && notedMs !== null) {
        notedMs = null;
        update(admitBroker);
      }
      if (state.kind !== "waiting" || (state.code !== "AUTH" && state.code !== "RATE_LIMIT")) return;
      const { retryAtMs } = state;
      const isNews = notedMs === null || Math.abs(retryAtMs - notedMs) > SAME_MS;
      if (retryAtMs - nowMs < LONG_WAIT_MS || !isNews) return;
      notedMs = retryAtMs;
      update((limits) => blockBroker(limits, credentials, nowMs, retryAtMs));
    },
  };
}
