import { startHubSimulator, LIVE_FAULT_KINDS } from "../../../scripts/dev/hub-simulator/index.js";
import type { Fault } from "../../../scripts/dev/hub-simulator/index.js";
import { startVacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { VacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { RoborockOptionsInput } from "../../src/roborock/index.js";

const RESTART_PHASE_MS = 120;
/** Both phases of a restart, and the rebinding of the port. */
const RESTARTED_AFTER_MS = 3 * RESTART_PHASE_MS;
const SLOW_MS = 150;

/** No common factor with the vacuum's list: each meets each. */
const HUB_FAULTS: readonly (Fault | null)[] = [
  null,
  { kind: "slow", delayMs: SLOW_MS },
  { kind: "hang" },
  { kind: "401", times: 2 },
  { kind: "429", times: 2 },
  { kind: "html" },
  { kind: "truncated" },
  { kind: "garbage" },
  { kind: "restart", delayMs: RESTART_PHASE_MS },
  { kind: "stall" },
  { kind: "500" },
  { kind: "reset", times: 3 },
  { kind: "drip" },
  { kind: "empty", times: 2 },
  { kind: "redirect", times: 2 },
  { kind: "wrong_shape" },
  { kind: "error200", times: 2 },
];

type Spoil = (vacuum: VacuumSimulator) => Promise<void> | void;

const VACUUM_FAULTS: Readonly<Record<string, Spoil>> = {
  none: () => undefined,
  slow: ({ faults }) => faults.set({ kind: "slow", delayMs: SLOW_MS }),
  silent: ({ faults }) => faults.set({ kind: "silent", times: 2 }),
  garbage: ({ faults }) => faults.set({ kind: "garbage", times: 2 }),
  bad_crc: ({ faults }) => faults.set({ kind: "bad_crc", times: 1 }),
  wrong_key: ({ faults }) => faults.set({ kind: "wrong_key", times: 1 }),
  truncated: ({ faults }) => faults.set({ kind: "truncated", times: 2 }),
  busy: ({ faults }) => faults.set({ kind: "busy", times: 2 }),
  foreign: ({ faults }) => faults.set({ kind: "foreign", times: 1 }),
  duplicate: ({ faults }) => faults.set("duplicate"),
  oversized: ({ faults }) => faults.set({ kind: "oversized", times: 1 }),
  restart: ({ faults }) => faults.restart(RESTART_PHASE_MS),
  half_open: ({ faults }) => faults.freeze(true),
  cut_off: ({ faults }) => faults.disconnect(),
  // The broker is full, which is no word on the account: one that is turned away is not asked again for hours.
  turned_away: ({ faults }) => faults.set({ kind: "refuse_connect", reasonCode: 3 }),
  pushes_twice: ({ faults }) => faults.setPushes("duplicate"),
  pushes_swapped: ({ faults }) => faults.setPushes("reorder"),
  clock_off: ({ faults }) => faults.setClockSkew(-7_200),
};

export interface FaultyStudio {
  /** What the two clients are configured with. */
  readonly hubitat: Readonly<Record<string, unknown>>;
  readonly roborock: RoborockOptionsInput;
  /** Breaks the hub, what it tells, and the vacuum: another combination each turn. */
  spoil(turn: number): Promise<void>;
  /** All is well again. */
  heal(): Promise<void>;
  /** Names of the faults that were in force so far, with how often. */
  met(): ReadonlyMap<string, number>;
  violations(): readonly string[];
  stop(): Promise<void>;
}

/** How many turns it takes until each fault of the hub and each of the vacuum was in force. */
export const FAULT_TURNS = Math.max(HUB_FAULTS.length, Object.keys(VACUUM_FAULTS).length);

/** A hub and a vacuum that change their values quickly and break in every way they know. */
export async function startFaultyStudio(): Promise<FaultyStudio> {
  const hub = await startHubSimulator({ speed: 600, tickMs: 50 });
  const vacuum = await startVacuumSimulator({ speed: 600, tickMs: 50 });
  const met = new Map<string, number>();
  let restartedAtMs = 0;
  const note = (name: string): void => void met.set(name, (met.get(name) ?? 0) + 1);

  return {
    hubitat: {
      ...{ origin: hub.origin, appId: hub.appId, token: hub.token, temperatureUnit: "°C", timeoutMs: 250 },
      ...{ readsModes: true, readsSafety: true, live: { kind: "event_socket" } },
    },
    roborock: {
      ...{ brokerUrl: vacuum.brokerUrl, protocolVersion: vacuum.protocolVersion },
      ...{ rriot: vacuum.rriot, devices: [...vacuum.devices], reads: ["get_status"] },
    },
    async spoil(turn) {
      const fault = HUB_FAULTS[turn % HUB_FAULTS.length] ?? null;
      const [name, spoilVacuum] = Object.entries(VACUUM_FAULTS)[turn % Object.keys(VACUUM_FAULTS).length] ?? [];
      note(`hub ${fault?.kind ?? "none"}`);
      note(`vacuum ${name ?? "none"}`);
      if (fault?.kind === "restart") restartedAtMs = Date.now() + RESTARTED_AFTER_MS;
      hub.live.spoil(turn % 2 === 0 ? (LIVE_FAULT_KINDS[(turn / 2) % LIVE_FAULT_KINDS.length] ?? null) : null);
      if (turn % 5 === 0) hub.live.dropListeners();
      if (turn % 7 === 0) hub.live.silenceListeners();
      await Promise.all([fault === null ? undefined : hub.faults.set(fault), spoilVacuum?.(vacuum)]);
    },
    async heal() {
      const untilRestarted = restartedAtMs - Date.now();
      if (untilRestarted > 0) await new Promise((resolve) => setTimeout(resolve, untilRestarted));
      hub.faults.clear();
      hub.live.spoil(null);
      vacuum.faults.freeze(false);
      vacuum.faults.setPushes(null);
      vacuum.faults.setClockSkew(0);
      await vacuum.faults.clear();
    },
    met: () => met,
    violations: () => [
      ...hub.violations.map(({ method, path }) => `${method} ${path}`),
      ...vacuum.violations.map(({ method, violation }) => `${String(violation)} ${String(method)}`),
    ],
    stop: async () => {
      await Promise.all([hub.stop(), vacuum.stop()]);
    },
  };
}
