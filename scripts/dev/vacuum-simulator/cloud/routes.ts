import type { IncomingHttpHeaders } from "node:http";
import { done, openPassword, refused } from "./account.js";
import type { AccountReply, AccountState } from "./account.js";

export interface Call {
  readonly verb: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

export interface RouteContext {
  readonly state: AccountState;
  /** The region that knows the account. */
  readonly isHome: boolean;
  /** The address of this region. */
  readonly base: string;
  readonly urls: { readonly a: string; readonly m: string };
  readonly homeData: () => unknown;
  readonly rooms: readonly { readonly id: number; readonly name: string }[];
  readonly nowSec: number;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** The header that names a client: base64 of an MD5. */
const CLIENT_ID = /^[A-Za-z0-9+/]{22}==$/u;

/**
 * Everything that a read-only client may call, and nothing else: kept apart from the client's own list. Null for any other
 * path, which counts as a violation.
 */
export function routeCall(call: Call, context: RouteContext): Answer | null {
  const route = ACCOUNT_ROUTES[`${call.verb} ${call.path}`];
  if (route !== undefined) return { status: 200, json: route(call, context) };
  const home = /^\/(v3\/user\/homes\/(\d+)|user\/homes\/(\d+)\/rooms)$/u.exec(call.path);
  if (call.verb !== "GET" || home === null) return null;
  return answerHome(call, context, Number(home[2] ?? home[3]), home[3] !== undefined);
}

const ACCOUNT_ROUTES: Readonly<Record<string, (call: Call, context: RouteContext) => AccountReply>> = {
  "POST /api/v1/getUrlByEmail": ({ query }, { state, isHome, base }) => {
    const email = query.get("email");
    if (email === null) return refused(1001, "parameter missing");
    if (!email.includes("@")) return refused(2003, "email format error");
    const { country, countryCode } = state.account;
    // A region that does not know the account answers all the same, with nothing in it.
    const isKnown = isHome && email === state.account.email;
    return done({ url: base, country: isKnown ? country : null, countrycode: isKnown ? countryCode : null });
  },
  "POST /api/v4/email/code/send": (call, { state }) =>
    named(call) ?? state.sendCode(new URLSearchParams(call.body).get("email") ?? ""),
  "POST /api/v1/sendEmailCode": (call, { state }) => named(call) ?? state.sendCode(call.query.get("username") ?? ""),
  "POST /api/v3/key/sign": (call, { state }) => named(call) ?? state.signKey(call.query.get("s") ?? ""),
  "POST /api/v4/auth/email/login/code": (call, { state, urls }) => {
    const form = new URLSearchParams(call.body);
    if (!state.isKeyPair(pairOf(call))) return refused(1002, "the key does not match");
    if (form.get("majorVersion") === null || form.get("country") === null)
      return refused(3006, "agreement is outdated");
    return named(call) ?? state.loginWithCode(form.get("email") ?? "", form.get("code") ?? "", urls);
  },
  "POST /api/v1/loginWithCode": (call, { state, urls }) =>
    named(call) ?? state.loginWithCode(call.query.get("username") ?? "", call.query.get("verifycode") ?? "", urls),
  "POST /api/v4/auth/email/login/pwd": (call, { state, urls }) => {
    const form = new URLSearchParams(call.body);
    const pair = pairOf(call);
    if (pair === null || !state.isKeyPair(pair)) return refused(1002, "the key does not match");
    const password = openPassword(form.get("password") ?? "", pair.k);
    return named(call) ?? state.loginWithPassword(form.get("email") ?? "", password ?? "", urls);
  },
  "POST /api/v1/login": (call, { state, urls }) =>
    named(call) ?? state.loginWithPassword(call.query.get("username") ?? "", call.query.get("password") ?? "", urls),
  "GET /api/v1/getHomeDetail": (call, { state }) => {
    if (!state.isToken(call.headers.authorization)) return refused(2010, "token is invalid");
    const { homeId } = state.account;
    return (
      named(call) ?? done({ id: homeId + 1, name: "Studio", tuyaHomeId: 0, rrHomeId: homeId, deviceListOrder: null })
    );
  },
};

function answerHome(
  call: Call,
  { state, homeData, rooms, nowSec }: RouteContext,
  homeId: number,
  isRooms: boolean,
): Answer {
  const verdict = state.checkHawk(call.headers.authorization, call.path, nowSec);
  if (verdict !== "fine") {
    return { status: 401, json: { code: "auth.err", msg: "auth.err.invalid.token", timestamp: nowSec } };
  }
  if (homeId !== state.account.homeId)
    return { status: 200, json: { api: null, code: 404, result: null, status: "failed", success: false } };
  const result = isRooms ? rooms : homeData();
  return { status: 200, json: { api: null, code: 200, result, status: "ok", success: true } };
}

function named({ headers }: Call): AccountReply | null {
  return CLIENT_ID.test(String(headers["header_clientid"] ?? "")) ? null : refused(1001, "header_clientid is missing");
}

function pairOf({ headers }: Call): { s: string; k: string } | null {
  const [s, k] = [headers["x-mercy-ks"], headers["x-mercy-k"]];
  return typeof s === "string" && typeof k === "string" ? { s, k } : null;
}
