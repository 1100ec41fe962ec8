/**
 * What a request would do on a real hub. `allowed`: one of the nine reads, or the event socket. `read`: a read outside of
 * them, or in a doubtful form. `actuates`: a device command or a write, which Maker API performs on plain GET. `admin`: the hub's own pages.
 * `unknown`: nothing the hub knows, or a form whose effect nobody documented.
 */
export type RequestClass = "allowed" | "read" | "actuates" | "admin" | "unknown";

/** What the hub does for a path; `segments` are those after `/apps/api/{appId}/`, decoded. */
export interface Classified {
  readonly requestClass: RequestClass;
  readonly segments: readonly string[];
}

const ALLOWED_READS: ReadonlySet<string> = new Set(["devices", "devices/all", "modes", "hsm", "rooms"]);
/** What may be asked of one device; the empty word is the device itself. */
const ALLOWED_OF_DEVICE: ReadonlySet<string> = new Set(["", "events", "commands", "capabilities"]);
const DEVICE_READS: ReadonlySet<string> = new Set(["events", "commands", "capabilities", "attribute"]);
const WRITING_ROOTS: ReadonlySet<string> = new Set(["postURL", "hubvariables", "room"]);

/**
 * Answers: what would this request do on a real hub? Written from the vendor's endpoint list and on purpose without a
 * line of the client's own allow-list, so that one cannot hide a hole in the other. Doubtful forms count as the worst.
 */
export function classifyRequest(method: string, rawUrl: string, appId: string): Classified {
  const queryStart = rawUrl.indexOf("?");
  const path = queryStart < 0 ? rawUrl : rawUrl.slice(0, queryStart);
  const query = queryStart < 0 ? "" : rawUrl.slice(queryStart + 1);
  if (method === "GET" && rawUrl === "/eventsocket") return { requestClass: "allowed", segments: [] };
  const prefix = `/apps/api/${appId}/`;
  if (!path.startsWith(prefix)) return { requestClass: isAdminPath(path) ? "admin" : "unknown", segments: [] };
  const literal = path.slice(prefix.length);
  if (method === "GET" && isAllowedRead(literal) && /^access_token=[^&]*$/.test(query)) {
    return { requestClass: "allowed", segments: literal.split("/") };
  }
  const segments = resolveSegments(literal);
  return { requestClass: classOf(segments), segments };
}

function isAllowedRead(literal: string): boolean {
  if (ALLOWED_READS.has(literal)) return true;
  const [root, id = "", what = "", ...more] = literal.split("/");
  if (root !== "devices" || more.length > 0 || literal.endsWith("/")) return false;
  return String(Number(id)) === id && Number(id) > 0 && Number(id) < 1e9 && ALLOWED_OF_DEVICE.has(what);
}

function classOf(segments: readonly string[]): RequestClass {
  const [root, second, third] = segments;
  if (root === undefined) return "unknown";
  if (WRITING_ROOTS.has(root)) return segments.length === 1 && root !== "postURL" ? "read" : "actuates";
  if (root === "modes" || root === "hsm") return second === undefined ? "read" : "actuates";
  if (root === "rooms") return second === undefined ? "read" : "unknown";
  if (root !== "devices") return "unknown";
  if (third === undefined) return "read";
  const isPlainRead = DEVICE_READS.has(third) && segments.length === (third === "attribute" ? 4 : 3);
  return isPlainRead ? "read" : "actuates";
}

/** The hub's web server decodes and resolves a path before the app sees it. */
function resolveSegments(literal: string): string[] {
  const resolved: string[] = [];
  for (const segment of decodeLeniently(literal).split(/[/\\]/)) {
    if (segment === "..") resolved.pop();
    else if (segment !== "." && segment !== "") resolved.push(segment);
  }
  return resolved;
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isAdminPath(path: string): boolean {
  return /^\/(hub|hub2|device|installedapp|logs|logsocket|app|location)(\/|$)/.test(path);
}
