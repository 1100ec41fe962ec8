import * as z from "zod";
import { Role, RiskTier } from "./primitives.js";

/** Longest hold window, in milliseconds: longer than that is a second approval, not a moment to think again. */
const MAX_HOLD_MS = 10 * 60_000;

/**
 * Who must agree, per risk tier. Version 1 is compiled in; stored, editable versions live at
 * `approvalPolicies/{id}` once editing a policy is itself a proposal.
 */
export const ApprovalPolicy = z.strictObject({
  id: z.string().min(1),
  version: z.int().min(1),
  rules: z
    .array(
      z.strictObject({
        riskTier: RiskTier,
        /** Distinct people who must approve. */
        approvals: z.int().min(1).max(5),
        roles: z.array(Role).min(1),
        /** How long a decision may take, in milliseconds, from submission. */
        decideWithinMs: z.int().min(60_000),
        /** How long a granted approval stands, in milliseconds (M01.7). */
        approvalTtlMs: z.int().min(60_000),
        /**
         * How long an approved proposal is held before it may be executed, in milliseconds (M03.7): revoking it in that time
         * undoes the approval before anything was written. 0: not held.
         */
        holdMs: z.int().min(0).max(MAX_HOLD_MS),
      }),
    )
    .min(1),
  /** Only `deny` can be written down: nothing is ever approved by waiting (M02.1). */
  onTimeout: z.literal("deny"),
});
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;
