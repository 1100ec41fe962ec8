import type { LiveEvent } from "./live-event.js";

/** A way on which the hub tells changes unasked. Nothing is ever sent on it but the frames that keep it alive. */
export interface LiveChannel {
  /** Rejects when the channel cannot come into being at all, as when its port is taken. */
  start(): Promise<void>;
  stop(): Promise<void>;
  isOpen(): boolean;
}

export interface LiveListener {
  readonly onEvent: (event: LiveEvent) => void;
  /** The channel is open again: what was told in between is lost. */
  readonly onOpen: () => void;
  /** Something came that is no event. */
  readonly onMalformed: () => void;
}
