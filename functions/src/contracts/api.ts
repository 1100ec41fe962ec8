import * as z from "zod";
import { ConflictField, Plan, StaleField } from "./effect.js";
import { AuditPayload } from "./audit-event.js";
import { ApproverCover } from "./approval-policy.js";
import {
  ControlMode,
  ControlReason,
  ControlState,
  GlobalControlState,
  PlatformOperators,
  ScopeKind,
  StaffEntry,
} from "./control.js";
import { Delegation } from "./delegation.js";
import { Exemption } from "./exemption.js";
import { PLATFORM_TENANT_ID } from "./paths.js";
import { PolicyDecision } from "./policy-trace.js";
import { CapabilityOffer, QuotaLimit } from "./capability.js";
import { DocId, JsonObject, Role, Sha256Hex, TenantId, UtcInstant, plainText } from "./primitives.js";
import type { Role as RoleName } from "./primitives.js";
import { ApproveReason, Evidence, Proposal, RATIONALE_MAX, Rationale, RejectReason } from "./proposal.js";
import { QuotaStanding, QuotaState } from "./quota.js";
import { ReasonCode } from "./reason-codes.js";
import { JobRun } from "./job-run.js";
import { HoldSubject, LegalHold, RetentionPurgeInput, RetentionReason } from "./retention.js";
import { Agent, AgentKey } from "./agent.js";
import { ENROLMENT_CODE_MAX_MINUTES, ENROLMENT_CODE_MINUTES, EnrolmentCode, KeyProof } from "./enrolment.js";
import { AUDIT_LINK_MAX_DAYS, AuditExport, AuditLink, EXPORT_FILTERS, ExportProgress } from "./audit-access.js";

/** What every refusal looks like on the wire. `details` holds what the code's reader needs, and never a secret. */
export const ApiError = z.strictObject({
  error: z.strictObject({
    code: ReasonCode,
    message: z.string(),
    requestId: z.string(),
    details: z
      .strictObject({
        issues: z.array(z.strictObject({ path: z.string(), problem: z.string() })).optional(),
        from: z.string().optional(),
        to: z.string().optional(),
        allowed: z.array(z.string()).optional(),
        changed: z.array(StaleField).optional(),
        conflicts: z.array(ConflictField).optional(),
        proposal: Proposal.optional(),
        policy: PolicyDecision.optional(),
        roles: z.array(Role).optional(),
        via: z.string().optional(),
        retryAfterSeconds: z.number().optional(),
        quota: QuotaStanding.optional(),
        /** The proposal that stands in the way, where it is another one. */
        otherProposalId: DocId.optional(),
      })
      .optional(),
  }),
});
export type ApiError = z.infer<typeof ApiError>;
export type ApiErrorDetails = NonNullable<ApiError["error"]["details"]>;

/** How old a sign-in may be for a sensitive action (M05.8), in milliseconds. */
export const RECENT_SIGN_IN_MS = 10 * 60_000;

/** Header of a call that must happen at most once: 16 to 255 visible ASCII characters. */
export const IDEMPOTENCY_HEADER = "Idempotency-Key";
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{16,255}$/);

/** Largest request body that the API reads, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Deepest nesting of a request body. */
export const MAX_BODY_DEPTH = 16;

const STAFF = ["owner", "approver_admin", "approver", "operator", "finance", "trust"] as const satisfies RoleName[];
const EXECUTORS = ["owner", "approver_admin", "approver", "operator"] as const satisfies RoleName[];
const RELEASERS = ["owner", "approver_admin"] as const satisfies RoleName[];
const EVERYONE = [...STAFF, "viewer"] as const satisfies RoleName[];

/** Who may take the record out of the house. */
const EXPORTERS = ["owner", "approver_admin", "finance"] as const satisfies RoleName[];

const TreeIndex = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const InTenant = z.strictObject({ tenantId: TenantId });
const OneAgent = z.strictObject({ tenantId: TenantId, agentId: DocId });
const OneProposal = z.strictObject({ tenantId: TenantId, proposalId: DocId });
const ProposalAnswer = z.strictObject({ proposal: Proposal, policy: PolicyDecision });
const ControlAnswer = z.strictObject({ control: ControlState });
const OperatorsAnswer = PlatformOperators.pick({ operators: true, changeRequest: true });

/** Names of the identity and time fields that a body may never assert (M05.1). */
export const FORBIDDEN_BODY_FIELDS = [
  "actor",
  "actorId",
  "actorType",
  "actChain",
  "approver",
  "approvedBy",
  "delegation",
  "executedBy",
  "now",
  "owner",
  "ownerUid",
  "requestedBy",
  "roles",
  "tenant",
  "tenantId",
  "uid",
] as const;

export interface ApiRoute {
  readonly method: "GET" | "POST";
  /** Path below the API's origin; `{name}` stands for one path segment of `params`. */
  readonly path: string;
  readonly summary: string;
  /**
   * `person`: whoever is signed in and holds one of `roles`. `proof`: nobody signs in; the body proves who asks, by a
   * one-time code or a signature, and the handler alone judges it.
   */
  readonly access: "person" | "proof";
  /** Of a route whose path names no tenant: the one whose roles count. */
  readonly tenantId?: string;
  /** Who may call it: any one of these roles in the tenant that the path names. Empty where the body proves who asks. */
  readonly roles: readonly RoleName[];
  readonly params: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  readonly needsIdempotencyKey: boolean;
  /** True: the sign-in may be at most ten minutes old (M05.8). */
  readonly needsRecentSignIn: boolean;
  readonly successStatus: 200 | 201;
}

const defaults = {
  access: "person",
  needsIdempotencyKey: false,
  needsRecentSignIn: false,
  successStatus: 200,
} as const;
/** Routes for agents, which have keys and no sign-in. */
const byProof = { ...defaults, access: "proof", roles: [] } as const;

/** The one route table: OpenAPI, the server's router and every client are made from it. */
export const API_ROUTES = {
  listCapabilities: {
    ...defaults,
    method: "GET",
    path: "/api/v1/tenants/{tenantId}/capabilities",
    summary: "What can be proposed at all, with the JSON Schema of each input, and how often it may be done.",
    roles: EVERYONE,
    params: InTenant,
    body: null,
    answer: z.strictObject({ capabilities: z.array(CapabilityOffer), quotas: z.array(QuotaLimit) }),
  },
  submitProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals",
    summary:
      "Submit a change for approval. The server computes the plan; the same open intent gives the same proposal.",
    roles: STAFF,
    params: InTenant,
    body: z.strictObject({
      capabilityId: z.string().min(1).max(80),
      input: JsonObject,
      rationale: plainText(0, RATIONALE_MAX),
      evidence: z.array(Evidence).max(20).default([]),
    }),
    answer: z.strictObject({ proposal: Proposal, deduplicated: z.boolean(), policy: PolicyDecision }),
    successStatus: 201,
  },
  getProposal: {
    ...defaults,
    method: "GET",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}",
    summary: "One proposal, with what the policy says about approving and executing it for the caller, now.",
    roles: EVERYONE,
    params: OneProposal,
    body: null,
    answer: z.strictObject({
      proposal: Proposal,
      policy: z.strictObject({ approve: PolicyDecision, execute: PolicyDecision, rollback: PolicyDecision }),
    }),
  },
  planProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:plan",
    summary: "Compute the plan again from current reads. A different plan is a new revision and voids the reviews.",
    roles: STAFF,
    params: OneProposal,
    body: z.strictObject({ ifRev: z.int().min(1) }),
    answer: z.strictObject({ proposal: Proposal, plan: Plan, isChanged: z.boolean(), policy: PolicyDecision }),
  },
  approveProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:approve",
    summary: "Approve exactly this plan of exactly this revision.",
    // Whom the proposal's own rule names, or who covers for them: the policy says.
    roles: STAFF,
    params: OneProposal,
    body: z.strictObject({
      ifRev: z.int().min(1),
      planId: Sha256Hex,
      /** Required from risk tier medium on. */
      rationale: Rationale.nullable().default(null),
      reasonCode: ApproveReason.nullable().default(null),
      /** An exemption from the second approver, if the caller wants to use one (M04.7). */
      exemptionId: DocId.optional(),
    }),
    answer: ProposalAnswer,
  },
  rejectProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:reject",
    summary: "Reject the proposal. One rejection ends it.",
    // Whom the proposal's own rule names, or who covers for them: the policy says.
    roles: STAFF,
    params: OneProposal,
    body: z.strictObject({ ifRev: z.int().min(1), reasonCode: RejectReason, rationale: Rationale }),
    answer: ProposalAnswer,
  },
  reopenProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:reopen",
    summary: "Make a rejected proposal a draft again. Its reviews stay visible and no longer count.",
    roles: ["approver_admin"],
    params: OneProposal,
    body: z.strictObject({ ifRev: z.int().min(1), rationale: Rationale }),
    answer: ProposalAnswer,
  },
  revokeProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:revoke",
    summary: "Take an approval back before it is executed. Nothing is written but that.",
    roles: STAFF,
    params: OneProposal,
    body: z.strictObject({ ifRev: z.int().min(1), rationale: plainText(0, RATIONALE_MAX).default("") }),
    answer: ProposalAnswer,
  },
  reviseProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:revise",
    summary: "Ask for something else in the same proposal: a new intent, a new plan, a new revision without reviews.",
    roles: STAFF,
    params: OneProposal,
    body: z.strictObject({ ifRev: z.int().min(1), input: JsonObject, rationale: plainText(0, RATIONALE_MAX) }),
    answer: z.strictObject({ proposal: Proposal, plan: Plan, policy: PolicyDecision }),
  },
  withdrawProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:withdraw",
    summary: "Take back a proposal that you submitted, or that an agent of yours did.",
    roles: STAFF,
    params: OneProposal,
    body: z.strictObject({ ifRev: z.int().min(1), rationale: plainText(3, RATIONALE_MAX) }),
    answer: ProposalAnswer,
  },
  executeProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:execute",
    summary: "Apply exactly the approved effect, once, together with its audit event.",
    roles: EXECUTORS,
    params: OneProposal,
    body: z.strictObject({
      planId: Sha256Hex,
      /** An exemption from the quota, if the caller wants to use one (M04.7). */
      exemptionId: DocId.optional(),
    }),
    answer: z.strictObject({ proposal: Proposal, replayed: z.boolean(), policy: PolicyDecision }),
    needsIdempotencyKey: true,
  },
  rollbackProposal: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:rollback",
    summary: "Apply the inverse of an executed effect where nobody changed the records since.",
    roles: EXECUTORS,
    params: OneProposal,
    body: z.strictObject({ rationale: plainText(10, RATIONALE_MAX) }),
    answer: z.strictObject({ proposal: Proposal, replayed: z.boolean(), policy: PolicyDecision }),
    needsIdempotencyKey: true,
  },
  getControl: {
    ...defaults,
    method: "GET",
    path: "/api/v1/tenants/{tenantId}/control",
    summary: "The kill switch: the mode that counts now, for this studio and for all.",
    roles: EVERYONE,
    params: InTenant,
    body: null,
    answer: z.strictObject({ effectiveMode: ControlMode, control: ControlState.nullable(), detail: z.string() }),
  },
  engageStop: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/control:engage",
    summary: "Stop the studio, or make it read-only. One person is enough.",
    roles: STAFF,
    params: InTenant,
    body: z.strictObject({ mode: z.enum(["read_only", "stopped"]), reason: ControlReason }),
    answer: ControlAnswer,
  },
  releaseStop: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/control:release",
    summary: "Ask for the release, or confirm what somebody else asked for. Two people, or one with phrase and delay.",
    roles: RELEASERS,
    params: InTenant,
    body: z.strictObject({ reason: ControlReason, phrase: z.string().max(60).nullable().default(null) }),
    answer: z.strictObject({ control: ControlState, isReleased: z.boolean() }),
    needsRecentSignIn: true,
  },
  engageScope: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/control/scopes:engage",
    summary: "Stop one capability, connector, person, agent or routine. One person is enough.",
    roles: STAFF,
    params: InTenant,
    body: z.strictObject({
      kind: ScopeKind,
      id: DocId,
      mode: z.enum(["read_only", "stopped"]),
      reason: ControlReason,
      until: UtcInstant.nullable().default(null),
    }),
    answer: ControlAnswer,
  },
  releaseScope: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/control/scopes:release",
    summary: "Ask for the release of a narrower stop, or confirm what somebody else asked for.",
    roles: RELEASERS,
    params: InTenant,
    body: z.strictObject({
      kind: ScopeKind,
      id: DocId,
      reason: ControlReason,
      phrase: z.string().max(60).nullable().default(null),
    }),
    answer: z.strictObject({ control: ControlState, isReleased: z.boolean() }),
    needsRecentSignIn: true,
  },
  engageGlobalStop: {
    ...defaults,
    method: "POST",
    path: "/api/v1/platform/control:engage",
    summary: "Stop all studios, or make them read-only. One operator of the platform is enough.",
    tenantId: PLATFORM_TENANT_ID,
    roles: ["operator"],
    params: z.strictObject({}),
    body: z.strictObject({ mode: z.enum(["read_only", "stopped"]), reason: ControlReason }),
    answer: z.strictObject({ control: GlobalControlState }),
  },
  releaseGlobalStop: {
    ...defaults,
    method: "POST",
    path: "/api/v1/platform/control:release",
    summary: "Ask for the release of all studios, or confirm what another operator of the platform asked for.",
    tenantId: PLATFORM_TENANT_ID,
    roles: ["operator"],
    params: z.strictObject({}),
    body: z.strictObject({ reason: ControlReason, phrase: z.string().max(60).nullable().default(null) }),
    answer: z.strictObject({ control: GlobalControlState, isReleased: z.boolean() }),
    needsRecentSignIn: true,
  },
  getOperators: {
    ...defaults,
    method: "GET",
    path: "/api/v1/platform/operators",
    summary: "Who may stop and release all studios, and which change of that waits for a second operator.",
    tenantId: PLATFORM_TENANT_ID,
    roles: ["operator"],
    params: z.strictObject({}),
    body: null,
    answer: OperatorsAnswer,
  },
  changeOperator: {
    ...defaults,
    method: "POST",
    path: "/api/v1/platform/operators/{operatorUid}",
    summary: "Ask to put somebody on that list or take them off it, or confirm what another operator asked for.",
    tenantId: PLATFORM_TENANT_ID,
    roles: ["operator"],
    params: z.strictObject({ operatorUid: DocId }),
    body: z.strictObject({
      name: plainText(1, 120),
      isIn: z.boolean(),
      reason: Rationale,
      phrase: z.string().max(60).nullable().default(null),
    }),
    answer: OperatorsAnswer.extend({ isChanged: z.boolean() }),
    needsRecentSignIn: true,
  },
  enrolAgent: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/agents",
    summary: "Enrol an agent by its public key. The caller becomes the person who answers for it.",
    roles: ["owner"],
    params: InTenant,
    body: z.strictObject({ agentId: DocId, name: plainText(1, 120), publicKey: AgentKey.shape.publicKey }),
    answer: z.strictObject({ agent: Agent }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  revokeAgent: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/agents/{agentId}:revoke",
    summary: "Revoke an agent: nothing that it signs counts from this commit on.",
    roles: RELEASERS,
    params: OneAgent,
    body: z.strictObject({
      reason: plainText(3, 500),
      /** One key alone, the agent staying enrolled; null: the agent and every key of it. */
      keyId: AgentKey.shape.keyId.nullable().default(null),
    }),
    answer: z.strictObject({ agent: Agent }),
  },
  makeEnrolmentCode: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/agents/{agentId}:make-code",
    summary: "Make a one-time code by which a machine enrols itself. It is shown once; a new one voids the one before.",
    roles: RELEASERS,
    params: OneAgent,
    body: z.strictObject({
      name: plainText(1, 120),
      validMinutes: z.int().min(1).max(ENROLMENT_CODE_MAX_MINUTES).default(ENROLMENT_CODE_MINUTES),
    }),
    answer: z.strictObject({ agentId: DocId, code: EnrolmentCode, expiresAt: UtcInstant }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  redeemEnrolmentCode: {
    ...byProof,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/agents/{agentId}:redeem-code",
    summary: "Enrol a machine by a one-time code and the proof that it holds its key.",
    params: OneAgent,
    body: z.strictObject({
      code: EnrolmentCode,
      publicKey: AgentKey.shape.publicKey,
      /** By the key that is enrolled, over `keyProofMessage`. */
      proof: KeyProof,
    }),
    answer: z.strictObject({ agentId: DocId, name: z.string(), keyId: AgentKey.shape.keyId }),
    successStatus: 201,
  },
  rotateAgentKey: {
    ...byProof,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/agents/{agentId}:rotate-key",
    summary: "Put a new key in the place of the one that signs this. The old one counts for a day more.",
    params: OneAgent,
    body: z.strictObject({
      publicKey: AgentKey.shape.publicKey,
      keyId: AgentKey.shape.keyId,
      signedAt: UtcInstant,
      /** By the key that is enrolled, and by the new one, over `keyProofMessage`. */
      signature: KeyProof,
      proof: KeyProof,
    }),
    answer: z.strictObject({ agentId: DocId, keyId: AgentKey.shape.keyId, oldKeyUntil: UtcInstant }),
  },
  changeStaff: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/staff/{memberUid}",
    summary: "Put somebody on the staff list, or change what they may do. It counts from this commit on.",
    roles: ["owner"],
    params: z.strictObject({ tenantId: TenantId, memberUid: DocId }),
    body: z.strictObject({
      name: plainText(1, 120),
      holds: StaffEntry.shape.roles,
      groups: StaffEntry.shape.groups,
      aliases: StaffEntry.shape.aliases,
      isIn: z.boolean(),
      reason: Rationale,
    }),
    answer: z.strictObject({ entry: StaffEntry }),
    needsRecentSignIn: true,
  },
  startCover: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/covers",
    summary: "Let somebody decide in somebody's place for a while: one's own place, or as owner or admin anybody's.",
    roles: STAFF,
    params: InTenant,
    body: z.strictObject({
      from: DocId,
      to: DocId,
      capabilityIds: ApproverCover.shape.capabilityIds,
      startsAt: UtcInstant,
      endsAt: UtcInstant,
      reason: plainText(3, 500),
    }),
    answer: z.strictObject({ cover: ApproverCover }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  endCover: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/covers/{coverId}:end",
    summary: "End a cover before its time: either of the two people may, and owners and admins.",
    roles: STAFF,
    params: z.strictObject({ tenantId: TenantId, coverId: DocId }),
    body: z.strictObject({ reason: plainText(3, 500) }),
    answer: z.strictObject({ cover: ApproverCover }),
  },
  grantDelegation: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/delegations",
    summary: "Lend an agent some of one's own rights, for a while. It can ask for nothing without.",
    roles: STAFF,
    params: InTenant,
    body: z.strictObject({
      agentId: DocId,
      scopes: Delegation.shape.scopes,
      resourceRefs: Delegation.shape.resourceRefs.default([]),
      constraints: Delegation.shape.constraints.default({ maxAmountCents: null, maxPerDay: null }),
      /** null: eight hours from now; at most 30 days. */
      expiresAt: UtcInstant.nullable().default(null),
      reason: Rationale,
    }),
    answer: z.strictObject({ delegation: Delegation }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  revokeDelegation: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/delegations/{delegationId}:revoke",
    summary:
      "Take back what an agent was lent: one's own grants, or as owner or admin anybody's. Counts from this commit on.",
    roles: STAFF,
    params: z.strictObject({ tenantId: TenantId, delegationId: DocId }),
    body: z.strictObject({ reason: plainText(3, 500) }),
    answer: z.strictObject({ delegation: Delegation }),
  },
  grantExemption: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/exemptions",
    summary: "Let one named requirement go unmet, for one capability, for a while and a few times.",
    roles: RELEASERS,
    params: InTenant,
    body: z.strictObject({
      capabilityId: Exemption.shape.capabilityId,
      forUid: DocId.nullable().default(null),
      resourceRef: Exemption.shape.resourceRef.default(null),
      constraint: Exemption.shape.constraint.default({ maxAmountCents: null }),
      waives: Exemption.shape.waives,
      ticketRef: plainText(1, 200),
      startsAt: UtcInstant.nullable().default(null),
      expiresAt: UtcInstant,
      maxUses: Exemption.shape.maxUses.default(1),
      reason: Rationale,
    }),
    answer: z.strictObject({ exemption: Exemption }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  revokeExemption: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/exemptions/{exemptionId}:revoke",
    summary: "Take an exemption back. Counts from this commit on.",
    roles: RELEASERS,
    params: z.strictObject({ tenantId: TenantId, exemptionId: DocId }),
    body: z.strictObject({ reason: plainText(3, 500) }),
    answer: z.strictObject({ exemption: Exemption }),
  },
  reportQuotas: {
    ...defaults,
    method: "GET",
    path: "/api/v1/tenants/{tenantId}/quotas",
    summary: "Whom and what quotas held back in the last week, by the audit log.",
    roles: RELEASERS,
    params: InTenant,
    body: null,
    answer: z.strictObject({
      since: UtcInstant,
      isComplete: z.boolean(),
      actors: z.array(z.strictObject({ id: z.string(), count: z.int() })),
      capabilities: z.array(z.strictObject({ id: z.string(), count: z.int() })),
    }),
  },
  resetQuota: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/quotas/{quotaKey}:reset",
    summary: "Let somebody whom a quota holds back go on, with a reason.",
    roles: RELEASERS,
    params: z.strictObject({ tenantId: TenantId, quotaKey: DocId }),
    body: z.strictObject({ reason: Rationale }),
    answer: z.strictObject({ quota: QuotaState }),
    needsRecentSignIn: true,
  },
  requestExport: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/audit/exports",
    summary:
      "Ask for a part of the signed log as a folder that an outsider can verify: a range, or a choice that proves inclusion only.",
    roles: EXPORTERS,
    params: InTenant,
    body: z.union([
      z.strictObject({
        fromIndex: TreeIndex,
        /** Exclusive; null for all that is signed. */
        toIndex: TreeIndex.nullable(),
        proofs: z.boolean().default(false),
        earlierSize: TreeIndex.nullable().default(null),
      }),
      z.strictObject({
        filter: z.strictObject({ field: z.enum(EXPORT_FILTERS), value: z.string().min(1).max(128) }),
        earlierSize: TreeIndex.nullable().default(null),
      }),
    ]),
    answer: z.strictObject({ export: AuditExport }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  getExport: {
    ...defaults,
    method: "GET",
    path: "/api/v1/tenants/{tenantId}/audit/exports/{exportId}",
    summary: "One export, and how far it is.",
    roles: EXPORTERS,
    params: z.strictObject({ tenantId: TenantId, exportId: DocId }),
    body: null,
    answer: z.strictObject({ export: AuditExport, progress: ExportProgress.omit({ frontier: true }) }),
  },
  createAuditLink: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/audit/links",
    summary:
      "Let an outsider read the signed log, and one export if named. The secret is in this answer and nowhere else.",
    roles: RELEASERS,
    params: InTenant,
    body: z.strictObject({
      label: AuditLink.shape.label,
      days: z.int().min(1).max(AUDIT_LINK_MAX_DAYS),
      exportId: DocId.nullable().default(null),
    }),
    answer: z.strictObject({ link: AuditLink, token: z.string() }),
    needsRecentSignIn: true,
    successStatus: 201,
  },
  revokeAuditLink: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/audit/links/{linkId}:revoke",
    summary: "End an audit link: it opens nothing from this commit on.",
    roles: RELEASERS,
    params: z.strictObject({ tenantId: TenantId, linkId: Sha256Hex }),
    body: z.strictObject({ reason: plainText(3, 500) }),
    answer: z.strictObject({ link: AuditLink }),
  },
  runJob: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/jobs/{job}:run",
    summary: "Start one of the platform's jobs by hand: the same code as by schedule, safe to be done twice.",
    roles: ["owner", "approver_admin", "operator"],
    params: z.strictObject({ tenantId: TenantId, job: DocId }),
    body: z.strictObject({}),
    answer: z.strictObject({ run: JobRun.omit({ counts: true }) }),
  },
  revealWords: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/audit-events/{eventId}:revealWords",
    summary: "Read what somebody wrote with an event. The look is put on record in the commit that answers it.",
    roles: RELEASERS,
    params: z.strictObject({ tenantId: TenantId, eventId: DocId }),
    body: z.strictObject({}),
    answer: z.strictObject({
      eventId: DocId,
      ...AuditPayload.shape,
      /** False: these are not the words that the event was recorded with. */
      isIntact: z.boolean(),
    }),
  },
  openEvidence: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/proposals/{proposalId}:openEvidence",
    summary: "Read the record that a piece of evidence names. For a proposal of high risk that is put on record.",
    roles: STAFF,
    params: OneProposal,
    /** Which of the proposal's pieces of evidence, from 0 on. */
    body: z.strictObject({ index: z.int().min(0).max(19) }),
    answer: z.strictObject({
      evidence: Evidence,
      /** As it is now; null where the evidence names no record of the studio, or none that is there. */
      record: JsonObject.nullable(),
      /** Whether the record is the one that the requester hashed; null where there is nothing to compare. */
      isSame: z.boolean().nullable(),
      isOnRecord: z.boolean(),
    }),
  },
  eraseWords: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/audit-events/{eventId}:eraseWords",
    summary: "Erase what somebody wrote with an event, for ever. The event and every proof of it stay.",
    roles: ["owner"],
    params: z.strictObject({ tenantId: TenantId, eventId: DocId }),
    body: z.strictObject({ reason: RetentionReason }),
    /** `copies`: in how many places of the proposal the same words stood. */
    answer: z.strictObject({ eventId: DocId, copies: z.int().min(0) }),
    needsRecentSignIn: true,
  },
  placeHold: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/legal-holds",
    summary: "Say that something must be kept, whatever policy and people say later. One person is enough.",
    roles: RELEASERS,
    params: InTenant,
    body: z.strictObject({ about: HoldSubject, reason: RetentionReason }),
    answer: z.strictObject({ hold: LegalHold }),
    successStatus: 201,
  },
  liftHold: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/legal-holds/{holdId}:lift",
    summary: "Lift a legal hold.",
    roles: ["owner"],
    params: z.strictObject({ tenantId: TenantId, holdId: DocId }),
    body: z.strictObject({ reason: RetentionReason }),
    answer: z.strictObject({ hold: LegalHold }),
    needsRecentSignIn: true,
  },
  planPurge: {
    ...defaults,
    method: "GET",
    path: "/api/v1/tenants/{tenantId}/retention/{collection}",
    summary: "The dry run of a purge: what of this collection is past its time. Nothing is deleted.",
    roles: RELEASERS,
    params: z.strictObject({ tenantId: TenantId, collection: DocId }),
    body: null,
    answer: z.strictObject({
      /** The input to propose `retention.purge` with; null where nothing is past its time. */
      input: RetentionPurgeInput.nullable(),
      count: z.int().min(0),
      /** False: more is past its time than one purge deletes. */
      isComplete: z.boolean(),
      /** Legal holds that stand in the way. */
      heldBy: z.array(DocId),
    }),
  },
  redriveDeadLetter: {
    ...defaults,
    method: "POST",
    path: "/api/v1/tenants/{tenantId}/dead-letters/{deadLetterId}:redrive",
    summary: "Hand a kept message to the ingest again, under today's keys and rules.",
    roles: ["owner", "approver_admin", "operator"],
    params: z.strictObject({ tenantId: TenantId, deadLetterId: DocId }),
    body: z.strictObject({}),
    answer: z.strictObject({ isAccepted: z.boolean(), reasonCode: ReasonCode.nullable() }),
  },
} as const satisfies Record<string, ApiRoute>;

export type ApiRouteName = keyof typeof API_ROUTES;
/** The routes whose callers prove themselves by what they send. */
export type ProofRouteName = {
  [N in ApiRouteName]: (typeof API_ROUTES)[N]["access"] extends "proof" ? N : never;
}[ApiRouteName];
export type RouteParams<N extends ApiRouteName> = z.infer<(typeof API_ROUTES)[N]["params"]>;
export type RouteBody<N extends ApiRouteName> = (typeof API_ROUTES)[N]["body"] extends z.ZodType
  ? z.infer<(typeof API_ROUTES)[N]["body"]>
  : null;
export type RouteBodyInput<N extends ApiRouteName> = (typeof API_ROUTES)[N]["body"] extends z.ZodType
  ? z.input<(typeof API_ROUTES)[N]["body"]>
  : null;
export type RouteAnswer<N extends ApiRouteName> = z.infer<(typeof API_ROUTES)[N]["answer"]>;
