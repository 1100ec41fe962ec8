import type { Agent, RouteAnswer } from "@studio-os/functions/contracts";
import { useEffect } from "react";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { CopyButton } from "../../ui/copy-button.js";
import { useNow } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { codeStep, formatCountdown } from "./code-countdown.js";

/** A code that was just made. It lives in this sheet alone. */
export type MadeCode = RouteAnswer<"makeEnrolmentCode"> & {
  /** The first instant at which it no longer holds, by this device's clock. Milliseconds since 1970. */
  readonly endsAtMs: number;
};

interface CodePanelProps {
  readonly view: TenantView;
  readonly made: MadeCode;
  /** The agent as it is enrolled now; null: nobody came in under this id yet. */
  readonly agent: Agent | null;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

const CONFIG_PATH = "/etc/studio-agent/agent.json";
const COMMAND = `studio-agent enrol --config ${CONFIG_PATH}`;

/** The code, how long it holds, what to type where, and the machine as soon as it is in. */
export function CodePanel({ view, made, agent, onAgain, onClose }: CodePanelProps) {
  const nowMs = useNow();
  const leftMs = Math.max(0, made.endsAtMs - nowMs);
  const step = codeStep(agent, made.expiresAt, leftMs);
  useStepAnnouncements(step.kind, leftMs);
  if (step.kind === "enrolled")
    return (
      <div className="form" role="status">
        <p>
          <strong className="plain-text">{agent?.name ?? made.agentId}</strong> is in, with the key{" "}
          <code>{step.keyId}</code>. Compare it with what its machine prints.
        </p>
        <p className="muted">
          It sends readings from its next start on. It can ask for nothing until somebody lends it rights.
        </p>
        <div className="sheet-actions">
          <Button tone="primary" onPress={onClose}>
            Done
          </Button>
        </div>
      </div>
    );
  if (step.kind === "over")
    return (
      <div className="form">
        <p role="status">This code no longer holds, and nobody came in by it.</p>
        <div className="sheet-actions">
          <Button tone="quiet" onPress={onClose}>
            Close
          </Button>
          <Button tone="primary" onPress={onAgain}>
            Make another…
          </Button>
        </div>
      </div>
    );
  return (
    <div className="form">
      <div className="code-show">
        <p className="code-label">One-time code, shown this once</p>
        <p className="code-text" data-testid="enrolment-code">
          {made.code}
        </p>
        <p className="code-left">
          holds for <span className="code-time">{formatCountdown(leftMs)}</span>
        </p>
        <CopyButton text={made.code} what="the code" />
      </div>
      <ol className="code-steps">
        <li>
          Its configuration, <code>{CONFIG_PATH}</code>, names the studio:
          <Snippet text={configOf(view.tenant.tenantId, made.agentId)} what="the configuration" />
        </li>
        <li>
          Type this on its machine, and the code when it asks:
          <Snippet text={COMMAND} what="the command" />
        </li>
      </ol>
      <p className="muted" role="status">
        Waiting for the machine…
      </p>
      <div className="sheet-actions">
        <Button tone="quiet" onPress={onClose}>
          Close; the code is gone then
        </Button>
      </div>
    </div>
  );
}

const configOf = (tenantId: string, agentId: string): string =>
  [`"tenantId": "${tenantId}",`, `"agentId": "${agentId}",`, `"cloudOrigin": "${location.origin}"`].join("\n");

function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <div className="snippet">
      <pre>{text}</pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}

/** Said once each: that five minutes and one minute are left, that it is over, and that the machine is in. */
function useStepAnnouncements(kind: "waiting" | "enrolled" | "over", leftMs: number): void {
  const minutes = kind === "waiting" && leftMs <= 300_000 ? (leftMs <= 60_000 ? 1 : 5) : null;
  useEffect(() => {
    if (minutes !== null) announce(`The code holds for ${minutes === 1 ? "one minute" : "five minutes"} more.`);
  }, [minutes]);
  useEffect(() => {
    if (kind === "enrolled") announce("The machine is in.");
    if (kind === "over") announce("The code no longer holds.");
  }, [kind]);
}
