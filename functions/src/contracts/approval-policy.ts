import * as z from "zod";
import { DocId, RiskTier, Role, UtcInstant } from "./primitives.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Longest hold window, in milliseconds: longer than that is a second approval, not a moment to think again. */
const MAX_HOLD_MS = 10 * MINUTE_MS;

/** How a person can be tied to what is decided, and so be kept from deciding on it (M02.3). */
export const SELF_EXCLUSIONS = [
  "requester",
  "agentOwner",
  "delegator",
  "routineAuthor",
  "exemptionGrantor",
  "policyEditor24h",
] as const;
export const SelfExclusion = z.enum(SELF_EXCLUSIONS);
export type SelfExclusion = z.infer<typeof SelfExclusion>;

/** One way to reach the quorum: this many distinct people who each pass the filter. */
export const ApprovalThreshold = z.strictObject({
  count: z.int().min(1).max(5).meta({ title: "How many people" }),
  filter: z
    .strictObject({
      /** Any one of these roles. */
      roles: z.array(Role).min(1).meta({ title: "Any of these roles" }),
      /** Any one of these groups of the staff list; null asks for none. */
      groups: z.array(z.string().min(1).max(40)).min(1).nullable().meta({ title: "Only of these groups" }),
      /** The people must come from as many different groups as there are people. */
      distinctGroups: z.boolean().meta({ title: "Each from another group" }),
    })
    .meta({ title: "Who counts" }),
});
export type ApprovalThreshold = z.infer<typeof ApprovalThreshold>;

/** One person may decide alone on what their own chain asked for, late and never unseen (M02.4). */
export const SoloMode = z.strictObject({
  coolingMs: z
    .int()
    .min(30 * MINUTE_MS)
    .meta({ title: "Only after" }),
});
export type SoloMode = z.infer<typeof SoloMode>;

/** What a rule speaks about. An absent condition matches everything; the first rule that matches counts. */
export const RuleCondition = z.strictObject({
  riskTier: RiskTier.optional().meta({ title: "Only this risk tier" }),
  capabilityId: z.string().min(1).max(80).optional().meta({ title: "Only this capability" }),
  /** Money that the effect moves, in cents without sign: from this amount on. */
  amountCents: z.int().min(0).optional().meta({ title: "Only from this amount on" }),
  ownerUid: DocId.optional().meta({ title: "Only what this person answers for" }),
});

/**
 * Who must agree, how long that may take, and how long it holds. All times in milliseconds. A proposal carries the rule
 * that it was submitted under, so that a later policy does not change what people agreed on.
 */
export const ApprovalRule = z.strictObject({
  when: RuleCondition.meta({ title: "About which changes" }),
  /** Any one of them suffices: "one admin or two approvers". */
  thresholds: z.array(ApprovalThreshold).min(1).max(5),
  /** `any`: one rejection ends it. `quorum`: as many rejections as approvals would be needed. */
  rejectRule: z.enum(["any", "quorum"]).meta({ title: "How many rejections end it" }),
  selfExclusion: z.array(SelfExclusion).meta({ title: "Who may not decide" }),
  /** How long a decision may take, from submission. */
  decideWithinMs: z.int().min(MINUTE_MS).meta({ title: "Time to decide" }),
  /** How long a granted approval stands (M01.7). */
  approvalTtlMs: z.int().min(MINUTE_MS).meta({ title: "How long an approval stands" }),
  /** How long after the quorum nothing is executed, so that the approval can be taken back (M03.7). */
  holdMs: z.int().min(0).max(MAX_HOLD_MS).meta({ title: "Time to take an approval back" }),
  /** Shares of `decideWithinMs` after which the deciders are reminded. */
  reminderAt: z.array(z.number().gt(0).lt(1)).max(5).meta({ title: "Reminders" }),
  /** Nothing is ever approved by waiting (M02.1). */
  onTimeout: z.literal("deny").meta({ title: "Without a decision" }),
  escalation: z
    .strictObject({ afterShare: z.number().gt(0).lt(1).meta({ title: "After this share of the time" }), to: Role })
    .nullable()
    .meta({ title: "Ask others as well" }),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/**
 * Who must agree to what. The active version lies in the control document, which every decision reads; every version is
 * kept at `approvalPolicies/{version}`. Edited by proposals only.
 */
export const ApprovalPolicy = z.strictObject({
  id: z.string().min(1),
  version: z.int().min(1),
  rules: z.array(ApprovalRule).min(1).max(30),
  soloMode: SoloMode.nullable(),
  /** Who asked for fresh edits, and until when they do not decide under what they wrote themselves (exclusive end). */
  editors: z.array(z.strictObject({ uid: DocId, excludedUntil: UtcInstant })).max(20),
});
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

/** Longest time that somebody may stand in for somebody else, in milliseconds (M02.9). */
export const COVER_MAX_MS = 14 * DAY_MS;
/** Most covers of one person's place that are not over: the list has room for those of others. */
export const MAX_COVERS_EACH = 10;

/** "Ana covers for me till Friday." One link deep: a cover cannot be passed on. */
export const ApproverCover = z.strictObject({
  coverId: DocId,
  /** Whose decisions, and who may make them meanwhile. */
  from: DocId,
  to: DocId,
  /** Only for these capabilities; null for all. */
  capabilityIds: z.array(z.string().min(1).max(80)).min(1).max(20).nullable(),
  startsAt: UtcInstant,
  /** The first instant at which it no longer counts. */
  endsAt: UtcInstant,
  by: z.strictObject({ id: DocId, name: z.string().max(120) }),
  at: UtcInstant,
});
export type ApproverCover = z.infer<typeof ApproverCover>;
