import * as z from "zod";
import { Order, OrderReconciliationAnnotateInput } from "../contracts/index.js";
import type { ReconciliationFinding } from "../contracts/index.js";
import type { Capability } from "./capability.js";
import { changeOf, findTarget } from "./target.js";

const IN_WORDS: Record<ReconciliationFinding, string> = {
  matches: "matches its payments",
  amount_differs: "the amounts differ",
  payment_missing: "a payment is missing",
  paid_twice: "it was paid twice",
  refund_missing: "a refund is missing",
  needs_owner: "an owner has to look",
};

const TargetOrder = Order.pick({ memberName: true, reconciliation: true });

/** Notes on one order what holding it against its payments came to. No amount and no status is touched. */
export const orderReconciliationAnnotate: Capability<OrderReconciliationAnnotateInput> = {
  metadata: {
    id: "order.reconciliation.annotate",
    version: 1,
    title: "Note what reconciling an order came to",
    owner: "finance",
    escalation: "the studio's owner",
    riskTier: "low",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "money",
    maxTargets: 1,
    declaredPaths: [{ path: "orders/*", ops: ["update"], fields: ["reconciliation"] }],
    proposableBy: { roles: ["owner", "approver_admin", "finance"], agent: false },
    adr: "docs/adr/0010-first-studio-capabilities.md",
  },
  inputSchema: OrderReconciliationAnnotateInput,
  outputSchema: z.strictObject({ reconciliation: Order.shape.reconciliation.unwrap().unwrap() }),
  targets: ({ orderId }) => [`orders/${orderId}`],
  reads: ({ orderId }) => [{ ref: `orders/${orderId}`, fields: ["memberName", "reconciliation"] }],

  preview(truth, { orderId, finding, note }, { proposalId }) {
    const ref = `orders/${orderId}`;
    const target = findTarget(truth, ref, TargetOrder, "an order");
    if (target.kind === "refused") return target;
    const { memberName, reconciliation: before = null } = target.fields;
    if (before !== null && before.finding === finding && before.note === note.trim())
      return { kind: "refused", reason: "NO_OP", detail: "the order carries this very note already" };
    const after = { finding, note: note.trim(), proposalId };
    return {
      kind: "effect",
      headline: `Note on order ${orderId} of ${memberName}: ${IN_WORDS[finding]}`,
      writes: [{ ref, op: "update", fields: [changeOf(target.data, "reconciliation", after, "money")] }],
      members: 1,
      cents: 0,
      irreversible: [],
    };
  },

  fromAgent: null,
};
