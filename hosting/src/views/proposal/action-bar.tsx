import type { Proposal } from "@studio-os/functions/contracts";
import { useState } from "react";
import type { ApiFailure } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { navigate, revisePath } from "../../ui/route.js";
import { useCommands } from "../../ui/use-commands.js";
import { useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { ActionFailure } from "./action-failure.js";
import { DecisionComposer } from "./decision-composer.js";
import type { ComposedAction } from "./decision-composer.js";
import { decideActions, holdLeftSeconds, isQuotaAlone } from "./decide-actions.js";
import type { ActionName, Checks, OfferedAction } from "./decide-actions.js";
import { QuotaExemptionOffer } from "./exemption-choice.js";
import { HOLD_BAR_ID, HoldBar } from "./hold-bar.js";
import { Obstacles } from "./obstacles.js";
import { applyOnce } from "./use-decision.js";

interface ActionBarProps {
  readonly view: TenantView;
  readonly proposal: Proposal;
  readonly checks: Checks;
  /** `movesOn`: this person has nothing more to do here. */
  readonly onProposal: (proposal: Proposal, words: string) => void;
}

const ACTION_WORDS: Readonly<Record<ActionName, string>> = {
  approve: "Approve",
  reject: "Reject",
  withdraw: "Withdraw",
  replan: "Plan again",
  revise: "Revise…",
  reopen: "Reopen",
  revoke: "Revoke approval",
  execute: "Execute",
  rollback: "Roll back",
};
const ACTION_KEYS: Readonly<Partial<Record<ActionName, string>>> = {
  approve: "a",
  reject: "r",
  replan: "p",
  execute: "e",
  rollback: "z",
};

/** What can be done with this proposal now. Always at the lower edge, always in the same order. */
export function ActionBar({ view, proposal, checks, onProposal }: ActionBarProps) {
  const { tenant, me, connection, isSessionLive } = view;
  const nowMs = useNow();
  const [composing, setComposing] = useState<ComposedAction | null>(null);
  const [direct, setDirect] = useState<{ sending: ActionName | null; failure: ApiFailure | null }>(IDLE);
  const facts = { proposal, me, checks, connection: connection.kind, isSessionLive, nowMs };
  const actions = decideActions(facts);

  const replan = async () => {
    setDirect({ sending: "replan", failure: null });
    const { tenantId } = tenant;
    const params = { tenantId, proposalId: proposal.proposalId };
    const outcome = await tenant.call("planProposal", params, { ifRev: proposal.rev });
    setDirect({ sending: null, failure: outcome.kind === "failed" ? outcome.failure : null });
    if (outcome.kind === "failed") return;
    const { isChanged } = outcome.answer;
    onProposal(
      outcome.answer.proposal,
      isChanged ? "Planned again: the effect has changed." : "Planned again: the same effect.",
    );
  };
  const execute = async (exemptionId: string | null = null) => {
    setDirect({ sending: "execute", failure: null });
    const outcome = await applyOnce(tenant, proposal, { operation: "execute", exemptionId });
    setDirect({ sending: null, failure: outcome.kind === "failed" ? outcome.failure : null });
    if (outcome.kind === "done") onProposal(outcome.proposal, "Executed. Roll back with Z.");
  };
  const revoke = async () => {
    setDirect({ sending: "revoke", failure: null });
    const params = { tenantId: tenant.tenantId, proposalId: proposal.proposalId };
    const outcome = await tenant.call("revokeProposal", params, { ifRev: proposal.rev });
    setDirect({ sending: null, failure: outcome.kind === "failed" ? outcome.failure : null });
    if (outcome.kind === "done")
      onProposal(outcome.answer.proposal, "The approval is taken back. Nothing was written.");
  };
  const press = (name: ActionName) => {
    setDirect(IDLE);
    if (name === "replan") void replan();
    else if (name === "revise") navigate(revisePath(tenant.tenantId, proposal.proposalId));
    else if (name === "execute") void execute();
    else if (name === "revoke") void revoke();
    else setComposing(name);
  };
  const compose = (name: ComposedAction) => {
    const offered = actions.find((action) => action.name === name);
    if (offered === undefined) return;
    if (offered.obstacle === null) setComposing(name);
    else focusAction(name);
  };
  useCommands({
    approve: () => compose("approve"),
    reject: () => compose("reject"),
    // Until something was written, undoing is taking the approval back.
    rollback: () => (proposal.status === "approved" ? focusAction("revoke") : compose("rollback")),
    // What acts at once takes a second key: a single letter never decides anything.
    replan: () => focusAction("replan"),
    execute: () => focusAction("execute"),
    ...(composing === null ? {} : { back: () => setComposing(null) }),
  });

  const close = () => {
    const name = composing;
    setComposing(null);
    if (name !== null) requestAnimationFrame(() => focusAction(name));
  };
  if (actions.length === 0) return <FinalNote proposal={proposal} />;
  return (
    <footer className="action-bar" aria-label="Decide" role="group">
      {direct.failure === null ? null : (
        <ActionFailure failure={direct.failure} seen={proposal} onReplan={() => press("replan")} />
      )}
      {composing === null ? (
        <>
          <HoldBar proposal={proposal} nowMs={nowMs} />
          <Obstacles
            actions={actions.filter(({ obstacle }) => obstacle?.code !== "HOLD_WINDOW")}
            words={ACTION_WORDS}
          />
          {isQuotaAlone(actions, checks) ? (
            <QuotaExemptionOffer
              view={view}
              proposal={proposal}
              isSending={direct.sending === "execute"}
              onExecute={(exemptionId) => void execute(exemptionId)}
            />
          ) : null}
          {actions.some(({ obstacle }) => obstacle?.code === "REAUTH_REQUIRED") ? (
            <Button onPress={view.askSignIn}>Sign in again to decide</Button>
          ) : null}
          <div className="actions">
            {actions.map((action) => (
              <Button
                key={action.name}
                id={`action-${action.name}`}
                tone={toneOf(action, actions)}
                isBusy={direct.sending === action.name}
                offBecause={offBecause(action)}
                className={`action action-${action.name}`}
                onPress={() => press(action.name)}
                {...keysOf(action.name)}
              >
                {direct.sending === action.name ? "Sending…" : wordsFor(action.name, holdLeftSeconds(facts))}
                {ACTION_KEYS[action.name] === undefined ? null : (
                  <kbd aria-hidden="true">{ACTION_KEYS[action.name]?.toUpperCase()}</kbd>
                )}
              </Button>
            ))}
          </div>
        </>
      ) : (
        <DecisionComposer
          key={composing}
          action={composing}
          view={view}
          proposal={proposal}
          obstacle={actions.find(({ name }) => name === composing)?.obstacle ?? null}
          onClose={close}
          onReplan={() => {
            setComposing(null);
            press("replan");
          }}
          onDone={(next, words) => {
            setComposing(null);
            onProposal(next, words);
            if (composing === "approve" && next.status === "approved")
              requestAnimationFrame(() => focusAction("execute"));
          }}
        />
      )}
    </footer>
  );
}

/** The id of the words that say why this button is off. */
function offBecause({ name, obstacle }: OfferedAction): string | undefined {
  if (obstacle === null) return undefined;
  return obstacle.code === "HOLD_WINDOW" ? HOLD_BAR_ID : `off-${name}`;
}

/** In the hold window, taking the approval back is "Undo", and the button that is held counts down. */
function wordsFor(name: ActionName, heldSeconds: number): string {
  if (heldSeconds > 0 && name === "revoke") return "Undo";
  if (heldSeconds > 0 && name === "execute") return `Execute in ${heldSeconds} s`;
  return ACTION_WORDS[name];
}

const IDLE = { sending: null, failure: null } as const;

function keysOf(name: ActionName): { keys?: string } {
  const keys = ACTION_KEYS[name];
  return keys === undefined ? {} : { keys };
}

function toneOf({ name }: OfferedAction, all: readonly OfferedAction[]): "primary" | "plain" | "quiet" {
  if (name === "approve" || name === "execute") return "primary";
  return name === "replan" && all.length === 1 ? "primary" : name === "withdraw" ? "quiet" : "plain";
}

function focusAction(name: ActionName): void {
  document.getElementById(`action-${name}`)?.focus();
}

/** Why there is nothing to press: the end of this proposal's story, in a sentence. */
function FinalNote({ proposal }: { proposal: Proposal }) {
  return (
    <footer className="action-bar action-bar-final">
      <p className="muted">{FINAL_WORDS[proposal.status] ?? "Nothing can be done here in this state."}</p>
    </footer>
  );
}

const FINAL_WORDS: Readonly<Partial<Record<Proposal["status"], string>>> = {
  rejected: "This was rejected. The requester can submit it again, or an approver admin reopens it.",
  expired: "The time to decide ran out. The requester can submit it again.",
  withdrawn: "The requester took this back.",
  superseded: "A newer proposal has taken its place.",
  revoked: "The approval was taken back before anything was written.",
  rolled_back: "This was executed and rolled back. The history has both.",
  failed: "The execution failed and nothing was written. An operator can tell why.",
  executing: "This is being executed.",
  rolling_back: "This is being rolled back.",
};
