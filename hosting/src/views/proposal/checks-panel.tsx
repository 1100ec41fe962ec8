import type { PolicyDecision, Proposal, RouteAnswer, TraceLine } from "@studio-os/functions/contracts";
import type { Live } from "../../data/live.js";
import { formatAge } from "../../ui/age.js";
import { PanelFailure, Skeleton } from "../../ui/panel-states.js";
import { useNow } from "../../ui/use-live.js";

interface ChecksPanelProps {
  readonly checks: Live<RouteAnswer<"getProposal">>;
  readonly proposal: Proposal;
  readonly onRetry: () => void;
}

/** Every check that the policy makes for you, now: the same trace that the server and the command line show. */
export function ChecksPanel({ checks, proposal, onRetry }: ChecksPanelProps) {
  const nowMs = useNow();
  if (checks.state === "loading") return <Skeleton rows={6} kind="line" label="Checks" />;
  if (checks.state === "failed") return <PanelFailure source="The checks" failure={checks} onRetry={onRetry} />;
  const { policy } = checks.value;
  const [first, ...rest] = ORDER[operationOf(proposal)];
  return (
    <>
      <p className="muted">For you, asked {formatAge(checks.confirmedAtMs, nowMs)}.</p>
      <Trace title={TITLES[first]} decision={policy[first]} />
      {rest.map((name) => (
        <details key={name} className="other-trace">
          <summary>
            {TITLES[name]}: {policy[name].decision === "allow" ? "yes" : `no, ${policy[name].reasonCode ?? "refused"}`}
          </summary>
          <Trace title={TITLES[name]} decision={policy[name]} />
        </details>
      ))}
    </>
  );
}

type Operation = "approve" | "execute" | "rollback";
const TITLES: Readonly<Record<Operation, string>> = {
  approve: "May you approve it?",
  execute: "May you execute it?",
  rollback: "May you roll it back?",
};
const ORDER: Readonly<Record<Operation, readonly [Operation, ...Operation[]]>> = {
  approve: ["approve", "execute", "rollback"],
  execute: ["execute", "approve", "rollback"],
  rollback: ["rollback", "approve", "execute"],
};

function operationOf(proposal: Proposal): Operation {
  if (proposal.status === "approved") return "execute";
  if (proposal.status === "executed" || proposal.status === "rollback_conflict") return "rollback";
  return "approve";
}

/** A reason is asked for when somebody decides, so looking at a proposal without one is not a failure. */
const isAskedLater = (line: TraceLine): boolean => line.check === "rationale" && line.result === "fail";

const RESULT_WORDS = { pass: "Pass", fail: "Fail", skipped: "Not needed" } as const;
const RESULT_GLYPHS = { pass: "✓", fail: "✕", skipped: "–" } as const;

function Trace({ title, decision }: { title: string; decision: PolicyDecision }) {
  return (
    <table className="trace">
      <caption>{title}</caption>
      <colgroup>
        <col className="column-name" />
        <col className="column-result" />
        <col />
      </colgroup>
      <thead className="for-readers">
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Result</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {decision.trace.map((line) => (
          <tr key={line.check} className={`trace-${isAskedLater(line) ? "skipped" : line.result}`}>
            <th scope="row">{line.check.replaceAll("_", " ")}</th>
            <td className="trace-result">
              <span aria-hidden="true">{RESULT_GLYPHS[isAskedLater(line) ? "skipped" : line.result]}</span>{" "}
              {isAskedLater(line) ? "Asked later" : RESULT_WORDS[line.result]}
            </td>
            <td>
              <span className="plain-text">{line.detail}</span>
              {line.reasonCode === null || isAskedLater(line) ? null : (
                <span className="trace-lift">
                  <code>{line.reasonCode}</code> {line.whoCanLift}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
