import type { Deps } from "../commit/deps.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { GLOBAL_CONTROL_PATH, controlRef, inTenant } from "../contracts/index.js";
import type { RouteAnswer } from "../contracts/index.js";
import { effectiveControl, readControls } from "./control.js";

/** Which mode counts in this studio now, and by whose word? Unreadable is said to be what it means: stopped. */
export function getControl(deps: Deps, tenantId: string): Promise<Outcome<RouteAnswer<"getControl">>> {
  return deps.transactor.transact(async (reads) => {
    const [global, tenant] = await reads.get([GLOBAL_CONTROL_PATH, inTenant(tenantId, controlRef())]);
    const readings = readControls(global?.data ?? null, tenant?.data ?? null);
    const { mode, detail } = effectiveControl(readings, {}, deps.clock.now());
    const control = readings.tenant.kind === "read" ? readings.tenant.state : null;
    return { changes: [], events: [], answer: accept({ effectiveMode: mode, control, detail }) };
  });
}
