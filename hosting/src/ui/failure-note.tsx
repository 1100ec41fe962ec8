import { REASON_CODES } from "@studio-os/functions/contracts";
import type { ReasonCode } from "@studio-os/functions/contracts";
import type { ApiFailure } from "../data/studio-data.js";
import { formatRetry } from "./age.js";
import { useNow } from "./use-live.js";

/** Why an action did not happen, who can lift it, and the id to ask with. What was typed stays beside it. */
export function FailureNote({ failure }: { failure: ApiFailure }) {
  const issues = failure.details.issues ?? [];
  const nowMs = useNow();
  const retryAt = failure.details.quota?.resetAt ?? null;
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{failure.message}</strong>
      </p>
      {isReasonCode(failure.code) ? <p>Who can lift it: {REASON_CODES[failure.code].whoCanLift}</p> : null}
      {retryAt === null ? null : <p>Try again at {formatRetry(retryAt, nowMs)}.</p>}
      {issues.length === 0 ? null : (
        <ul>
          {issues.map((issue) => (
            <li key={issue.path}>
              <code>{issue.path}</code>: {issue.problem}
            </li>
          ))}
        </ul>
      )}
      <p className="facts">
        <code>{failure.code}</code>
        {failure.requestId === null ? null : <span> · request {failure.requestId}</span>}
      </p>
    </div>
  );
}

const isReasonCode = (code: string): code is ReasonCode => Object.hasOwn(REASON_CODES, code);
