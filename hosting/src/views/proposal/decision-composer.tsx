import { APPROVE_REASONS, RATIONALE_MIN, REJECT_REASONS } from "@studio-os/functions/contracts";
import type { Proposal } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { SubmitEvent } from "react";
import type { DraftKind } from "../../data/drafts.js";
import type { ApiFailure, TenantData } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { ReasonField } from "../control/reason-field.js";
import { APPROVE_REASON_WORDS, REJECT_REASON_WORDS } from "../queue/proposal-words.js";
import type { TenantView } from "../tenant-view.js";
import { ActionFailure } from "./action-failure.js";
import type { Obstacle } from "./decide-actions.js";
import { ExemptionChoice, useUsableExemptions } from "./exemption-choice.js";
import { approveReadiness, rejectReadiness, TEXT_MAX, TEXT_MIN, textReadiness } from "./decision-input.js";
import type { DecisionInput } from "./decision-input.js";
import { applyOnce, useDraft } from "./use-decision.js";
import type { EffectOutcome } from "./use-decision.js";

export type ComposedAction = DraftKind;

interface DecisionComposerProps {
  readonly action: ComposedAction;
  readonly view: TenantView;
  readonly proposal: Proposal;
  /** What stands in the way now, though it did not when the composer was opened. */
  readonly obstacle: Obstacle | null;
  readonly onClose: () => void;
  readonly onReplan: () => void;
  readonly onDone: (proposal: Proposal, words: string) => void;
}

/**
 * Where a decision is put into words and sent. It is about the revision that was on the screen when it was opened: when
 * that changes meanwhile, the words stay and the person looks again.
 */
export function DecisionComposer(props: DecisionComposerProps) {
  const { action, view, proposal, obstacle, onClose, onReplan, onDone } = props;
  const { tenant } = view;
  const [text, setText] = useDraft(tenant.tenantId, proposal.proposalId, action);
  const [chip, setChip] = useState<string | null>(null);
  const [exemptionId, setExemptionId] = useState<string | null>(null);
  const exemptions = useUsableExemptions(view, proposal, "second_approver");
  const [seen, setSeen] = useState(proposal);
  const [isTouched, setTouched] = useState(false);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const isEasable = action === "approve" && proposal.rule.thresholds.some(({ count }) => count > 1);
  // One that ended meanwhile is not named: the choice is made anew by what is on the screen.
  const named = isEasable && exemptions.some((it) => it.exemptionId === exemptionId) ? exemptionId : null;
  const input = { text, chip };
  const missing = missingWords(action, proposal, input);
  const isOutdated = seen.rev !== proposal.rev || seen.plan.planId !== proposal.plan.planId;

  const submit = async () => {
    setTouched(true);
    if (missing !== null || isOutdated || isSending || obstacle !== null) return;
    setSending(true);
    setFailure(null);
    const outcome = await send(tenant, action, seen, input, named);
    setSending(false);
    if (outcome.kind === "failed") {
      setFailure(outcome.failure);
      return;
    }
    setText("");
    onDone(outcome.proposal, doneWords(action, outcome.proposal));
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form
      className="composer"
      aria-label={TITLES[action]}
      onSubmit={onSubmit}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !isSending) onClose();
      }}
    >
      <div className="composer-head">
        <h3>{TITLES[action]}</h3>
        <p className="muted plain-text">{seen.plan.headline}</p>
      </div>
      {isOutdated ? (
        <div className="notice notice-attention" role="alert">
          <span>The plan changed while you were writing. Look at the new effect above; your words are kept.</span>
          <Button onPress={() => setSeen(proposal)}>I have seen it</Button>
        </div>
      ) : null}
      <Chips action={action} proposal={proposal} chosen={chip} onChoose={setChip} />
      {isEasable ? (
        <ExemptionChoice view={view} exemptions={exemptions} chosen={named} onChoose={setExemptionId} />
      ) : null}
      <ReasonField
        label={action === "approve" && proposal.riskTier === "low" ? "Or in your own words" : "Why, in your own words"}
        value={text}
        onChange={setText}
        minLength={minLength(action, proposal)}
        maxLength={TEXT_MAX}
        isTouched={isTouched && missing !== null}
        onConfirm={() => void submit()}
      />
      {isTouched && missing !== null ? (
        <p className="problem" role="alert">
          {missing}
        </p>
      ) : null}
      {obstacle === null ? null : (
        <p className="problem" id="composer-obstacle">
          {obstacle.sentence} {obstacle.whoCanLift}
        </p>
      )}
      {failure === null ? null : <ActionFailure failure={failure} seen={seen} onReplan={onReplan} />}
      <div className="actions">
        <Button tone="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          tone={action === "reject" ? "danger" : "primary"}
          isBusy={isSending}
          offBecause={obstacle === null ? undefined : "composer-obstacle"}
          onPress={() => undefined}
        >
          {isSending ? "Sending…" : CONFIRM_WORDS[action]}
        </Button>
      </div>
    </form>
  );
}

const TITLES = {
  approve: "Approve this effect",
  reject: "Reject",
  withdraw: "Withdraw",
  rollback: "Roll back",
  reopen: "Reopen",
} as const;
const CONFIRM_WORDS = {
  approve: "Confirm approval",
  reject: "Confirm rejection",
  withdraw: "Confirm withdrawal",
  rollback: "Confirm roll back",
  reopen: "Confirm reopening",
} as const;

interface ChipsProps {
  readonly action: ComposedAction;
  readonly proposal: Proposal;
  readonly chosen: string | null;
  readonly onChoose: (chip: string | null) => void;
}

/** Fixed reasons: enough for a low-risk approval, required beside the words of a rejection. */
function Chips({ action, proposal, chosen, onChoose }: ChipsProps) {
  const chips: readonly (readonly [code: string, words: string])[] =
    action === "approve" && proposal.riskTier === "low"
      ? APPROVE_REASONS.map((code) => [code, APPROVE_REASON_WORDS[code]])
      : action === "reject"
        ? REJECT_REASONS.map((code) => [code, REJECT_REASON_WORDS[code]])
        : [];
  if (chips.length === 0) return null;
  return (
    <div className="chips" role="group" aria-label={action === "reject" ? "Reason" : "Quick reason"}>
      {chips.map(([code, words]) => (
        <Button
          key={code}
          className="chip"
          isPressed={chosen === code}
          onPress={() => onChoose(chosen === code ? null : code)}
        >
          {words}
        </Button>
      ))}
    </div>
  );
}

function minLength(action: ComposedAction, proposal: Proposal): number {
  if (action === "approve") return proposal.riskTier === "low" ? 0 : RATIONALE_MIN;
  return TEXT_MIN[action];
}

function missingWords(action: ComposedAction, proposal: Proposal, input: DecisionInput): string | null {
  const readiness =
    action === "approve"
      ? approveReadiness(proposal.riskTier, input)
      : action === "reject"
        ? rejectReadiness(input, REJECT_REASONS)
        : textReadiness(input.text, TEXT_MIN[action]);
  return readiness.kind === "missing" ? readiness.words : null;
}

async function send(
  tenant: TenantData,
  action: ComposedAction,
  seen: Proposal,
  input: DecisionInput,
  exemptionId: string | null,
): Promise<EffectOutcome> {
  const params = { tenantId: tenant.tenantId, proposalId: seen.proposalId };
  switch (action) {
    case "approve": {
      const ready = approveReadiness(seen.riskTier, input);
      if (ready.kind === "missing") return unsendable(ready.words);
      const exemption = exemptionId === null ? {} : { exemptionId };
      const body = { ifRev: seen.rev, planId: seen.plan.planId, ...ready.body, ...exemption };
      return toOutcome(await tenant.call("approveProposal", params, body));
    }
    case "reject": {
      const ready = rejectReadiness(input, REJECT_REASONS);
      if (ready.kind === "missing") return unsendable(ready.words);
      return toOutcome(await tenant.call("rejectProposal", params, { ifRev: seen.rev, ...ready.body }));
    }
    case "withdraw": {
      const body = { ifRev: seen.rev, rationale: input.text.trim() };
      return toOutcome(await tenant.call("withdrawProposal", params, body));
    }
    case "reopen": {
      const body = { ifRev: seen.rev, rationale: input.text.trim() };
      return toOutcome(await tenant.call("reopenProposal", params, body));
    }
    case "rollback":
      return applyOnce(tenant, seen, { operation: "rollback", rationale: input.text.trim() });
  }
}

function toOutcome(
  outcome: { kind: "done"; answer: { proposal: Proposal } } | { kind: "failed"; failure: ApiFailure },
): EffectOutcome {
  return outcome.kind === "done" ? { kind: "done", proposal: outcome.answer.proposal } : outcome;
}

function unsendable(message: string): EffectOutcome {
  return { kind: "failed", failure: { code: "INVALID_INPUT", message, requestId: null, details: {} } };
}

function doneWords(action: ComposedAction, proposal: Proposal): string {
  switch (action) {
    case "approve":
      return proposal.status === "approved" ? "Approved. Execute is next." : "Your approval counts. More are needed.";
    case "reject":
      return "Rejected.";
    case "withdraw":
      return "Withdrawn.";
    case "rollback":
      return "Rolled back.";
    case "reopen":
      return "Reopened as a draft. A new plan puts it before the deciders.";
  }
}
