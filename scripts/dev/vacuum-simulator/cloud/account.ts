import { createDecipheriv, createHmac, createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/** What one person has with the vendor. */
export interface SimulatedAccount {
  readonly email: string;
  readonly password: string;
  /** As the region that knows the account tells it. */
  readonly country: string;
  readonly countryCode: string;
  readonly homeId: number;
}

export interface AccountReply {
  readonly code: number;
  readonly msg: string;
  readonly data?: unknown;
}

export interface Rriot {
  readonly u: string;
  readonly s: string;
  readonly k: string;
  readonly h: string;
}

const MAX_SENT_CODES = 5;
const HAWK_SKEW_SEC = 300;

/** The account's memory: what it sent, what it handed out, and whether that still counts. */
export class AccountState {
  /** The newest code that was "sent by mail". */
  lastCode: string | null = null;
  logins = 0;
  private sentCodes = 0;
  private token: string | null = null;
  private readonly keyPairs = new Map<string, string>();
  private readonly nonces = new Set<string>();
  readonly account: SimulatedAccount;
  readonly rriot: Rriot;

  constructor(account: SimulatedAccount, rriot: Rriot) {
    this.account = account;
    this.rriot = rriot;
  }

  sendCode(email: string): AccountReply {
    if (!email.includes("@")) return refused(2003, "email format error");
    if (email !== this.account.email) return refused(2008, "account does not exist");
    this.sentCodes += 1;
    if (this.sentCodes > MAX_SENT_CODES) return refused(9002, "too many requests");
    this.lastCode = String(randomInt(100_000, 1_000_000));
    return done(null);
  }

  signKey(s: string): AccountReply {
    if (s.length !== 16) return refused(1002, "s is wrong");
    const k = randomBytes(8).toString("hex");
    this.keyPairs.set(s, k);
    return done({ k });
  }

  loginWithCode(email: string, code: string, urls: { a: string; m: string }): AccountReply {
    if (email !== this.account.email) return refused(3039, "account does not exist");
    if (this.lastCode === null || code !== this.lastCode) return refused(2018, "code error");
    this.lastCode = null;
    return this.open(urls);
  }

  /** `pair`: the two headers of a fourth-form login; null where the form has none. */
  isKeyPair(pair: { s: string; k: string } | null): boolean {
    return pair !== null && this.keyPairs.get(pair.s) === pair.k && pair.k !== "";
  }

  loginWithPassword(email: string, password: string, urls: { a: string; m: string }): AccountReply {
    if (email !== this.account.email || password !== this.account.password)
      return refused(2012, "user name or password is wrong");
    return this.open(urls);
  }

  isToken(token: string | undefined): boolean {
    return this.token !== null && token === this.token;
  }

  /** Everything that was handed out stops counting. */
  expire(): void {
    this.token = null;
  }

  /** Answers: is this header a signature of this account, fresh and never seen? Otherwise what is wrong with it. */
  checkHawk(header: string | undefined, path: string, nowSec: number): "fine" | "clock" | "refused" {
    const part = (name: string): string => new RegExp(`${name}="([^"]*)"`, "u").exec(header ?? "")?.[1] ?? "";
    const [id, s, ts, nonce, mac] = ["id", "s", "ts", "nonce", "mac"].map(part) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const { u, s: session, h } = this.rriot;
    const hashed = createHash("md5").update(path).digest("hex");
    const wanted = createHmac("sha256", h).update(`${u}:${session}:${nonce}:${ts}:${hashed}::`).digest();
    const given = Buffer.from(mac, "base64");
    const isSigned = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (this.token === null || id !== u || s !== session || !isSigned || this.nonces.has(nonce)) return "refused";
    if (Math.abs(nowSec - Number(ts)) > HAWK_SKEW_SEC) return "clock";
    this.nonces.add(nonce);
    return "fine";
  }

  private open({ a, m }: { a: string; m: string }): AccountReply {
    this.logins += 1;
    this.token = randomBytes(16).toString("hex");
    const { country, countryCode } = this.account;
    return done({
      uid: 1_234_567,
      tokentype: "",
      token: this.token,
      rruid: `rr${randomBytes(6).toString("hex")}`,
      region: "eu",
      countrycode: countryCode,
      country,
      nickname: "Studio",
      rriot: { ...this.rriot, r: { r: country, a, m, l: a } },
    });
  }
}

/** The password of the fourth login form, opened; null when it is not closed under this key. */
export function openPassword(encrypted: string, k: string): string | null {
  try {
    const key = Buffer.from(`${k.substring(4)}${k.substring(0, 4)}`);
    const decipher = createDecipheriv("aes-128-ecb", key, null);
    return Buffer.concat([decipher.update(Buffer.from(encrypted, "base64")), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

export function done(data: unknown): AccountReply {
  return { code: 200, msg: "success", data };
}

export function refused(code: number, msg: string): AccountReply {
  return { code, msg };
}
