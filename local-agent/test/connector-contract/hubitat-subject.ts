import { startHubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import type { Fault, HubSimulator } from "../../../scripts/dev/hub-simulator/index.js";
import { createHubitatConnector, HubitatConfig, postUrlOf } from "../../src/hubitat/index.js";
import type { HubitatConnectorDeps, LiveConfig } from "../../src/hubitat/index.js";
import { eventually } from "./probe.js";
import type { ContractFault, ContractSubject, ContractWorld } from "./subject.js";
import { startTlsDecoy } from "./tls-decoy.js";

const TOKEN = "3f1c9a52-0d1b-4c0e-9a77-6b8d2f5e4a10";
const TIMEOUT_MS = 400;
const CONNECT_MS = 2_000;
const START_MS = Date.now();

/** Faults of the hub's answers; the others are of the connection. */
const ANSWERS: Readonly<Partial<Record<ContractFault, Fault["kind"]>>> = {
  hang: "hang",
  unauthorized: "401",
  rate_limited: "429",
  server_error: "500",
  garbage: "garbage",
  truncated: "truncated",
  oversized: "oversized",
  empty: "empty",
  web_page: "html",
  redirect: "redirect",
};

/** Texts that would be a command if any of them got into a URL unchecked. */
const HOSTILE_TEXTS = [
  "37/devices/114/on?",
  "37/../37",
  "..",
  "%2e%2e",
  "37#",
  "37;",
  "a&b=c",
  "http://evil.example/",
  "",
];

interface HubSubjectOptions {
  /** What its hubs see counts in the run's proof that nothing acted. */
  readonly isJournalled: boolean;
  readonly live: LiveConfig["kind"];
}

export function aHubitatSubject(options: HubSubjectOptions): ContractSubject {
  return {
    name: options.live === "none" ? "hubitat" : `hubitat-${options.live}`,
    // The lock's PINs and the names that belong to them come in every answer, and end in the parser.
    secrets: [TOKEN, "aVeryLongPathSecret-01", "480613", "975310", "Ana Pottery", "Night firing"],
    timeoutMs: TIMEOUT_MS,
    defaultTimeoutMs: aConfig("http://127.0.0.1", {}).timeoutMs,
    requestsPerRead: 1,
    faults: {
      unreachable: { codes: ["UNREACHABLE"] },
      hang: { codes: ["TIMEOUT"] },
      unauthorized: { codes: ["AUTH"] },
      rate_limited: { codes: ["RATE_LIMIT"] },
      server_error: { codes: ["BAD_RESPONSE"] },
      garbage: { codes: ["BAD_RESPONSE"] },
      truncated: { codes: ["BAD_RESPONSE"] },
      oversized: { codes: ["BAD_RESPONSE"] },
      empty: { codes: ["BAD_RESPONSE"] },
      web_page: { codes: ["BAD_RESPONSE"] },
      redirect: { codes: ["BAD_RESPONSE"] },
      untrusted_certificate: { codes: ["UNREACHABLE"] },
    },
    open: async (fault) => (fault === "untrusted_certificate" ? openBehindTls(options) : openHub(fault, options)),
    unconfigured: () => createHubitatConnector(null, { nowMs: Date.now, chance: () => 0 }),
    hostile: (world) => {
      const { origin, config, deps } = partsOf(world);
      return HOSTILE_TEXTS.flatMap((text) => [
        // As the configuration file would say it, and past the schema, as a program with a bug would.
        () => createHubitatConnector(aConfig(origin, { appId: text }), deps),
        () => createHubitatConnector(aConfig(origin, { token: text }), deps),
        () => createHubitatConnector(aConfig(`${origin}/${text}`, {}), deps),
        () => createHubitatConnector({ ...config, appId: text }, deps),
        () => createHubitatConnector({ ...config, token: text }, deps),
        () => createHubitatConnector({ ...config, origin: `${origin}/${text}` }, deps),
      ]);
    },
  };
}

interface HubParts {
  readonly origin: string;
  readonly config: HubitatConfig;
  readonly deps: HubitatConnectorDeps;
}

const parts = new WeakMap<ContractWorld, HubParts>();

function partsOf(world: ContractWorld): HubParts {
  const found = parts.get(world);
  if (found === undefined) throw new Error("this world is not of the hub");
  return found;
}

function aConfig(origin: string, over: Partial<Record<keyof HubitatConfig, unknown>>): HubitatConfig {
  return HubitatConfig.parse({ origin, appId: "37", token: TOKEN, temperatureUnit: "°C", ...over });
}

async function openHub(
  fault: ContractFault | undefined,
  { isJournalled, live }: HubSubjectOptions,
): Promise<ContractWorld> {
  const hub = await startHubSimulator({ speed: 0, token: TOKEN, tickMs: 20, isJournalled });
  const liveConfig = await liveConfigOf(live);
  if (liveConfig.kind === "post_url") hub.live.setPostUrl(postUrlOf(liveConfig));
  const kind = fault === undefined ? undefined : ANSWERS[fault];
  if (kind !== undefined) await hub.faults.set(kind);
  if (fault === "unreachable") await hub.stop();
  // 17 MiB take their time on a busy machine: what is looked at there is the bound on size.
  const timeoutMs = fault === "oversized" ? TIMEOUT_MS * 5 : TIMEOUT_MS;
  return worldOf(
    hub.origin,
    { timeoutMs, live: liveConfig },
    {
      requests: () => hub.requests.length,
      violations: () => hub.violations.map(({ method, path }) => `${method} ${path}`),
      heal: () => {
        hub.faults.clear();
        return Promise.resolve();
      },
      spoil: () => hub.faults.set("500"),
      change: live === "none" ? null : () => void toggleFan(hub, live),
      actuate: () => actuate(hub),
      close: () => (fault === "unreachable" ? Promise.resolve() : hub.stop()),
    },
  );
}

async function actuate({ origin, appId, token }: HubSimulator): Promise<void> {
  await fetch(`${origin}/apps/api/${appId}/devices/114/on?access_token=${token}`);
}

/** Toggles the extractor fan, once the connector listens. */
async function toggleFan(hub: HubSimulator, live: LiveConfig["kind"]): Promise<void> {
  if (live === "event_socket") await eventually(() => hub.live.listeners() > 0, CONNECT_MS);
  hub.setAttribute("114", "switch", hub.readAttribute("114", "switch") === "on" ? "off" : "on");
}

async function liveConfigOf(kind: LiveConfig["kind"]): Promise<LiveConfig> {
  if (kind !== "post_url") return { kind };
  const decoy = await startTlsDecoy();
  await decoy.close();
  const pathSecret = "aVeryLongPathSecret-01";
  return { kind, listenHost: "127.0.0.1", port: decoy.port, pathSecret, hubAddresses: ["127.0.0.1"] };
}

async function openBehindTls({ live }: HubSubjectOptions): Promise<ContractWorld> {
  const decoy = await startTlsDecoy();
  const config = { timeoutMs: TIMEOUT_MS, live: await liveConfigOf(live) };
  return worldOf(`https://127.0.0.1:${decoy.port}`, config, {
    requests: decoy.trusted,
    violations: () => [],
    heal: () => Promise.resolve(),
    spoil: () => Promise.resolve(),
    change: null,
    actuate: () => Promise.resolve(),
    close: decoy.close,
  });
}

function worldOf(
  origin: string,
  over: Pick<HubitatConfig, "timeoutMs" | "live">,
  device: Omit<ContractWorld, "connector" | "passTime">,
): ContractWorld {
  let skippedMs = 0;
  const startedAt = performance.now();
  const deps = { nowMs: () => START_MS + skippedMs + Math.round(performance.now() - startedAt), chance: () => 0 };
  // Units are learned in the background, which would be counted here among what a read asks.
  const config = aConfig(origin, { ...over, readsDetails: false });
  const world: ContractWorld = {
    ...device,
    connector: createHubitatConnector(config, deps),
    passTime: (ms) => {
      skippedMs += ms;
    },
  };
  parts.set(world, { origin, config, deps });
  return world;
}
