import type { PolicyDecision, TraceLine } from "../contracts/index.js";
import { CHECKS, whoCanLift } from "./checks.js";
import type { PolicyFacts } from "./facts.js";

/**
 * May this be done, now, and why (not)? The one judge: plan, approve, execute, the cockpit's banner and the CLI all show
 * its answer (design §4.3). Pure. Every check is made and traced; the first that fails gives the reason code. A check
 * that throws fails with INTERNAL, because what cannot be judged is not allowed.
 */
export function evaluatePolicy(facts: PolicyFacts): PolicyDecision {
  const trace = CHECKS.map(({ name, check }): TraceLine => {
    try {
      const finding = check(facts);
      return finding.result === "fail"
        ? { check: name, ...finding, whoCanLift: whoCanLift(finding.reasonCode) }
        : { check: name, ...finding, reasonCode: null, whoCanLift: null };
    } catch {
      return failedToJudge(name);
    }
  });
  const firstFailure = trace.find((line) => line.result === "fail");
  return firstFailure === undefined
    ? { decision: "allow", reasonCode: null, trace }
    : { decision: "deny", reasonCode: firstFailure.reasonCode, trace };
}

function failedToJudge(check: TraceLine["check"]): TraceLine {
  return {
    check,
    result: "fail",
    detail: "the facts could not be judged",
    reasonCode: "INTERNAL",
    whoCanLift: whoCanLift("INTERNAL"),
  };
}
