import type { ControlReadings } from "./control.js";
import type { DelegationFacts } from "./delegation.js";
import type { ExemptionFacts } from "./exemption.js";
import type {
  Actor,
  ActLink,
  ApprovalRule,
  CapabilityMetadata,
  ProposalStatus,
  QuotaStanding,
  Review,
  RiskTier,
  SoloMode,
  StaleField,
  UtcInstant,
} from "../contracts/index.js";

/** What somebody wants to do with a proposal. */
export type PolicyOperation =
  "submit" | "plan" | "revise" | "approve" | "reject" | "reopen" | "withdraw" | "revoke" | "execute" | "rollback";

/** What the policy knows of the stored proposal; null while it is being submitted. */
export interface ProposalFacts {
  readonly proposalId: string;
  readonly tenantId: string;
  readonly rev: number;
  readonly status: ProposalStatus;
  readonly riskTier: RiskTier;
  readonly actChain: readonly ActLink[];
  readonly expiresAt: UtcInstant;
  readonly planId: string;
  readonly docs: number;
  readonly ownerUid: string;
  /** The records that the effect writes, relative to the tenant. */
  readonly targets: readonly string[];
  /** Money that the effect moves, in cents of either sign. */
  readonly cents: number;
  readonly capabilityId: string;
  readonly submittedAt: UtcInstant;
  readonly rule: ApprovalRule;
  readonly soloMode: SoloMode | null;
  readonly reviews: readonly Review[];
  readonly approvedUntil: UtcInstant | null;
  /** Before it, an approved proposal can be revoked and not yet executed; null: nothing is held. */
  readonly executeNotBefore: UtcInstant | null;
  readonly controlEpochSeen: number;
  /** The connectors whose readings it rests on. */
  readonly connectorIds: readonly string[];
  readonly isConsumed: boolean;
  readonly isReversible: boolean;
}

/** What the caller says about the decision: which revision and plan they looked at, and why they decide so. */
export interface ReviewFacts {
  readonly ifRev: number;
  readonly planId: string | null;
  readonly rationale: string | null;
  readonly reasonCode: string | null;
}

/**
 * Everything that a decision depends on, read in the transaction that it guards. A fact that is not known is null, and a
 * check that needs it says no; a check that the operation does not need is skipped, and says so in the trace.
 */
export interface PolicyFacts {
  readonly operation: PolicyOperation;
  readonly now: UtcInstant;
  readonly tenantId: string;
  readonly actor: Actor;
  /** When the person last signed in, as the verified token says; null: nobody knows, which is too long ago. */
  readonly signedInAt: UtcInstant | null;
  readonly capability: CapabilityMetadata | null;
  readonly control: ControlReadings;
  readonly proposal: ProposalFacts | null;
  /** Records that were read for this and say that they belong to another studio; null when nobody looked. */
  readonly foreignRefs: readonly string[] | null;
  /** The rights that an agent was lent; null when nobody looked, which leaves an agent with none. */
  readonly delegation: DelegationFacts | null;
  /** The exemption that the call names; null when it names none. */
  readonly exemption: ExemptionFacts | null;
  /** `not_given_yet`: somebody asks in advance, as a screen does, what would stand in the way of a decision. */
  readonly review: ReviewFacts | "not_given_yet" | null;
  /** Did this person give the same reason lately? null: nobody looked, or it could not be read. */
  readonly isRationaleRepeated: boolean | null;
  /** The stored intent hash, and the same hash computed again from what is stored. */
  readonly intent: { readonly stored: string; readonly recomputed: string } | null;
  /** How much is left of the quota that an execution would be counted against; null when nobody could read it. */
  readonly quota: QuotaStanding | null;
  /** Fields that are not what the plan was computed from; null when nobody looked. */
  readonly staleFields: readonly StaleField[] | null;
}
