import { createStore } from "./store.js";
import type { Connection, Store } from "./studio-data.js";
import type { ConnectionWitness } from "./watch.js";

/**
 * Answers: is what the screen shows what the server holds? Live when a listener last heard the server, reconnecting
 * when listeners fell back to the cache, offline when the browser itself says that there is no network.
 */
export function watchConnection(browser: EventTarget & { readonly navigator: { readonly onLine: boolean } }): {
  readonly connection: Store<Connection>;
  readonly witness: ConnectionWitness;
} {
  let lastMs = Date.now();
  const connection = createStore<Connection>(
    browser.navigator.onLine ? { kind: "connecting" } : { kind: "offline", lastMs },
  );
  browser.addEventListener("offline", () => connection.set({ kind: "offline", lastMs }));
  browser.addEventListener("online", () => connection.set({ kind: "reconnecting", lastMs }));
  return {
    connection,
    witness: {
      sawServer: (nowMs) => {
        lastMs = nowMs;
        connection.set({ kind: "live", sinceMs: nowMs });
      },
      sawCache: () => {
        if (connection.getSnapshot().kind === "live") connection.set({ kind: "reconnecting", lastMs });
      },
    },
  };
}
