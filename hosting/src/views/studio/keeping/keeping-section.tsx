import type { TenantView } from "../../tenant-view.js";
import { useStaffList } from "../use-staff-list.js";
import { ErasePanel } from "./erase-panel.js";
import { HoldsPanel } from "./holds-panel.js";
import { PurgePanel } from "./purge-panel.js";

/** What must be kept, what is past its time, and what somebody wants forgotten (M07.11, M07.12). */
export function KeepingSection({ view }: { view: TenantView }) {
  const staff = useStaffList(view);
  return (
    <>
      <HoldsPanel view={view} staff={staff} />
      <PurgePanel view={view} />
      <ErasePanel view={view} staff={staff} />
    </>
  );
}
