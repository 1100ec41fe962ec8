import type { Agent } from "@studio-os/functions/contracts";
import { announce } from "../../ui/announce.js";
import { ReasonSheet } from "../studio/reason-sheet.js";
import type { TenantView } from "../tenant-view.js";
import { useStaffAction, whyNot } from "../use-staff-action.js";

/** What is to count no longer: one key, or the agent with all of them (`keyId` null). */
export interface Revocation {
  readonly agent: Agent;
  readonly keyId: string | null;
}

/** Bounds of a reason, in characters: the contract's. */
const BOUNDS = { min: 3, max: 500 };

/** Takes an agent or one of its keys out, at once and with a reason. */
export function RevokeSheet(props: { view: TenantView; revocation: Revocation | null; onClose: () => void }) {
  const { view, revocation, onClose } = props;
  const { state, send } = useStaffAction(view, "revokeAgent");
  if (revocation === null) return null;
  const { agent, keyId } = revocation;
  const what = keyId === null ? agent.name : `the key ${keyId} of ${agent.name}`;
  const revoke = async (reason: string) => {
    const params = { tenantId: view.tenant.tenantId, agentId: agent.agentId };
    if ((await send(params, { reason, keyId })) === null) return;
    announce(`Nothing that ${what} signs counts any more.`);
    onClose();
  };
  const isLast = keyId === null;
  return (
    <ReasonSheet
      title={`Revoke ${what}`}
      isOpen
      onClose={onClose}
      words={{
        intro: isLast
          ? "From this moment on nothing that it signs counts, and what it was lent is taken back. What it reported stays. A machine gets in again by a new code and a new key."
          : "From this moment on nothing that this key signs counts; the agent stays enrolled by its other key. What the agent was lent is taken back all the same: lend it anew.",
        confirm: isLast ? "Revoke the agent" : "Revoke this key",
      }}
      bounds={BOUNDS}
      sending={state}
      obstacle={whyNot(view, "revokeAgent")}
      onConfirm={(reason) => void revoke(reason)}
    />
  );
}
