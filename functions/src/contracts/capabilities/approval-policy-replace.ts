import * as z from "zod";
import { ApprovalRule, SoloMode } from "../approval-policy.js";

/** Input of `policy.approval.replace`: the whole policy that is to follow on the version that was looked at. */
export const ApprovalPolicyReplaceInput = z.strictObject({
  fromVersion: z.int().min(1),
  rules: z.array(ApprovalRule).min(1).max(30),
  soloMode: SoloMode.nullable().meta({ title: "Deciding alone, where nobody else could" }),
});
export type ApprovalPolicyReplaceInput = z.infer<typeof ApprovalPolicyReplaceInput>;
