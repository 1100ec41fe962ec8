/**
 * Everything that this client can ask of a hub. Maker API performs device commands and writes on plain GET, so that a
 * method proves nothing: read-only is this list of paths. Left out on purpose, although they read: `hubvariables/{name}`
 * and `devices/{id}/attribute/{name}`, where a name that somebody typed would stand one segment away from a write.
 */
export const HUB_READS = [
  "devices",
  "devices/all",
  "devices/{id}",
  "devices/{id}/events",
  "devices/{id}/commands",
  "devices/{id}/capabilities",
  "modes",
  "hsm",
  "rooms",
] as const;
type HubTemplate = (typeof HUB_READS)[number];
type DeviceTemplate = Extract<HubTemplate, `${string}{id}${string}`>;

/** One read: a template of the list, and the device where the template has a place for one. */
export type HubRead =
  | { readonly template: Exclude<HubTemplate, DeviceTemplate>; readonly deviceId?: undefined }
  | { readonly template: DeviceTemplate; readonly deviceId: string };

/** Which Maker API instance a request is for. With `cloudHubId` it goes over the vendor's relay. */
export interface HubAddress {
  readonly origin: string;
  readonly appId: string;
  readonly token: string;
  readonly cloudHubId?: string | undefined;
}

export type RequestRefusal =
  "METHOD_NOT_GET" | "URL_NOT_PLAIN" | "ORIGIN_NOT_CONFIGURED" | "PATH_NOT_ALLOWED" | "QUERY_NOT_ALLOWED";

/** Decimal, as `devices` lists it. */
const DEVICE_ID = /^[1-9]\d{0,8}$/;
/** Written out once more beside the templates, so that a slip in building a URL meets a second, separate opinion. */
const ALLOWED_PATH =
  /^(\/apps\/api\/\d{1,9}|\/api\/[0-9a-f-]{36}\/apps\/\d{1,9})\/(devices(\/all|\/[1-9]\d{0,8}(\/(events|commands|capabilities))?)?|modes|hsm|rooms)$/;
const NOT_PLAIN = /[%;\\]|\.\.|[^\x21-\x7e]/;

/** Answers: what is the URL of this read? Only a member of `HUB_READS` has one. The URL carries the token: never log it. */
export function hubReadUrl(hub: HubAddress, { template, deviceId }: HubRead): string | null {
  if (!HUB_READS.includes(template)) return null;
  const isOfDevice = template.includes("{id}");
  if (isOfDevice !== (deviceId !== undefined) || (deviceId !== undefined && !DEVICE_ID.test(deviceId))) return null;
  const path = template.replace("{id}", deviceId ?? "");
  return `${hub.origin}${basePath(hub)}${path}?access_token=${hub.token}`;
}

/**
 * Answers: why must this request not leave? null: it may. The last check before a socket is opened, on the text that
 * goes out: nothing in it may mean something else once it is decoded, resolved or normalised.
 */
export function refuseRequest(hub: HubAddress, method: string, url: string): RequestRefusal | null {
  if (method !== "GET") return "METHOD_NOT_GET";
  const parsed = parsePlain(url);
  if (parsed === null) return "URL_NOT_PLAIN";
  if (parsed.origin !== hub.origin) return "ORIGIN_NOT_CONFIGURED";
  if (!ALLOWED_PATH.test(parsed.pathname) || !parsed.pathname.startsWith(basePath(hub))) return "PATH_NOT_ALLOWED";
  if (parsed.search !== `?access_token=${hub.token}` || !/^[A-Za-z0-9-]+$/.test(hub.token)) return "QUERY_NOT_ALLOWED";
  return null;
}

/**
 * Answers: where is the hub's event socket? null: nowhere, over the cloud relay or under an origin that is not plain. The
 * socket takes no token, so its URL has none; `/logsocket`, its neighbour, may tell secrets and is never asked for.
 */
export function hubEventSocketUrl(hub: HubAddress): string | null {
  if (hub.cloudHubId !== undefined || !/^https?:\/\//.test(hub.origin)) return null;
  const isPlain = parsePlain(`${hub.origin}/eventsocket`)?.pathname === "/eventsocket";
  return isPlain ? `${hub.origin.replace(/^http/, "ws")}/eventsocket` : null;
}

function basePath({ appId, cloudHubId }: HubAddress): string {
  return cloudHubId === undefined ? `/apps/api/${appId}/` : `/api/${cloudHubId}/apps/${appId}/`;
}

/** null: a parser would rewrite this text, or it carries a user name or a fragment. */
function parsePlain(url: string): URL | null {
  if (NOT_PLAIN.test(url) || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  const isPlain = parsed.href === url && parsed.username === "" && parsed.password === "" && !url.includes("#");
  return isPlain ? parsed : null;
}
