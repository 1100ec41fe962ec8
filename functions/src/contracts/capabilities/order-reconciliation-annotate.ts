import * as z from "zod";
import { DocId, plainText } from "../primitives.js";
import { ReconciliationFinding } from "../truth-states.js";

/** Input of `order.reconciliation.annotate`: what somebody found when the order was held against its payments. */
export const OrderReconciliationAnnotateInput = z.strictObject({
  orderId: DocId.meta({ record: "orders" }),
  finding: ReconciliationFinding,
  note: plainText(3, 500),
});
export type OrderReconciliationAnnotateInput = z.infer<typeof OrderReconciliationAnnotateInput>;
