import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { CLOUD_FAULT_KINDS, startVacuumSimulator } from "../../../../scripts/dev/vacuum-simulator/index.js";
import type { CloudFaultKind, VacuumSimulator } from "../../../../scripts/dev/vacuum-simulator/index.js";
import { ConnectorError } from "../../connector.js";
import { createAccountApi } from "./account-api.js";
import { AccountError } from "./account-error.js";
import type { AccountRefusal } from "./account-error.js";
import { openApi } from "./account-session.js";
import { openAccountStore } from "./account-store.js";
import type { AccountStore } from "./account-store.js";
import { isAllowedCall, parseOrigin, VENDOR_HOSTS } from "./allowed-calls.js";
import { describeAccount } from "./describe-account.js";
import { logIn } from "./login.js";
import type { LoginDeps } from "./login.js";
import { createSender } from "./send-call.js";

const EMAIL = "studio@example.org";
const TRUSTED = ["127.0.0.1"];

describe("local-agent/roborock/account/allowed-calls", () => {
  it("allows the login calls and three reads, and no path that acts or pairs", () => {
    assert.ok(isAllowedCall("GET", "/v3/user/homes/123456"));
    assert.ok(isAllowedCall("POST", "/api/v4/auth/email/login/code"));
    for (const call of [
      "GET /user/devices/newadd",
      "POST /user/scene/1/execute",
      "POST /user/devices/abc/jobs",
      "POST /nc/prepare",
      "POST /v3/user/homes/123456",
      "PUT /v3/user/homes/123456",
      "DELETE /api/v1/getHomeDetail",
      "GET /v3/user/homes/123456/../../devices/newadd",
      "GET /v3/user/homes/123456?x=1",
      "GET /v3/user/homes/abc",
      "get /v3/user/homes/1",
      "GET /V3/user/homes/1",
      "GET /v3/user/homes/1\n",
    ]) {
      const space = call.indexOf(" ");
      assert.equal(isAllowedCall(call.slice(0, space), call.slice(space + 1)), false, call);
    }
  });

  it("takes https origins below the vendor's domain, and plain http for this machine where it is trusted", () => {
    assert.ok(parseOrigin("https://euiot.roborock.com", VENDOR_HOSTS));
    assert.ok(parseOrigin("http://127.0.0.1:8080", TRUSTED));
    for (const origin of [
      "http://euiot.roborock.com",
      "https://roborock.com.evil.example",
      "https://evilroborock.com",
      "https://euiot.roborock.com@evil.example",
      "https://user:pw@euiot.roborock.com",
      "https://euiot.roborock.com/path",
      "http://127.0.0.1:8080",
      "ftp://euiot.roborock.com",
      "nonsense",
    ])
      assert.equal(parseOrigin(origin, VENDOR_HOSTS), null, origin);
  });
});

describe("local-agent/roborock/account with a simulated cloud", () => {
  const folders: string[] = [];
  let simulator: VacuumSimulator;
  beforeEach(async () => {
    simulator = await startVacuumSimulator({ speed: 0, hasCloud: true });
  });
  afterEach(async () => {
    await simulator.stop();
    assert.deepEqual(simulator.violations, []);
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function aStore(): { store: AccountStore; folder: string } {
    const folder = mkdtempSync(join(tmpdir(), "roborock-account-"));
    folders.push(folder);
    return { store: openAccountStore(folder), folder };
  }

  interface Person {
    readonly said: string[];
    readonly deps: LoginDeps;
    nowMs: number;
  }

  /** Somebody who types what the mail says, or what they are told to. */
  function aPerson(store: AccountStore, answers: readonly string[] = []): Person {
    const left = [...answers];
    const answer = (question: string): Promise<string> => {
      person.said.push(question);
      return Promise.resolve(left.shift() ?? simulator.cloud.lastCode ?? "000000");
    };
    const person: Person = {
      said: [],
      nowMs: Date.now(),
      deps: {
        store,
        dialogue: { say: (line) => void person.said.push(line), ask: answer, askSecret: answer },
        bases: simulator.cloud.bases,
        nowMs: () => person.nowMs,
        sleep: (ms) => {
          person.nowMs += ms;
          return Promise.resolve();
        },
        longestWaitMs: 65_000,
        openApi: (identity) => openApi(identity, { email: EMAIL, trustedHosts: TRUSTED, restTimeoutMs: 300 }),
      },
    };
    return person;
  }

  const calls = (): string[] => simulator.requests.map(({ method }) => String(method));

  it("logs in by e-mail code in the region that knows the account, and stores login and home with mode 600", async () => {
    const { store, folder } = aStore();
    const person = aPerson(store);
    await logIn(person.deps, { email: EMAIL, method: "code" });
    assert.deepEqual(calls(), [
      "POST /api/v1/getUrlByEmail",
      "POST /api/v1/getUrlByEmail",
      "POST /api/v4/email/code/send",
      "POST /api/v3/key/sign",
      "POST /api/v4/auth/email/login/code",
      "GET /api/v1/getHomeDetail",
      "GET /v3/user/homes/123456",
    ]);
    const account = store.readAccount();
    assert.equal(account?.region?.base, simulator.cloud.bases[1]);
    assert.equal(account?.homeId, 123_456);
    assert.equal(store.readHome()?.home.devices[0]?.room, "Glaze room");
    assert.ok(person.said.some((line) => line === "Studio vacuum (roborock.vacuum.a27): is read, online now"));
    for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
    assert.ok(!person.said.join("\n").includes(account.userData?.token ?? "-"));
  });

  it("logs in by password, which it neither sends in the open nor keeps", async () => {
    const { store, folder } = aStore();
    const person = aPerson(store, [simulator.cloud.account.password]);
    await logIn(person.deps, { email: EMAIL, method: "password" });
    assert.ok(calls().includes("POST /api/v4/auth/email/login/pwd"));
    assert.ok(store.readAccount()?.userData);
    for (const file of readdirSync(folder))
      assert.ok(!readFileSync(join(folder, file), "utf8").includes(simulator.cloud.account.password));
  });

  it("uses the old forms of code and password where no country is known", async () => {
    const { store } = aStore();
    const person = aPerson(store);
    const region = { base: simulator.cloud.bases[1] ?? "", country: null, countryCode: null };
    const api = person.deps.openApi({ email: EMAIL, deviceIdentifier: "AAAAAAAAAAAAAAAAAAAAAA" });
    await api.sendCode(region);
    await api.loginWithCode(region, simulator.cloud.lastCode ?? "");
    await api.loginWithPassword(region, simulator.cloud.account.password);
    assert.deepEqual(calls(), ["POST /api/v1/sendEmailCode", "POST /api/v1/loginWithCode", "POST /api/v1/login"]);
  });

  it("keeps the name of this client over logins, so that the account does not see a new phone each time", async () => {
    const { store } = aStore();
    await logIn(aPerson(store).deps, { email: EMAIL, method: "code" });
    const first = store.readAccount()?.deviceIdentifier;
    const second = aPerson(store);
    second.nowMs += 3_600_000;
    await logIn(second.deps, { email: EMAIL, method: "code" });
    assert.equal(store.readAccount()?.deviceIdentifier, first);
    assert.equal(calls().filter((call) => call.endsWith("getUrlByEmail")).length, 2, "the region was remembered");
  });

  it("asks again after a wrong code, three times at most", async () => {
    const { store } = aStore();
    const patient = aPerson(store, ["111111", "letters"]);
    await logIn(patient.deps, { email: EMAIL, method: "code" });
    assert.ok(patient.said.includes("The code is wrong. Try again."));
    const { store: other } = aStore();
    const wrong = aPerson(other, ["111111", "222222", "333333", "444444"]);
    await assert.rejects(logIn(wrong.deps, { email: EMAIL, method: "code" }), refuses("WRONG_CODE"));
    assert.equal(wrong.said.filter((line) => line.startsWith("Code from")).length, 3);
    assert.equal(other.readAccount()?.userData, null);
  });

  it("says that no region knows an address, and that a password is wrong", async () => {
    const stranger = aPerson(aStore().store);
    await assert.rejects(logIn(stranger.deps, { email: "nobody@example.org", method: "code" }), refuses("NO_ACCOUNT"));
    const forgetful = aPerson(aStore().store, ["wrong password"]);
    await assert.rejects(logIn(forgetful.deps, { email: EMAIL, method: "password" }), refuses("WRONG_PASSWORD"));
  });

  it("leaves a region from which the account is being deleted, and ends when there is no other", async () => {
    simulator.cloud.setFault({ kind: "leaving", path: "/api/v4/email" });
    await assert.rejects(logIn(aPerson(aStore().store).deps, { email: EMAIL, method: "code" }), refuses("NO_ACCOUNT"));
  });

  it("asks nothing for a day after 'too many requests', whoever tries and after any restart", async () => {
    const { store, folder } = aStore();
    const person = aPerson(store);
    simulator.cloud.setFault({ kind: "too_many", path: "/api/v4/email", times: 1 });
    await assert.rejects(logIn(person.deps, { email: EMAIL, method: "code" }), refuses("TOO_MANY_REQUESTS"));
    const before = calls().length;
    const again = aPerson(openAccountStore(folder));
    again.nowMs = person.nowMs + 23 * 3_600_000;
    await assert.rejects(logIn(again.deps, { email: EMAIL, method: "code" }), refuses("BLOCKED"));
    assert.equal(calls().length, before);
    again.nowMs = person.nowMs + 25 * 3_600_000;
    await logIn(again.deps, { email: EMAIL, method: "code" });
  });

  it("spends at most 20 logins a day, counted before each call and over restarts", async () => {
    const { store, folder } = aStore();
    simulator.cloud.setFault({ kind: "server_error" });
    const person = aPerson(store);
    let spent: unknown;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const restarted = aPerson(openAccountStore(folder));
      restarted.nowMs = person.nowMs + attempt * 20 * 60_000;
      await logIn(restarted.deps, { email: EMAIL, method: "code" }).catch((error: unknown) => (spent = error));
    }
    assert.ok(refuses("BUDGET_SPENT")(spent));
    assert.equal(calls().length, 40, "two regions for each of twenty");
  });

  it("asks the next region when one fails, and says so when none answered", async () => {
    simulator.cloud.setFault({ kind: "html", path: "/api/v1/getUrlByEmail", times: 1 });
    await logIn(aPerson(aStore().store).deps, { email: EMAIL, method: "code" });
    simulator.cloud.setFault({ kind: "html", path: "/api/v1/getUrlByEmail" });
    await assert.rejects(logIn(aPerson(aStore().store).deps, { email: EMAIL, method: "code" }), refuses("UNREADABLE"));
  });

  const told: Readonly<Record<CloudFaultKind, AccountRefusal | null>> = {
    slow: null,
    hang: "TIMEOUT",
    unauthorized: "LOGIN_REQUIRED",
    expired: "LOGIN_REQUIRED",
    rate_limited: "TOO_MANY_REQUESTS",
    too_many: "TOO_MANY_REQUESTS",
    server_error: "VENDOR_ERROR",
    html: "UNREADABLE",
    not_json: "UNREADABLE",
    truncated: "UNREADABLE",
    oversized: "UNREADABLE",
    redirect: "UNREADABLE",
    agreement: "AGREEMENT",
    leaving: "REGION_LEAVING",
  };
  for (const kind of CLOUD_FAULT_KINDS) {
    it(`answers ${told[kind] ?? "as ever"} to home data that is ${kind}, and repeats nothing secret`, async () => {
      const { store } = aStore();
      const person = aPerson(store);
      await logIn(person.deps, { email: EMAIL, method: "code" });
      const account = store.readAccount();
      assert.ok(account?.userData && account.homeId !== null);
      const api = person.deps.openApi(account);
      simulator.cloud.setFault({ kind, delayMs: 50 });
      const before = calls().length;
      const outcome = await api.readHome(account.userData, account.homeId).then(
        () => null,
        (error: unknown) => error,
      );
      assert.equal(calls().length, before + 1, "one call, no redirect followed, no retry");
      if (told[kind] === null) assert.equal(outcome, null);
      else assert.ok(refuses(told[kind])(outcome), inspect(outcome));
      const { token, rriot } = account.userData;
      const text = inspect(outcome, { depth: 10 }) + JSON.stringify(outcome);
      for (const secret of [token, rriot.u, rriot.s, rriot.h, rriot.k, EMAIL, "127.0.0.1"])
        assert.ok(!text.includes(secret), "a secret shows");
    });
  }

  it("says by how much the clock is off when a signature is refused because of it", async () => {
    const { store } = aStore();
    const person = aPerson(store);
    await logIn(person.deps, { email: EMAIL, method: "code" });
    const account = store.readAccount();
    assert.ok(account?.userData);
    simulator.cloud.setClockSkew(900);
    await assert.rejects(
      person.deps.openApi(account).readHome(account.userData, 123_456),
      (error) => refuses("CLOCK_WRONG")(error) && /off by -(899|900|901) s/.test(String(error)),
    );
  });

  it("believes no address that is not the vendor's: neither region, nor device API, nor broker", async () => {
    const send = createSender({ trustedHosts: TRUSTED });
    const said = (data: unknown) => () =>
      Promise.resolve({ status: 200, json: { code: 200, data }, serverTimeMs: null, retryAfterSec: null });
    const apiThatHears = (data: unknown) =>
      createAccountApi({
        send: said(data),
        identity: { email: EMAIL, deviceIdentifier: "x" },
        trustedHosts: VENDOR_HOSTS,
        nowMs: () => 0,
      });
    const region = { base: "https://euiot.roborock.com", country: null, countryCode: null };
    const elsewhere = apiThatHears({ url: "https://evil.example", country: "DE", countrycode: "49" });
    await assert.rejects(elsewhere.discover([region.base]), refuses("UNTRUSTED_ADDRESS"));
    const login = (a: string, m: string) => ({ token: "t", rriot: { u: "u", s: "s", h: "h", k: "k", r: { a, m } } });
    const good = ["https://api-eu.roborock.com", "ssl://mqtt-eu.roborock.com:8883"] as const;
    assert.ok(await apiThatHears(login(...good)).loginWithCode(region, "1"));
    for (const [a, m] of [
      ["https://evil.example", good[1]],
      [good[0], "ssl://evil.example:8883"],
      [good[0], "tcp://mqtt-eu.roborock.com:1883"],
      ["http://api-eu.roborock.com", good[1]],
    ] as const)
      await assert.rejects(apiThatHears(login(a, m)).loginWithCode(region, "1"), refuses("UNTRUSTED_ADDRESS"));
    await assert.rejects(
      send({ verb: "GET", base: "https://evil.example", path: "/api/v1/getHomeDetail" }),
      refuses("UNTRUSTED_ADDRESS"),
    );
    await assert.rejects(
      send({ verb: "GET", base: simulator.cloud.bases[0] ?? "", path: "/user/devices/newadd" }),
      (error) => error instanceof ConnectorError && error.code === "READ_ONLY",
    );
  });

  it("does not take a stored account that others may read, and asks nothing for an hour when limits cannot be read", async () => {
    const { store, folder } = aStore();
    await logIn(aPerson(store).deps, { email: EMAIL, method: "code" });
    const file = join(folder, "account.json");
    chmodSync(file, 0o644);
    assert.throws(() => store.readAccount(), /others may read it \(mode 644\)/);
    chmodSync(file, 0o600);
    assert.ok(store.readAccount());
    writeFileSync(join(folder, "limits.json"), "{ not json");
    const person = aPerson(store);
    await assert.rejects(logIn(person.deps, { email: EMAIL, method: "code" }), refuses("BLOCKED"));
  });

  it("changes the limits as one step, also when many want to at once", async () => {
    const { folder } = aStore();
    const stores = Array.from({ length: 4 }, () => openAccountStore(folder));
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        stores[index % 4]!.updateLimits(0, (limits) => ({ ...limits, login: [...limits.login, index] })),
      ),
    );
    assert.equal(stores[0]?.readLimits(0).login.length, 20);
    assert.deepEqual(readdirSync(folder), ["limits.json"]);
  });

  it("describes the account from its files without a secret", async () => {
    const { store } = aStore();
    assert.equal(describeAccount(store, EMAIL, Date.now())[0], "login: none; run studio-agent roborock login");
    await logIn(aPerson(store).deps, { email: EMAIL, method: "code" });
    const text = describeAccount(store, EMAIL, Date.now()).join("\n");
    assert.ok(text.includes("login: stored") && text.includes("Studio vacuum (roborock.vacuum.a27), protocol 1.0"));
    const { token, rriot } = store.readAccount()!.userData!;
    const [{ localKey, duid } = { localKey: "-", duid: "-" }] = simulator.devices;
    for (const secret of [token, rriot.u, rriot.k, localKey, duid, EMAIL]) assert.ok(!text.includes(secret));
    store.forget();
    assert.equal(store.readAccount(), null);
    assert.ok(store.readLimits(Date.now()).login.length > 0, "what was asked is remembered");
  });
});

function refuses(refusal: AccountRefusal | null): (error: unknown) => boolean {
  return (error) => error instanceof AccountError && error.refusal === refusal;
}
