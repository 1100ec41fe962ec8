/** Origins of the vendor's account API, in the order in which they are asked for an account (reference 2.2). */
export const ACCOUNT_BASES = [
  "https://usiot.roborock.com",
  "https://euiot.roborock.com",
  "https://cniot.roborock.com",
  "https://ruiot.roborock.com",
] as const;

/** Host names that credentials may go to: a leading dot means any name below it. */
export const VENDOR_HOSTS = [".roborock.com"] as const;

/**
 * Every call that this client can make over HTTP. Some paths of this API act by a plain GET (one pairs a device), so the verb
 * proves nothing: exact paths, and two with a number in them.
 */
const ALLOWED_CALLS: ReadonlySet<string> = new Set([
  "POST /api/v1/getUrlByEmail",
  "POST /api/v4/email/code/send",
  "POST /api/v1/sendEmailCode",
  "POST /api/v3/key/sign",
  "POST /api/v4/auth/email/login/code",
  "POST /api/v1/loginWithCode",
  "POST /api/v4/auth/email/login/pwd",
  "POST /api/v1/login",
  "GET /api/v1/getHomeDetail",
]);
const ALLOWED_HOME_READS = /^GET \/(?:v3\/user\/homes\/\d{1,15}|user\/homes\/\d{1,15}\/rooms)$/u;

/** Answers: may this be sent at all? */
export function isAllowedCall(verb: string, path: string): boolean {
  const call = `${verb} ${path}`;
  return ALLOWED_CALLS.has(call) || ALLOWED_HOME_READS.test(call);
}

/**
 * Answers: may credentials go to this host? The vendor's servers name each other's addresses, and a wrong answer must not send
 * a password elsewhere.
 */
export function isTrustedHost(host: string, trustedHosts: readonly string[]): boolean {
  const name = host.toLowerCase();
  return trustedHosts.some((trusted) => (trusted.startsWith(".") ? name.endsWith(trusted) : name === trusted));
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Answers: is this the origin of a server that may be spoken to? HTTPS, a trusted host, no path, query or credentials. Plain
 * HTTP is taken for this very machine alone. Null for anything else.
 */
export function parseOrigin(text: string, trustedHosts: readonly string[]): URL | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const isPlainLoopback = url.protocol === "http:" && LOOPBACK_HOSTS.has(url.hostname);
  const isBare =
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  const isSafe = (url.protocol === "https:" || isPlainLoopback) && isBare;
  return isSafe && isTrustedHost(url.hostname, trustedHosts) ? url : null;
}
