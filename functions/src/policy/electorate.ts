import type { ActLink, ApprovalRule, SoloMode, UtcInstant } from "../contracts/index.js";
import type { ControlReading } from "./control.js";
import type { Electorate } from "./tally.js";

/** The part of a proposal, stored or about to be, that says who may decide on it. */
export interface UnderRule {
  readonly rule: ApprovalRule;
  readonly soloMode: SoloMode | null;
  readonly actChain: readonly ActLink[];
  readonly capabilityId: string;
  readonly submittedAt: UtcInstant;
}

/** Who is there to decide on this, now? null while the staff list cannot be read, which means nobody. */
export function electorateOf(matter: UnderRule, tenant: ControlReading, now: UtcInstant): Electorate | null {
  if (tenant.kind === "unreadable") return null;
  const { rule, soloMode, actChain, capabilityId, submittedAt } = matter;
  const { staff, covers, approvalPolicy } = tenant.state;
  const { editors } = approvalPolicy;
  return { rule, soloMode, actChain, capabilityId, submittedAt, now, people: staff, covers, editors };
}
