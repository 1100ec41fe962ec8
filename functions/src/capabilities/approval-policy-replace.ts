import * as z from "zod";
import { ApprovalPolicy, ApprovalPolicyReplaceInput, ControlState } from "../contracts/index.js";
import type { FieldChange, JsonObject, UtcInstant } from "../contracts/index.js";
import { problemsOf, ruleFor } from "../policy/approval-policy.js";
import type { Capability } from "./capability.js";
import { changeOf, findTarget } from "./target.js";

const DAY_MS = 24 * 3_600_000;
const CONTROL_REF = "control/state";
const FIELDS = ["editors", "id", "rules", "soloMode", "version"];
const TargetControl = ControlState.pick({ approvalPolicy: true, staff: true });

const historyRef = (version: number): string => `approvalPolicies/${version}`;

/**
 * Puts another approval policy in force: the next version, in the control document and in the history. What waits already
 * is decided by the rule that it was submitted under. Who asks for an edit does not decide under it for a day (M02.3).
 */
export const approvalPolicyReplace: Capability<ApprovalPolicyReplaceInput & JsonObject> = {
  metadata: {
    id: "policy.approval.replace",
    version: 1,
    title: "Change who must approve what",
    owner: "studio governance",
    escalation: "the studio's owner",
    riskTier: "high",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "none", reason: "versions only grow: a policy is taken back by another edit" },
    quotaId: "policy",
    maxTargets: 2,
    declaredPaths: [
      { path: "control/*", ops: ["update"], fields: ["approvalPolicy"] },
      { path: "approvalPolicies/*", ops: ["create"], fields: FIELDS },
    ],
    proposableBy: { roles: ["owner", "approver_admin"], agent: false },
    adr: "docs/adr/0011-the-approval-policy-is-edited-by-proposal.md",
  },
  inputSchema: ApprovalPolicyReplaceInput as never,
  outputSchema: z.union([ControlState.pick({ approvalPolicy: true }), ApprovalPolicy]),
  targets: () => [CONTROL_REF],
  reads: ({ fromVersion }) => [
    { ref: historyRef(fromVersion + 1), fields: [] },
    { ref: CONTROL_REF, fields: ["approvalPolicy", "staff"] },
  ],

  preview(truth, { fromVersion, rules, soloMode }, { requesterId, plannedAt }) {
    const target = findTarget(truth, CONTROL_REF, TargetControl, "a control document");
    if (target.kind === "refused") return target;
    const { approvalPolicy: before, staff } = target.fields;
    if (before.version !== fromVersion)
      return { kind: "refused", reason: "TARGET_STATE", detail: `the policy is at version ${before.version} now` };
    if (JSON.stringify([rules, soloMode]) === JSON.stringify([before.rules, before.soloMode]))
      return { kind: "refused", reason: "NO_OP", detail: "the policy says so already" };
    const editors = [
      ...before.editors.filter(({ uid, excludedUntil }) => uid !== requesterId && excludedUntil > plannedAt),
      { uid: requesterId, excludedUntil: excludedUntil(before, plannedAt) },
    ];
    const after = ApprovalPolicy.safeParse({ id: before.id, version: fromVersion + 1, rules, soloMode, editors });
    if (!after.success) return { kind: "refused", reason: "TARGET_STATE", detail: "too many editors in one day" };
    const problems = problemsOf(after.data, staff);
    if (problems.length > 0)
      return { kind: "refused", reason: "POLICY_UNSOUND", detail: problems.join("; ").slice(0, 500) };
    const stored = JSON.parse(JSON.stringify(after.data)) as JsonObject;
    return {
      kind: "effect",
      headline: `Change the approval policy from version ${fromVersion} to ${fromVersion + 1}: ${rules.length} rules`,
      writes: [
        { ref: CONTROL_REF, op: "update", fields: [changeOf(target.data, "approvalPolicy", stored)] },
        { ref: historyRef(fromVersion + 1), op: "create", fields: FIELDS.map((path) => fieldOf(stored, path)) },
      ],
      members: 0,
      cents: 0,
      irreversible: [{ why: "a policy is taken back by another edit; what it let through meanwhile stays" }],
    };
  },

  fromAgent: null,
};

const fieldOf = (stored: JsonObject, path: string): FieldChange => ({
  path,
  after: stored[path] ?? null,
  sensitivity: "none",
});

/** A day after the last moment at which this edit can take effect: asked for, decided and executed as late as allowed. */
function excludedUntil(policy: ApprovalPolicy, plannedAt: UtcInstant): UtcInstant {
  const { id: capabilityId, riskTier } = approvalPolicyReplace.metadata;
  const rule = ruleFor(policy, { riskTier, capabilityId, cents: 0, ownerUid: "" });
  const latestMs = (rule?.decideWithinMs ?? DAY_MS) + (rule?.approvalTtlMs ?? DAY_MS);
  return new Date(Date.parse(plannedAt) + latestMs + DAY_MS).toISOString();
}
