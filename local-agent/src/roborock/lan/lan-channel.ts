import { ConnectorError } from "../../connector.js";
import type { FrameVersion } from "../frame.js";
import { createInbox } from "../inbox.js";
import type { InboxEvents } from "../inbox.js";
import { createPendingRequests } from "../pending-requests.js";
import type { RpcChannel, RpcDevice } from "../rpc-channel.js";
import { encodeRequest } from "../rpc.js";
import type { Runtime } from "../runtime.js";
import { isLocalAddress } from "./lan-address.js";
import { openLanLink } from "./lan-link.js";
import type { LanLink } from "./lan-link.js";

const LAN_TIMEOUT_MS = 5_000;
const RECONNECT_FIRST_MS = 60_000;
const RECONNECT_FACTOR = 1.5;
const RECONNECT_CAP_MS = 600_000;

export interface LanOptions extends InboxEvents {
  readonly port: number;
  readonly timeoutMs?: number | undefined;
  /** For simulators: a vacuum may be on this very machine. */
  readonly isLoopbackAllowed: boolean;
}

export interface LanChannel extends RpcChannel {
  /** Answers: is the vacuum connected over the local network? */
  isReady(duid: string): boolean;
  /** Tells where a vacuum is. An address that is not local is ignored; a new one replaces the old. */
  setAddress(device: RpcDevice, address: string): void;
  stop(): void;
}

/** One vacuum's place on the network. */
interface Place {
  readonly device: RpcDevice;
  readonly address: string;
  link: LanLink | null;
  isReady: boolean;
  failures: number;
  /** The version that the vacuum answers to; tried first. */
  version: FrameVersion;
  cancel: () => void;
}

/**
 * The vacuums' own network (reference 11): one TCP connection each, kept open, tried again after 1 minute growing by half to 10.
 * A vacuum that does not answer the handshake of version 1.0 is asked in version L01 at once.
 */
export function createLanChannel(options: LanOptions, runtime: Runtime): LanChannel {
  const places = new Map<string, Place>();
  const timeoutMs = options.timeoutMs ?? LAN_TIMEOUT_MS;
  const pending = createPendingRequests(runtime, timeoutMs, {
    answered: () => undefined,
    // Silence on an open connection: a new one, or the cloud, is the better way.
    timedOut: (duid) => places.get(duid)?.link?.close(),
  });
  const receive = createInbox(pending, options);

  function open(place: Place, isSecondTry: boolean): void {
    const { device, address, version } = place;
    place.link = openLanLink(
      {
        host: address,
        port: options.port,
        localKey: device.localKey,
        version,
        onReady() {
          place.isReady = true;
          place.failures = 0;
        },
        onFrame: (frame) => receive(device.duid, frame),
        onClosed: (wasSilent) => handleClosed(place, wasSilent && !isSecondTry),
      },
      runtime,
    );
  }

  function handleClosed(place: Place, isOtherVersionWorthATry: boolean): void {
    place.link = null;
    place.isReady = false;
    pending.failFor(place.device.duid, new ConnectorError("UNREACHABLE", "The local connection is gone"));
    if (places.get(place.device.duid) !== place) return;
    if (isOtherVersionWorthATry) {
      place.version = place.version === "1.0" ? "L01" : "1.0";
      place.cancel = runtime.after(0, () => open(place, true));
      return;
    }
    const delayMs = lanReconnectMs(place.failures, runtime.chance());
    place.failures += 1;
    place.cancel = runtime.after(delayMs, () => open(place, false));
  }

  function leave(duid: string): void {
    const place = places.get(duid);
    places.delete(duid);
    place?.cancel();
    place?.link?.close();
  }

  return {
    isReady: (duid) => places.get(duid)?.isReady ?? false,
    setAddress(device, address) {
      const known = places.get(device.duid);
      if (!isLocalAddress(address, options.isLoopbackAllowed) || known?.address === address) return;
      leave(device.duid);
      const version = known?.version ?? "1.0";
      const place: Place = {
        device,
        address,
        version,
        link: null,
        isReady: false,
        failures: 0,
        cancel: () => undefined,
      };
      places.set(device.duid, place);
      open(place, false);
    },
    ask({ duid }, { method, params }) {
      return pending.ask(duid, (id) => {
        if (places.get(duid)?.link?.send((t) => encodeRequest({ id, method, params, t })) !== true)
          throw new ConnectorError("UNREACHABLE", "The vacuum is not connected over the local network");
      });
    },
    stop() {
      for (const duid of [...places.keys()]) leave(duid);
    },
  };
}

/** Answers: how long until the local network is tried again? `failures` from 0; `chance` in [0, 1) spreads by a fifth. */
export function lanReconnectMs(failures: number, chance: number): number {
  const grown = RECONNECT_FIRST_MS * RECONNECT_FACTOR ** Math.min(failures, 20);
  return Math.round(Math.min(RECONNECT_CAP_MS, grown) * (0.8 + 0.4 * chance));
}
