import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startVacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { CloudFaultKind, VacuumSimulator } from "../../../scripts/dev/vacuum-simulator/index.js";
import type { Connector } from "../../src/connector.js";
import { newAccount, openAccountStore } from "../../src/roborock/account/account-store.js";
import { openApi } from "../../src/roborock/account/account-session.js";
import { createAccountConnector, createRoborockConnector } from "../../src/roborock/index.js";
import type { AccountOptionsInput } from "../../src/roborock/index.js";
import type { ContractFault, ContractSubject, ContractWorld } from "./subject.js";
import { startTlsDecoy } from "./tls-decoy.js";

const RRIOT = { u: "userOfTheAccountContract", s: "sessionSecretOfTheAccount", k: "keyOfTheAccountContract" };
const EMAIL = "studio@example.org";
const VACUUM = {
  duid: "duidOfTheAccountVacuum",
  name: "Studio vacuum",
  localKey: "accountLocalKey1",
  pv: "1.0",
  model: "roborock.vacuum.a27",
  room: "Glaze room",
};
const TIMEOUT_MS = 400;
const DEFAULT_TIMEOUT_MS = 10_000;
const TRUSTED = ["127.0.0.1"];

/** Of the account's API, which is asked before any vacuum. */
const FAULTS: Readonly<Partial<Record<ContractFault, CloudFaultKind>>> = {
  hang: "hang",
  unauthorized: "unauthorized",
  rate_limited: "rate_limited",
  server_error: "server_error",
  garbage: "not_json",
  truncated: "truncated",
  oversized: "oversized",
  web_page: "html",
  redirect: "redirect",
};

/** The vacuums of an account: somebody has logged in, and the home was never fetched. */
export const roborockAccountSubject: ContractSubject = {
  name: "roborock-account",
  secrets: [RRIOT.u, RRIOT.s, RRIOT.k, VACUUM.localKey, VACUUM.duid, EMAIL],
  timeoutMs: TIMEOUT_MS,
  defaultTimeoutMs: DEFAULT_TIMEOUT_MS,
  requestsPerRead: 2,
  faults: {
    unreachable: { codes: ["UNREACHABLE"] },
    hang: { codes: ["TIMEOUT"] },
    unauthorized: { codes: ["AUTH"] },
    rate_limited: { codes: ["RATE_LIMIT"] },
    server_error: { codes: ["BAD_RESPONSE"] },
    garbage: { codes: ["BAD_RESPONSE"] },
    truncated: { codes: ["BAD_RESPONSE"] },
    oversized: { codes: ["BAD_RESPONSE"] },
    empty: { notApplicable: "an empty home is a home without vacuums, and no failure" },
    web_page: { codes: ["BAD_RESPONSE"] },
    redirect: { codes: ["BAD_RESPONSE"] },
    untrusted_certificate: { codes: ["UNREACHABLE"] },
  },
  open: (fault) => (fault === "untrusted_certificate" ? openBehindTls() : openAccount(fault)),
  unconfigured: () => createRoborockConnector(null),
  hostile: (world) => {
    const used = inputs.get(world);
    if (used === undefined) throw new Error("this world is not of an account");
    const { input, folder } = used;
    return [
      { email: "a@b.example\r\nx-evil: 1" },
      { bases: ["https://evil.example"] },
      { bases: [`${input.bases?.[0] ?? ""}/user/devices/newadd`] },
      { trustedHosts: ["."] },
      { without: ["../../nc/prepare"] },
      { reads: ["get_status", "app_start"] },
      { methods: ["app_start"] },
    ].map((change) => () => connectorOf({ ...input, ...change } as AccountOptionsInput, folder));
  },
};

const inputs = new WeakMap<ContractWorld, { readonly input: AccountOptionsInput; readonly folder: string }>();

async function openAccount(fault: ContractFault | undefined): Promise<ContractWorld> {
  const simulator = await startVacuumSimulator({ devices: [VACUUM], rriot: RRIOT, speed: 0, hasCloud: true });
  const folder = mkdtempSync(join(tmpdir(), "roborock-contract-"));
  await logInAt(simulator, folder);
  const setUp = simulator.requests.length;
  const kind = fault === undefined ? undefined : FAULTS[fault];
  if (kind !== undefined) simulator.cloud.setFault(kind);
  if (fault === "unreachable") await simulator.stop();
  const { brokerUrl, protocolVersion } = simulator;
  if (!brokerUrl.startsWith("mqtt://")) throw new Error("the contract is tried on the loopback interface");
  return worldOf(
    { email: EMAIL, bases: [...simulator.cloud.bases], trustedHosts: TRUSTED, protocolVersion },
    folder,
    {
      requests: () => simulator.requests.length - setUp,
      violations: () => simulator.violations.map(({ method, violation }) => `${violation} ${method}`),
      heal: async () => {
        simulator.cloud.setFault(null);
        await simulator.faults.clear();
      },
      spoil: () => simulator.faults.set("error"),
      change: () => simulator.setRobot(VACUUM.duid, { battery: simulator.robot(VACUUM.duid).battery > 50 ? 40 : 60 }),
      actuate: () => Promise.resolve(),
      close: async () => {
        rmSync(folder, { recursive: true, force: true });
        if (fault !== "unreachable") await simulator.stop();
      },
    },
    (aheadMs) => simulator.cloud.setClockSkew(aheadMs / 1_000),
  );
}

/** The login alone: nobody has asked for the home yet. */
async function logInAt(simulator: VacuumSimulator, folder: string): Promise<void> {
  const account = newAccount(EMAIL);
  const api = openApi(account, { email: EMAIL, trustedHosts: TRUSTED });
  const { region } = await api.discover(simulator.cloud.bases);
  const userData = await api.loginWithPassword(region, simulator.cloud.account.password);
  const { homeId } = simulator.cloud.account;
  openAccountStore(folder).writeAccount({ ...account, region, userData, homeId });
}

async function openBehindTls(): Promise<ContractWorld> {
  const decoy = await startTlsDecoy();
  const folder = mkdtempSync(join(tmpdir(), "roborock-contract-"));
  const base = `https://127.0.0.1:${decoy.port}`;
  openAccountStore(folder).writeAccount({
    ...newAccount(EMAIL),
    region: { base, country: "DE", countryCode: "49" },
    userData: { token: "token", rriot: { ...RRIOT, h: "h", r: { a: base, m: `ssl://127.0.0.1:${decoy.port}` } } },
    homeId: 1,
  });
  return worldOf({ email: EMAIL, bases: [base], trustedHosts: TRUSTED, protocolVersion: 4 }, folder, {
    requests: decoy.trusted,
    violations: () => [],
    heal: () => Promise.resolve(),
    spoil: () => Promise.resolve(),
    change: null,
    actuate: () => Promise.resolve(),
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await decoy.close();
    },
  });
}

/** The account is asked for its home again after hours: the contract's minutes are stretched to that. */
const STRETCH = 200;

function worldOf(
  input: AccountOptionsInput,
  folder: string,
  device: Omit<ContractWorld, "connector" | "passTime">,
  onClock: (aheadMs: number) => void = () => undefined,
): ContractWorld {
  let skippedMs = 0;
  let homeMs = 0;
  const world: ContractWorld = {
    ...device,
    connector: connectorOf(input, folder, () => skippedMs + homeMs),
    passTime: (ms) => {
      skippedMs += ms;
      if (ms >= 60_000) homeMs += (STRETCH - 1) * ms;
      onClock(skippedMs + homeMs);
    },
  };
  inputs.set(world, { input, folder });
  return world;
}

function connectorOf(input: AccountOptionsInput, folder: string, skippedMs: () => number = () => 0): Connector {
  const runtime = {
    nowMs: () => Date.now() + skippedMs(),
    chance: () => 0.5,
    // Reconnects in a hundredth of the real time; everything short stays as it is.
    after: (delayMs: number, run: () => void) => {
      const timer = setTimeout(run, Math.min(delayMs >= 5_000 ? delayMs / 100 : delayMs, 2_147_483_647));
      return () => clearTimeout(timer);
    },
  };
  const cadence = { statusIdleMs: 0, statusActiveMs: 0, maxSlowReads: 1 };
  return createAccountConnector(input, {
    ...{ folder, runtime, cadence, timeoutMs: TIMEOUT_MS, restTimeoutMs: TIMEOUT_MS, minGapMs: 0, busyRetryMs: 5 },
  });
}
