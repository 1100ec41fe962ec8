import { randomBytes } from "node:crypto";
import * as z from "zod";
import { deriveHeaderClientId, encryptLoginPassword } from "../credentials.js";
import { signHawk } from "../hawk.js";
import { AccountError } from "./account-error.js";
import type { AccountRefusal } from "./account-error.js";
import { parseOrigin } from "./allowed-calls.js";
import { requireAccountData, requireDeviceResult } from "./answers.js";
import { parseHome, parseHomeRooms } from "./home-data.js";
import type { Home } from "./home-data.js";
import type { SendCall } from "./send-call.js";
import { requireUserData } from "./user-data.js";
import type { UserData } from "./user-data.js";

/** The region that knows an account. */
export const Region = z.strictObject({
  base: z.string(),
  country: z.string().nullable(),
  countryCode: z.string().nullable(),
});
export type Region = z.infer<typeof Region>;

/** Who asks: the spelling of the address and the name of this client stay the same for ever. */
export interface AccountIdentity {
  readonly email: string;
  readonly deviceIdentifier: string;
}

export interface AccountApi {
  /** Answers: which region knows the account, and which of the given bases said so? Tries them in order. Throws `NO_ACCOUNT`. */
  discover(bases: readonly string[]): Promise<{ readonly region: Region; readonly foundAt: string }>;
  /** Lets the vendor send a code by mail. */
  sendCode(region: Region): Promise<void>;
  loginWithCode(region: Region, code: string): Promise<UserData>;
  loginWithPassword(region: Region, password: string): Promise<UserData>;
  readHomeId(base: string, token: string): Promise<number>;
  readHome(userData: UserData, homeId: number): Promise<Home>;
}

export interface AccountApiDeps {
  readonly send: SendCall;
  readonly identity: AccountIdentity;
  readonly trustedHosts: readonly string[];
  readonly nowMs: () => number;
}

const UrlReply = z.object({
  url: z.string().max(256),
  country: z.string().max(16).nullish(),
  countrycode: z.union([z.string().max(16), z.number()]).nullish(),
});
/** It goes into a header, so nothing invisible is taken. */
const KeyReply = z.object({ k: z.string().regex(/^[\x21-\x7e]{5,256}$/u) });
const HomeDetail = z.object({ rrHomeId: z.union([z.int().min(0), z.string().regex(/^\d{1,15}$/u)]).transform(Number) });
/** One region that fails does not keep the others from being asked. */
const REGION_FAULTS: ReadonlySet<AccountRefusal> = new Set(["UNREACHABLE", "TIMEOUT", "UNREADABLE", "VENDOR_ERROR"]);
/** Of the user agreement, as both known clients send it. */
const AGREEMENT = { majorVersion: "14", minorVersion: "0" } as const;
const PHONE = {
  header_clientlang: "en",
  header_appversion: "4.54.02",
  header_phonesystem: "iOS",
  header_phonemodel: "iPhone16,1",
} as const;
const KEY_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const KEY_LENGTH = 16;

/** The account API and the device API of the vendor (reference 2 and 3): every call of theirs that reads or logs in. */
export function createAccountApi({ send, identity, trustedHosts, nowMs }: AccountApiDeps): AccountApi {
  const { email } = identity;
  const clientId = { header_clientid: deriveHeaderClientId(email, identity.deviceIdentifier) };

  async function post(base: string, path: string, how: Omit<Parameters<SendCall>[0], "verb" | "base" | "path">) {
    const headers = { ...clientId, ...how.headers };
    return requireAccountData(await send({ ...how, verb: "POST", base, path, headers }));
  }

  async function discoverAt(base: string): Promise<Region | null> {
    const query = { email, needtwostepauth: "false" };
    const data = requireAccountData(await send({ verb: "POST", base, path: "/api/v1/getUrlByEmail", query }));
    const reply = UrlReply.safeParse(data);
    if (!reply.success) throw new AccountError("UNREADABLE", "no region was named");
    const country = reply.data.country ?? null;
    const countryCode = reply.data.countrycode ?? null;
    // A region that does not know the account names itself and no country: believing it ends in "wrong password".
    if (country === null && countryCode === null) return null;
    if (parseOrigin(reply.data.url, trustedHosts) === null) throw new AccountError("UNTRUSTED_ADDRESS");
    const origin = new URL(reply.data.url).origin;
    return { base: origin, country, countryCode: countryCode === null ? null : String(countryCode) };
  }

  async function keyHeaders(base: string): Promise<{ k: string; headers: Record<string, string> }> {
    const s = randomKey();
    const reply = KeyReply.safeParse(await post(base, "/api/v3/key/sign", { query: { s } }));
    if (!reply.success) throw new AccountError("UNREADABLE", "no key was named");
    return { k: reply.data.k, headers: { ...PHONE, "x-mercy-ks": s, "x-mercy-k": reply.data.k } };
  }

  async function readSigned(userData: UserData, path: string): Promise<unknown> {
    const { rriot } = userData;
    const ts = Math.floor(nowMs() / 1_000);
    const { header } = signHawk(rriot, { path, ts, nonce: randomBytes(6).toString("base64url") });
    const answer = await send({ verb: "GET", base: rriot.r.a, path, headers: { authorization: header } });
    return requireDeviceResult(answer, nowMs());
  }

  return {
    async discover(bases) {
      let unheard: AccountError | null = null;
      for (const base of bases) {
        try {
          const region = await discoverAt(base);
          if (region !== null) return { region, foundAt: base };
        } catch (error) {
          if (!(error instanceof AccountError) || !REGION_FAULTS.has(error.refusal)) throw error;
          unheard ??= error;
        }
      }
      // A region that could not be asked may be the one that knows the account.
      throw unheard ?? new AccountError("NO_ACCOUNT");
    },
    async sendCode({ base, country }) {
      if (country === null) await post(base, "/api/v1/sendEmailCode", { query: { username: email, type: "auth" } });
      else
        await post(base, "/api/v4/email/code/send", {
          form: { email, type: "login", platform: "" },
          headers: { header_clientlang: PHONE.header_clientlang },
        });
    },
    async loginWithCode({ base, country, countryCode }, code) {
      if (country === null) {
        const query = { username: email, verifycode: code, verifycodetype: "AUTH_EMAIL_CODE" };
        return requireUserData(await post(base, "/api/v1/loginWithCode", { query }), trustedHosts);
      }
      const { headers } = await keyHeaders(base);
      const form = { country, countryCode: countryCode ?? "", email, code, ...AGREEMENT };
      return requireUserData(await post(base, "/api/v4/auth/email/login/code", { form, headers }), trustedHosts);
    },
    async loginWithPassword({ base, country }, password) {
      if (country === null) {
        const query = { username: email, password, needtwostepauth: "false" };
        return requireUserData(await post(base, "/api/v1/login", { query }), trustedHosts);
      }
      const { k, headers } = await keyHeaders(base);
      if (k.length !== KEY_LENGTH) throw new AccountError("UNREADABLE", "the key has another length");
      const form = { email, password: encryptLoginPassword(password, k), ...AGREEMENT };
      return requireUserData(await post(base, "/api/v4/auth/email/login/pwd", { form, headers }), trustedHosts);
    },
    async readHomeId(base, token) {
      const headers = { ...clientId, authorization: token };
      const data = requireAccountData(await send({ verb: "GET", base, path: "/api/v1/getHomeDetail", headers }));
      const detail = HomeDetail.safeParse(data);
      if (!detail.success) throw new AccountError("UNREADABLE", "no home was named");
      return detail.data.rrHomeId;
    },
    async readHome(userData, homeId) {
      const home = parseHome(await readSigned(userData, `/v3/user/homes/${homeId}`));
      if (home === null) throw new AccountError("UNREADABLE", "no home came");
      if (home.rooms.length > 0) return home;
      return { ...home, rooms: parseHomeRooms(await readSigned(userData, `/user/homes/${homeId}/rooms`)) };
    },
  };
}

function randomKey(): string {
  return Array.from(randomBytes(KEY_LENGTH), (byte) => KEY_CHARS.charAt(byte % KEY_CHARS.length)).join("");
}
