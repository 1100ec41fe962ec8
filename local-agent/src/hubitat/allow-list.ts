/**
 * Everything that this client can ask of a hub. Maker API performs device commands and writes on plain GET, so that a
 * method proves nothing: read-only is this list of paths, and a path joins it only when a release uses it.
 */
export const HUB_READS = ["devices", "devices/all", "modes"] as const;
export type HubRead = (typeof HUB_READS)[number];

/** Which Maker API instance a request is for. */
export interface HubAddress {
  readonly origin: string;
  readonly appId: string;
  readonly token: string;
}

export type RequestRefusal =
  "METHOD_NOT_GET" | "URL_NOT_PLAIN" | "ORIGIN_NOT_CONFIGURED" | "PATH_NOT_ALLOWED" | "QUERY_NOT_ALLOWED";

/** Written out once more beside the templates, so that a slip in building a URL meets a second, separate opinion. */
const ALLOWED_PATH = /^\/apps\/api\/\d{1,9}\/(devices(\/all)?|modes)$/;
const NOT_PLAIN = /[%;\\]|\.\.|[^\x21-\x7e]/;

/** Answers: what is the URL of this read? Only a member of `HUB_READS` has one. The URL carries the token: never log it. */
export function hubReadUrl(hub: HubAddress, read: HubRead): string | null {
  if (!HUB_READS.includes(read)) return null;
  return `${hub.origin}/apps/api/${hub.appId}/${read}?access_token=${hub.token}`;
}

/**
 * Answers: why must this request not leave? null: it may. The last check before a socket is opened, on the text that
 * goes out: nothing in it may mean something else once it is decoded, resolved or normalised.
 */
export function refuseRequest(hub: HubAddress, method: string, url: string): RequestRefusal | null {
  if (method !== "GET") return "METHOD_NOT_GET";
  if (NOT_PLAIN.test(url) || !URL.canParse(url)) return "URL_NOT_PLAIN";
  const parsed = new URL(url);
  if (parsed.href !== url || parsed.username !== "" || parsed.password !== "" || url.includes("#")) {
    return "URL_NOT_PLAIN";
  }
  if (parsed.origin !== hub.origin) return "ORIGIN_NOT_CONFIGURED";
  if (!ALLOWED_PATH.test(parsed.pathname) || !isOwnInstance(parsed.pathname, hub.appId)) return "PATH_NOT_ALLOWED";
  if (parsed.search !== `?access_token=${hub.token}` || !/^[A-Za-z0-9-]+$/.test(hub.token)) return "QUERY_NOT_ALLOWED";
  return null;
}

function isOwnInstance(path: string, appId: string): boolean {
  return HUB_READS.some((read) => path === `/apps/api/${appId}/${read}`);
}
