import { ConnectorError } from "../../src/connector.js";
import type { Connector, Reading } from "../../src/connector.js";
import type { CheckId } from "./contract.js";
import type { ContractFault, ContractSubject, ContractWorld } from "./subject.js";

/** What a spoiled copy can lay hands on: the good connector, its device, and an address and a token to give away. */
interface Spoils {
  readonly good: Connector;
  readonly world: ContractWorld;
  readonly secret: string;
}
/** Longer than the contract waits for a timer to go away. */
const LEFT_BEHIND_MS = 4_000;

type Flaw = (spoils: Spoils) => Partial<Connector>;

const HEALTHY = {
  state: "healthy",
  lastSuccessAt: "2026-11-21T10:00:00.000Z",
  lastError: null,
  consecutiveFailures: 0,
  breaker: "closed",
} as const;
const READING: Reading = {
  deviceId: "bad:1",
  attribute: "water",
  value: "dry",
  unit: null,
  observedAt: "2026-11-21T10:00:00.000Z",
  source: "poll",
  quality: "live",
};

/** Calms everybody: no answer becomes "no leak". */
const reassure: Flaw = () => ({ readStatus: () => Promise.resolve({ devices: [], readings: [READING] }) });
const neverEnds: Flaw = () => ({ readStatus: () => new Promise(() => undefined) });
const leaks: Flaw = ({ good, secret }) => ({
  readStatus: () =>
    good.readStatus().catch((error: unknown) => {
      const code = error instanceof ConnectorError ? error.code : "BAD_RESPONSE";
      throw new ConnectorError(code, `GET http://hub/apps/api/37/devices/all?access_token=${secret} failed`);
    }),
});
const throwsAnything: Flaw = () => ({ readStatus: () => Promise.reject(new TypeError("x is not iterable")) });
const miscalls: Flaw = ({ good }) => ({
  readStatus: () =>
    good.readStatus().catch(() => {
      throw new ConnectorError("STATE_UNKNOWN", "something went wrong");
    }),
});
/** Forgets after each call what it learned from it, so that nothing keeps it from asking again. */
const neverRests: Flaw = ({ good, world }) => ({
  readStatus: async () => {
    world.passTime(3_600_000);
    return good.readStatus();
  },
});

const FAULT_FLAWS: Readonly<Record<ContractFault, Flaw>> = {
  unreachable: reassure,
  hang: neverEnds,
  unauthorized: neverRests,
  rate_limited: neverRests,
  server_error: leaks,
  garbage: throwsAnything,
  truncated: miscalls,
  oversized: throwsAnything,
  empty: reassure,
  web_page: leaks,
  redirect: reassure,
  untrusted_certificate: reassure,
};

/**
 * The bad connector: for each part of the contract one way of breaking it, and nothing else. The type asks for a flaw with
 * every new check, so that no check joins the contract without having been seen to fail.
 */
const FLAWS: Readonly<Record<CheckId, Flaw>> = {
  "reads-only": ({ good }) => ({
    capabilities: [...good.capabilities, { id: "hubitat.switch.write", mode: "write" as "read", riskTier: "low" }],
  }),
  "write-refused": ({ good }) => ({
    execute: async () => {
      await good.readStatus();
      throw new ConnectorError("READ_ONLY", "but first a look");
    },
  }),
  "not-configured": () => ({ health: () => HEALTHY }),
  "unproved-not-healthy": () => ({ health: () => HEALTHY }),
  "readings-valid": ({ good }) => ({
    readStatus: async () => {
      const { devices, readings } = await good.readStatus();
      return { devices, readings: readings.map((it) => ({ ...it, quality: "live" })) };
    },
  }),
  "health-from-calls": ({ good }) => ({
    health: () => ({ ...good.health(), lastError: null, consecutiveFailures: 0 }),
  }),
  breaker: neverRests,
  "overlap-shared": ({ good }) => ({
    readStatus: async () => {
      await good.readStatus();
      return good.readStatus();
    },
  }),
  "default-timeout": () => ({}),
  "stop-cleans": ({ good }) => ({
    stop: () => {
      setTimeout(() => undefined, LEFT_BEHIND_MS);
      return good.stop();
    },
  }),
  "push-valid": ({ good }) => ({
    onReading: (listener) => {
      good.onReading?.(listener);
      return () => undefined;
    },
  }),
  "hostile-config": () => ({}),
  ...(Object.fromEntries(Object.entries(FAULT_FLAWS).map(([fault, flaw]) => [`fault:${fault}`, flaw])) as Record<
    `fault:${ContractFault}`,
    Flaw
  >),
};

/** A copy of a subject whose connectors have the flaw of this check. */
export function spoilSubject(subject: ContractSubject, check: CheckId): ContractSubject {
  const [secret = ""] = subject.secrets;
  return {
    ...subject,
    name: `bad (${check})`,
    ...(check === "default-timeout" && { defaultTimeoutMs: Number.POSITIVE_INFINITY }),
    unconfigured: () => ({ ...subject.unconfigured(), health: () => HEALTHY }),
    hostile: (world) => [() => connectorThatActs(world)],
    open: async (fault) => {
      const world = await subject.open(fault);
      return { ...world, connector: spoil({ good: world.connector, world, secret }, check) };
    },
  };
}

function spoil(spoils: Spoils, check: CheckId): Connector {
  return { ...spoils.good, ...FLAWS[check](spoils) };
}

/** Takes what the configuration says for a path, and goes there. */
function connectorThatActs(world: ContractWorld): Connector {
  const act = async (): Promise<never> => {
    await world.actuate();
    throw new ConnectorError("BAD_RESPONSE", "it answered, and it is on now");
  };
  return { ...world.connector, start: () => Promise.resolve(), readStatus: act };
}
