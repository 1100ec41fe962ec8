import * as z from "zod";
import { ReasonCode } from "./reason-codes.js";

/** Every check that the policy makes, in the order in which it is made. */
export const POLICY_CHECKS = [
  "tenant",
  "capability",
  "role",
  "delegation",
  "self_approval",
  "step_up",
  "control",
  "plan",
  "lifecycle",
  "expiry",
  "intent",
  "rationale",
  "exemption",
  "quorum",
  "approval_age",
  "hold_window",
  "control_epoch",
  "preconditions",
  "blast_radius",
  "quota",
] as const;

/** One line of the answer to "why, or why not": shown alike by plan, execute, the cockpit's banner and the CLI. */
export const TraceLine = z.strictObject({
  check: z.enum(POLICY_CHECKS),
  result: z.enum(["pass", "fail", "skipped"]),
  detail: z.string().max(500),
  reasonCode: ReasonCode.nullable(),
  whoCanLift: z.string().nullable(),
});
export type TraceLine = z.infer<typeof TraceLine>;

export const PolicyDecision = z.strictObject({
  decision: z.enum(["allow", "deny"]),
  /** The first failed check's code; null when allowed. */
  reasonCode: ReasonCode.nullable(),
  trace: z.array(TraceLine),
});
export type PolicyDecision = z.infer<typeof PolicyDecision>;
