import type { StaffEntry } from "@studio-os/functions/contracts";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";

const NOBODY: readonly StaffEntry[] = [];

/** The staff list, to call people by their names; empty while it is not known. */
export function useStaffList(view: TenantView): readonly StaffEntry[] {
  const control = useFeed(view.tenant.control);
  return control.state === "ready" && control.value.studio.kind === "found" ? control.value.studio.value.staff : NOBODY;
}
