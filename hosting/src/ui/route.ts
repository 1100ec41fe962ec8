import { useSyncExternalStore } from "react";

/** The parts of the Studio page: who, by which rules, what is lent and waived, how much, what is stopped, and what is kept. */
export const STUDIO_SECTIONS = ["people", "rules", "lent", "exemptions", "limits", "stops", "keeping"] as const;
export type StudioSection = (typeof STUDIO_SECTIONS)[number];

/** The parts of the Devices page: what was read, the firings, who reads, and what was refused. */
export const DEVICE_SECTIONS = ["readings", "firings", "agents", "dead-letters"] as const;
export type DeviceSection = (typeof DEVICE_SECTIONS)[number];

export type Page =
  | { readonly name: "home" }
  | { readonly name: "queue"; readonly tenantId: string; readonly proposalId: string | null }
  | { readonly name: "propose"; readonly tenantId: string; readonly capabilityId: string | null }
  | { readonly name: "revise"; readonly tenantId: string; readonly proposalId: string }
  | { readonly name: "notices"; readonly tenantId: string }
  | { readonly name: "devices"; readonly tenantId: string; readonly section: DeviceSection }
  | { readonly name: "audit"; readonly tenantId: string; readonly chain: ChainAddress | null }
  | { readonly name: "exports"; readonly tenantId: string }
  | { readonly name: "studio"; readonly tenantId: string; readonly section: StudioSection }
  | { readonly name: "unknown" };

/** Whose whole chain an address names. */
export interface ChainAddress {
  readonly of: "proposal" | "request";
  readonly id: string;
}

/** Answers: which screen does this address name? Filters are in the query string and belong to the screen. */
export function parsePage(pathname: string): Page {
  const [root, tenantId, name, id, ...rest] = pathname.split("/").filter((part) => part !== "");
  if (root === undefined) return { name: "home" };
  if (root !== "t" || tenantId === undefined) return { name: "unknown" };
  if (name === "audit") return parseAudit(tenantId, id, rest);
  if (rest.length > 0) return { name: "unknown" };
  const part = decode(id);
  switch (name) {
    case undefined:
    case "queue":
      return { name: "queue", tenantId, proposalId: part };
    case "propose":
      return { name, tenantId, capabilityId: part };
    case "revise":
      return part === null ? { name: "unknown" } : { name, tenantId, proposalId: part };
    case "notices":
      return part === null ? { name, tenantId } : { name: "unknown" };
    case "devices": {
      const section = DEVICE_SECTIONS.find((known) => known === (part ?? "readings"));
      return section === undefined ? { name: "unknown" } : { name, tenantId, section };
    }
    case "studio": {
      const section = STUDIO_SECTIONS.find((known) => known === (part ?? "people"));
      return section === undefined ? { name: "unknown" } : { name, tenantId, section };
    }
    default:
      return { name: "unknown" };
  }
}

/** Answers: in which studio is this screen? null for those that are in none. */
export const tenantOf = (page: Page): string | null => ("tenantId" in page ? page.tenantId : null);

function parseAudit(tenantId: string, of: string | undefined, rest: readonly string[]): Page {
  const id = decode(rest[0]);
  if (of === undefined) return { name: "audit", tenantId, chain: null };
  if (of === "exports") return rest.length === 0 ? { name: "exports", tenantId } : { name: "unknown" };
  if ((of !== "proposal" && of !== "request") || id === null || rest.length > 1) return { name: "unknown" };
  return { name: "audit", tenantId, chain: { of, id } };
}

const withPart = (part: string | null): string => (part === null ? "" : `/${encodeURIComponent(part)}`);
export const queuePath = (tenantId: string, proposalId: string | null, search = ""): string =>
  `/t/${tenantId}/queue${withPart(proposalId)}${search}`;
export const proposePath = (tenantId: string, capabilityId: string | null): string =>
  `/t/${tenantId}/propose${withPart(capabilityId)}`;
export const revisePath = (tenantId: string, proposalId: string): string =>
  `/t/${tenantId}/revise${withPart(proposalId)}`;
export const noticesPath = (tenantId: string): string => `/t/${tenantId}/notices`;
export const auditPath = (tenantId: string, search = ""): string => `/t/${tenantId}/audit${search}`;
export const exportsPath = (tenantId: string): string => `/t/${tenantId}/audit/exports`;
/** `eventId`: the event to open there. */
export const chainPath = (tenantId: string, { of, id }: ChainAddress, eventId?: string): string =>
  `/t/${tenantId}/audit/${of}/${encodeURIComponent(id)}${eventId === undefined ? "" : `?event=${encodeURIComponent(eventId)}`}`;
export const devicesPath = (tenantId: string, section: DeviceSection = "readings"): string =>
  `/t/${tenantId}/devices${section === "readings" ? "" : `/${section}`}`;
export const studioPath = (tenantId: string, section: StudioSection): string => `/t/${tenantId}/studio/${section}`;

function decode(part: string | undefined): string | null {
  if (part === undefined) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const MOVED = "studio:moved";

/** Goes to an address of the cockpit without loading the page again. `replace` keeps the history short. */
export function navigate(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  window.dispatchEvent(new Event(MOVED));
}

function subscribe(onMove: () => void): () => void {
  window.addEventListener("popstate", onMove);
  window.addEventListener(MOVED, onMove);
  return () => {
    window.removeEventListener("popstate", onMove);
    window.removeEventListener(MOVED, onMove);
  };
}

/** The current address below the origin: path and query string. */
export function useAddress(): { readonly pathname: string; readonly search: string } {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const cut = href.indexOf("?");
  return cut < 0 ? { pathname: href, search: "" } : { pathname: href.slice(0, cut), search: href.slice(cut) };
}
