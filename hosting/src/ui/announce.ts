import { createStore } from "../data/store.js";

/** Polite words wait at least this long for the ones before them to be spoken, in milliseconds (UX 2.8). */
const POLITE_GAP_MS = 5_000;

/** What the two live regions say. Assertive is for a stop and a lost connection only. */
export const spoken = createStore<{ readonly polite: string; readonly assertive: string }>({
  polite: "",
  assertive: "",
});

let waiting: string[] = [];
let lastSpokenMs = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says this to people who listen to the screen, after what is being said; several at once are said together. */
export function announce(text: string): void {
  waiting = [...waiting.slice(-4), text];
  timer ??= setTimeout(speak, Math.max(0, lastSpokenMs + POLITE_GAP_MS - Date.now()));
}

export function announceNow(text: string): void {
  spoken.set({ ...spoken.getSnapshot(), assertive: text });
}

function speak(): void {
  timer = undefined;
  lastSpokenMs = Date.now();
  spoken.set({ ...spoken.getSnapshot(), polite: waiting.join(" ") });
  waiting = [];
}
