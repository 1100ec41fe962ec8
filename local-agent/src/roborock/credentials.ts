import { createCipheriv, createHash } from "node:crypto";

/** The part of a login session that the MQTT side needs. All three are secrets. */
export interface SessionSecrets {
  readonly u: string;
  readonly s: string;
  readonly k: string;
}

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

const TLS_SCHEMES: ReadonlySet<string> = new Set(["ssl", "mqtts", "tls"]);
const PLAIN_SCHEMES: ReadonlySet<string> = new Set(["tcp", "mqtt"]);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/u;
/** Topic levels must not hold a separator or a wildcard, or a hostile name would reach into foreign topics. */
const TOPIC_LEVEL = /^[^\s\p{Cc}/+#]{1,128}$/u;

/** Answers: with which user name and password does a session sign in to the broker? Both are secrets. */
export function deriveMqttCredentials({ u, s, k }: SessionSecrets): {
  readonly username: string;
  readonly password: string;
} {
  return { username: md5Hex(`${u}:${k}`).slice(2, 10), password: md5Hex(`${s}:${k}`).slice(16) };
}

/** Answers: on which two topics does this session talk with one vacuum? Topics hold secrets: never log them. */
export function deriveTopics(
  session: SessionSecrets,
  duid: string,
): { readonly publish: string; readonly subscribe: string } {
  const { username } = deriveMqttCredentials(session);
  const tail = [session.u, username, duid];
  if (!tail.every((level) => TOPIC_LEVEL.test(level)))
    throw new RangeError("A topic level is empty, too long or holds a wildcard");
  return { publish: ["rr/m/i", ...tail].join("/"), subscribe: ["rr/m/o", ...tail].join("/") };
}

/** The endpoint of a request's security block: 8 characters of base64. */
export function deriveEndpoint(k: string): string {
  return createHash("md5").update(k, "utf8").digest().subarray(8, 14).toString("base64");
}

/**
 * Answers: where is the broker, and is the way there encrypted? Scheme, host and port must all be given. Plain text is
 * accepted for loopback hosts alone. Returns null for anything else; the caller names the problem without the address.
 */
export function parseBrokerUrl(url: string): BrokerAddress | null {
  const match = /^([a-z]+):\/\/([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,45}\]):(\d{1,5})\/?$/u.exec(url);
  const [, scheme = "", host = "", portText = ""] = match ?? [];
  const port = Number(portText);
  if (match === null || port < 1 || port > 65_535) return null;
  if (TLS_SCHEMES.has(scheme)) return { host, port, tls: true };
  return PLAIN_SCHEMES.has(scheme) && LOOPBACK.test(host) ? { host, port, tls: false } : null;
}

/** The `header_clientid` of the account API: names this client to the account. */
export function deriveHeaderClientId(email: string, deviceIdentifier: string): string {
  return createHash("md5").update(email, "utf8").update(deviceIdentifier, "utf8").digest("base64");
}

/** The password as the account API's fourth login form takes it. `k` is the 16-character answer of the key call. */
export function encryptLoginPassword(password: string, k: string): string {
  const cipher = createCipheriv("aes-128-ecb", Buffer.from(deriveLoginKey(k), "utf8"), null);
  return Buffer.concat([cipher.update(password, "utf8"), cipher.final()]).toString("base64");
}

/** The AES key of the password: `k` turned by four characters. */
export function deriveLoginKey(k: string): string {
  return k.slice(4) + k.slice(0, 4);
}

function md5Hex(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}
