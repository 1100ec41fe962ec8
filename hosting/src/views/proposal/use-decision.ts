import type { Proposal } from "@studio-os/functions/contracts";
import { useState } from "react";
import { keepDraft, intentKeyFor, readDraft, settleIntent } from "../../data/drafts.js";
import type { DraftKind } from "../../data/drafts.js";
import type { ApiFailure, TenantData } from "../../data/studio-data.js";

/** A text that survives reloads and new sign-ins in this tab, per proposal and kind of decision. */
export function useDraft(tenantId: string, proposalId: string, kind: DraftKind) {
  const [text, setText] = useState(() => readDraft(sessionStorage, tenantId, proposalId, kind));
  const change = (next: string) => {
    setText(next);
    keepDraft(sessionStorage, tenantId, proposalId, kind, next);
  };
  return [text, change] as const;
}

export type EffectOutcome =
  { readonly kind: "done"; readonly proposal: Proposal } | { readonly kind: "failed"; readonly failure: ApiFailure };

/** Executes or rolls back under the key of this intent: the same key over every retry, until it is settled. */
export async function applyOnce(
  tenant: TenantData,
  proposal: Proposal,
  step: { operation: "execute"; exemptionId: string | null } | { operation: "rollback"; rationale: string },
): Promise<EffectOutcome> {
  const { proposalId } = proposal;
  const { planId } = proposal.plan;
  const { tenantId } = tenant;
  const intent = { tenantId, proposalId, operation: step.operation, planId };
  const options = { idempotencyKey: intentKeyFor(sessionStorage, intent, () => crypto.randomUUID()) };
  const outcome =
    step.operation === "execute"
      ? await tenant.call(
          "executeProposal",
          { tenantId, proposalId },
          step.exemptionId === null ? { planId } : { planId, exemptionId: step.exemptionId },
          options,
        )
      : await tenant.call("rollbackProposal", { tenantId, proposalId }, { rationale: step.rationale }, options);
  if (outcome.kind === "failed") {
    // The key is bound to other words: what comes next is another intent.
    if (outcome.failure.code === "IDEMPOTENCY_PAYLOAD_MISMATCH") settleIntent(sessionStorage, intent);
    return outcome;
  }
  settleIntent(sessionStorage, intent);
  return { kind: "done", proposal: outcome.answer.proposal };
}
