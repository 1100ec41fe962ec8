import * as z from "zod";
import { ApprovalPolicy, ApproverCover } from "./approval-policy.js";
import { DocId, Role, UtcInstant, plainText } from "./primitives.js";

/** What may be written. `read_only` and `stopped` both refuse effects; `stopped` refuses approvals as well. */
export const CONTROL_MODES = ["normal", "read_only", "stopped"] as const;
export const ControlMode = z.enum(CONTROL_MODES);
export type ControlMode = z.infer<typeof ControlMode>;

/** Bounds of a stop's reason, in characters (M04.4). */
export const CONTROL_REASON_MIN = 10;
export const CONTROL_REASON_MAX = 500;
export const ControlReason = plainText(CONTROL_REASON_MIN, CONTROL_REASON_MAX);

/** What one person types, word for word, to release alone after the delay. */
export const SOLO_RELEASE_PHRASE = "release the stop";
/** How long one person waits before the phrase counts, in milliseconds. */
export const SOLO_RELEASE_DELAY_MS = 5 * 60_000;

const ByPerson = z.strictObject({ id: DocId, name: z.string().max(120) });

/** What a narrower stop may be about (M04.1). */
export const ScopeKind = z.enum(["capability", "connector", "actor", "routine"]);
export type ScopeKind = z.infer<typeof ScopeKind>;

/** A narrower stop beside the mode: the strictest of all that match counts. */
export const ControlScope = z.strictObject({
  kind: ScopeKind,
  /** A capability's id, a person's or agent's id, a routine's id, or the name of a connector such as `hubitat`. */
  id: DocId,
  mode: ControlMode,
  reason: ControlReason,
  by: ByPerson,
  at: UtcInstant,
  until: UtcInstant.nullable(),
  /** The first half of a release: who asked, waiting for a second person. */
  releaseRequest: z.strictObject({ by: ByPerson, at: UtcInstant, reason: ControlReason }).nullable(),
});
export type ControlScope = z.infer<typeof ControlScope>;

const SWITCH = {
  mode: ControlMode,
  /** Grows by one with every engage and every release: an approval of an older epoch no longer stands. */
  epoch: z.int().min(0),
  reason: ControlReason,
  by: ByPerson,
  at: UtcInstant,
  scopes: z.array(ControlScope).max(100),
  /** The first half of a release: who asked, waiting for a second person. */
  releaseRequest: z.strictObject({ by: ByPerson, at: UtcInstant, reason: ControlReason }).nullable(),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
};

/** The kill switch above all studios. Stored at `control/global`; written by functions only; kept forever. */
export const GlobalControlState = z.strictObject(SWITCH);
export type GlobalControlState = z.infer<typeof GlobalControlState>;

/** One person who may stop and release all studios; `disabledAt`: since when not any more, null while they may. */
const Operator = z.strictObject({
  uid: DocId,
  name: z.string().min(1).max(120),
  disabledAt: UtcInstant.nullable(),
});

/** What one operator types, word for word, to change the list alone, `SOLO_RELEASE_DELAY_MS` after asking. */
export const OPERATORS_PHRASE = "change the operators";

/**
 * Who may stop and release all studios at once. A token that names an operator counts only together with an entry here.
 * Stored at `control/operators`; begun by the platform's set-up, changed by two operators; kept for ever.
 */
export const PlatformOperators = z.strictObject({
  operators: z.array(Operator).max(20),
  /** What one operator asked for and another has not confirmed yet. */
  changeRequest: z
    .strictObject({ by: ByPerson, at: UtcInstant, uid: DocId, name: Operator.shape.name, isIn: z.boolean() })
    .nullable()
    .default(null),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
  updatedAt: UtcInstant,
});
export type PlatformOperators = z.infer<typeof PlatformOperators>;

/**
 * One person of the studio and the roles they hold there. What a person may do is what the verified token and this entry
 * both say, so that a role taken away is gone with this commit, and not when the token ends.
 */
export const StaffEntry = z.strictObject({
  uid: DocId,
  name: z.string().min(1).max(120),
  roles: z.array(Role).max(7),
  /** Teams, for rules that ask for people of different ones. */
  groups: z.array(z.string().min(1).max(40)).max(5),
  /** Other accounts of the same person: whoever signs in twice is still one approver. */
  aliases: z.array(DocId).max(5),
  /** Since when the person is out; null while they are in. */
  disabledAt: UtcInstant.nullable(),
});
export type StaffEntry = z.infer<typeof StaffEntry>;

/**
 * What every decision of a studio depends on: the kill switch, who its people are, and who must agree. One document, because every
 * decision reads it in its own transaction anyway. Stored at `tenants/{t}/control/state`; written by functions only; kept
 * forever. A missing or unreadable document means stopped.
 */
export const ControlState = z.strictObject({
  ...SWITCH,
  staff: z.array(StaffEntry).max(200),
  covers: z.array(ApproverCover).max(50),
  approvalPolicy: ApprovalPolicy,
});
export type ControlState = z.infer<typeof ControlState>;
