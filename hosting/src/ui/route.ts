import { useSyncExternalStore } from "react";

export type Page =
  | { readonly name: "home" }
  | { readonly name: "queue"; readonly tenantId: string; readonly proposalId: string | null }
  | { readonly name: "devices"; readonly tenantId: string }
  | { readonly name: "unknown" };

/** Answers: which screen does this address name? Filters are in the query string and belong to the screen. */
export function parsePage(pathname: string): Page {
  const [root, tenantId, section, id, ...rest] = pathname.split("/").filter((part) => part !== "");
  if (root === undefined) return { name: "home" };
  if (root !== "t" || tenantId === undefined || rest.length > 0) return { name: "unknown" };
  if (section === undefined || section === "queue") return { name: "queue", tenantId, proposalId: decode(id) };
  if (section === "devices" && id === undefined) return { name: "devices", tenantId };
  return { name: "unknown" };
}

export const queuePath = (tenantId: string, proposalId: string | null, search = ""): string =>
  `/t/${tenantId}/queue${proposalId === null ? "" : `/${encodeURIComponent(proposalId)}`}${search}`;
export const devicesPath = (tenantId: string): string => `/t/${tenantId}/devices`;

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
