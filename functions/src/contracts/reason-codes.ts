import * as z from "zod";

/**
 * Every way Studio OS says no: one closed list. A code never changes its meaning; callers switch on codes, never on
 * sentences. `httpStatus` is what the HTTP API answers with; `whoCanLift` is said to the person who was refused.
 */
interface ReasonCodeEntry {
  readonly sentence: string;
  readonly whoCanLift: string;
  readonly httpStatus: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 423 | 429 | 500 | 501 | 503;
}

export const REASON_CODES = {
  // Identity and tenant (M05)
  UNAUTHENTICATED: {
    sentence: "No valid sign-in came with this request.",
    whoCanLift: "You: sign in again.",
    httpStatus: 401,
  },
  CLIENT_ASSERTED_IDENTITY: {
    sentence:
      "The request body names an identity, a tenant, an owner or a time. Those come from your sign-in and the server.",
    whoCanLift: "The caller: leave the named field out.",
    httpStatus: 400,
  },
  CROSS_TENANT_DENIED: {
    sentence: "Nothing by that name exists in a studio that you belong to.",
    whoCanLift: "An owner of that studio, by giving you a role there.",
    httpStatus: 404,
  },
  ROLE_MISSING: {
    sentence: "Your role in this studio does not include this action.",
    whoCanLift: "An owner of the studio, by giving you the role that is named.",
    httpStatus: 403,
  },
  REAUTH_REQUIRED: {
    sentence: "This action needs a sign-in that is at most ten minutes old.",
    whoCanLift: "You: sign in again.",
    httpStatus: 403,
  },
  DELEGATION_MISSING: {
    sentence: "Nobody has lent this agent their rights.",
    whoCanLift: "Any member of staff who may ask for this themselves, by granting the agent a delegation.",
    httpStatus: 403,
  },
  DELEGATION_EXPIRED: {
    sentence: "The time for which somebody lent this agent their rights is over.",
    whoCanLift: "Any member of staff who may ask for this themselves, by granting a new delegation.",
    httpStatus: 403,
  },
  DELEGATION_REVOKED: {
    sentence: "The rights that this agent was lent were taken back.",
    whoCanLift: "Any member of staff who may ask for this themselves, by granting a new delegation.",
    httpStatus: 403,
  },
  DELEGATION_SCOPE: {
    sentence: "What this agent was lent does not reach this action or this record.",
    whoCanLift: "Any member of staff who may ask for this themselves, by granting a wider delegation.",
    httpStatus: 403,
  },
  DELEGATION_RIGHTS: {
    sentence: "The person who lent this agent their rights may not ask for this themselves any more.",
    whoCanLift: "Somebody else who may, by granting the agent a delegation of their own.",
    httpStatus: 403,
  },
  DELEGATION_LIMIT: {
    sentence: "This goes beyond the amount or the number that the delegation allows.",
    whoCanLift: "Time, for the number; or the delegator, by granting a wider delegation.",
    httpStatus: 429,
  },
  // Requests
  INVALID_INPUT: {
    sentence: "The request does not have the shape that this action needs.",
    whoCanLift: "The caller: correct the fields that are listed.",
    httpStatus: 400,
  },
  BODY_TOO_LARGE: {
    sentence: "The request is larger than this API accepts.",
    whoCanLift: "The caller: send less.",
    httpStatus: 413,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    sentence: "The request body is not JSON.",
    whoCanLift: "The caller: send application/json.",
    httpStatus: 415,
  },
  ROUTE_NOT_FOUND: {
    sentence: "There is no such address in this API.",
    whoCanLift: "The caller: see docs/openapi.json.",
    httpStatus: 404,
  },
  NOT_FOUND: {
    sentence: "There is no such record in this studio.",
    whoCanLift: "Nobody: check the id.",
    httpStatus: 404,
  },
  // Control (M04)
  KILL_SWITCH: {
    sentence: "The studio is stopped. Nothing is written until it is released.",
    whoCanLift: "Two people with the role owner or approver_admin, by releasing the stop.",
    httpStatus: 423,
  },
  READ_ONLY: {
    sentence: "The studio is read-only. Nothing is written until it is back to normal.",
    whoCanLift: "Two people with the role owner or approver_admin, by releasing the stop.",
    httpStatus: 423,
  },
  CONTROL_UNREADABLE: {
    sentence: "The control state is missing or cannot be read, and that counts as stopped.",
    whoCanLift: "An operator of the platform, by restoring the control document.",
    httpStatus: 503,
  },
  CONTROL_CHANGED: {
    sentence: "The studio was stopped or released after this was approved, so the approval no longer stands.",
    whoCanLift: "Any approver: make a new plan and approve that.",
    httpStatus: 409,
  },
  CONTROL_UNCHANGED: {
    sentence: "The control state already is what was asked for.",
    whoCanLift: "Nobody needs to.",
    httpStatus: 409,
  },
  RELEASE_NOT_CONFIRMED: {
    sentence: "A release needs a second person, or the same person with the typed phrase after five minutes.",
    whoCanLift: "Another owner or approver_admin.",
    httpStatus: 409,
  },
  CHANGE_NOT_CONFIRMED: {
    sentence: "This needs a second operator, or the same one with the typed phrase five minutes after asking.",
    whoCanLift: "Another operator of the platform.",
    httpStatus: 409,
  },
  SCHEDULER_UNREACHABLE: {
    sentence: "Cloud Scheduler does not answer, so its jobs could be neither paused nor resumed.",
    whoCanLift: "Nobody needs to: it is tried again every five minutes.",
    httpStatus: 503,
  },
  SCHEDULED_JOB_MISSING: {
    sentence: "A scheduled job that was paused for a stop is gone at Cloud Scheduler.",
    whoCanLift: "An operator of the platform, by finding out who removed it.",
    httpStatus: 409,
  },
  SCHEDULED_JOB_STUCK: {
    sentence: "A scheduled job cannot be paused in the state that Cloud Scheduler holds it in.",
    whoCanLift: "An operator of the platform, by updating or pausing the job by hand.",
    httpStatus: 409,
  },
  // Proposals and approvals (M01, M02)
  INVALID_TRANSITION: {
    sentence: "The proposal is not in a state from which this is possible.",
    whoCanLift: "Nobody: the state and what is allowed from it are listed.",
    httpStatus: 409,
  },
  REV_MISMATCH: {
    sentence: "The proposal changed since you looked at it.",
    whoCanLift: "You: look at the newest revision and decide again.",
    httpStatus: 409,
  },
  PLAN_MISMATCH: {
    sentence: "Your decision names a plan that is not the current one.",
    whoCanLift: "You: look at the current plan and decide again.",
    httpStatus: 409,
  },
  INTENT_CHANGED: {
    sentence: "What is stored is not what was asked for: the intent hash differs.",
    whoCanLift: "Nobody: submit a new proposal, and have the owner look at the audit log.",
    httpStatus: 409,
  },
  STALE_PLAN: {
    sentence: "A field that the plan was computed from has changed since.",
    whoCanLift: "Any approver: make a new plan and approve that.",
    httpStatus: 409,
  },
  NO_OP: {
    sentence: "This would change nothing.",
    whoCanLift: "Nobody needs to.",
    httpStatus: 422,
  },
  PROPOSAL_EXPIRED: {
    sentence: "The time to decide on this proposal is over.",
    whoCanLift: "The requester: submit it again.",
    httpStatus: 409,
  },
  APPROVAL_EXPIRED: {
    sentence: "The approval is older than its risk tier allows.",
    whoCanLift: "Any approver: make a new plan and approve that.",
    httpStatus: 409,
  },
  HOLD_WINDOW: {
    sentence: "It was approved a moment ago and can still be taken back, so it is not executed yet.",
    whoCanLift: "Nobody needs to: wait for the named instant.",
    httpStatus: 409,
  },
  INTENT_ALREADY_OPEN: {
    sentence: "Another proposal asks for exactly this and is still open.",
    whoCanLift: "You: decide on the other proposal, which is named.",
    httpStatus: 409,
  },
  APPROVAL_CONSUMED: {
    sentence: "This approval has already been used.",
    whoCanLift: "Nobody: submit a new proposal.",
    httpStatus: 409,
  },
  POLICY_UNSOUND: {
    sentence: "This approval policy would leave something undecidable, or let people decide on their own requests.",
    whoCanLift: "Whoever proposes it, by mending what the answer names.",
    httpStatus: 422,
  },
  LAST_OWNER: {
    sentence: "A studio keeps at least one owner who is in.",
    whoCanLift: "An owner, by making somebody else an owner first.",
    httpStatus: 409,
  },
  OWN_ROLES: {
    sentence: "Nobody changes their own entry on the staff list.",
    whoCanLift: "Another owner.",
    httpStatus: 403,
  },
  NO_ELIGIBLE_APPROVER: {
    sentence: "Nobody on the staff list may decide on this.",
    whoCanLift: "An owner, by giving somebody the role that the policy asks for; then plan it again.",
    httpStatus: 409,
  },
  QUORUM_LOST: {
    sentence: "Somebody who approved has left or lost the role since, and the approvals no longer suffice.",
    whoCanLift: "Another approver, after the proposal was planned again.",
    httpStatus: 409,
  },
  NO_APPROVAL: {
    sentence: "Not enough valid approvals of this exact plan.",
    whoCanLift: "The approvers that the policy names.",
    httpStatus: 403,
  },
  EXEMPTION_MISSING: {
    sentence: "There is no exemption by that name for this request.",
    whoCanLift: "An owner or approver admin, by granting one; or do without it.",
    httpStatus: 409,
  },
  EXEMPTION_EXPIRED: {
    sentence: "The exemption does not count now: its time is over, or has not come.",
    whoCanLift: "An owner or approver admin, by granting a new one; or do without it.",
    httpStatus: 409,
  },
  EXEMPTION_SPENT: {
    sentence: "The exemption was used as often as it may be.",
    whoCanLift: "An owner or approver admin, by granting a new one; or do without it.",
    httpStatus: 409,
  },
  EXEMPTION_REVOKED: {
    sentence: "The exemption was taken back, or the kill switch was used since it was granted.",
    whoCanLift: "An owner or approver admin, by granting a new one; or do without it.",
    httpStatus: 409,
  },
  EXEMPTION_SCOPE: {
    sentence: "The exemption is about another action, another record, another person or another requirement.",
    whoCanLift: "An owner or approver admin, by granting one that fits; or do without it.",
    httpStatus: 409,
  },
  ALREADY_REVIEWED: {
    sentence: "You have already given your review of this revision.",
    whoCanLift: "Another approver.",
    httpStatus: 409,
  },
  SELF_APPROVAL: {
    sentence: "You are in the chain of this request, so somebody else must decide.",
    whoCanLift: "Another approver who is not in the chain.",
    httpStatus: 403,
  },
  RATIONALE_REQUIRED: {
    sentence: "A decision of this risk tier needs a reason in your own words, at least 20 characters.",
    whoCanLift: "You: write why.",
    httpStatus: 422,
  },
  RATIONALE_BOILERPLATE: {
    sentence: "You gave this very reason for an earlier high-risk approval: say what you checked this time.",
    whoCanLift: "You: write why, for this change.",
    httpStatus: 422,
  },
  // Capabilities (M01.8)
  CAPABILITY_UNKNOWN: {
    sentence: "There is no such capability.",
    whoCanLift: "The developers of the capability registry.",
    httpStatus: 422,
  },
  NOT_PROPOSABLE_BY_AGENT: {
    sentence: "The registry does not let an agent propose this.",
    whoCanLift: "A person may propose it instead.",
    httpStatus: 403,
  },
  NO_EXECUTOR: {
    sentence: "This capability only drafts: nothing can execute it.",
    whoCanLift: "The developers of the capability registry.",
    httpStatus: 501,
  },
  TARGET_NOT_FOUND: {
    sentence: "A record that this would change does not exist.",
    whoCanLift: "The requester: name an existing record.",
    httpStatus: 422,
  },
  TARGET_STATE: {
    sentence: "A record that this would change is in a state that does not allow it.",
    whoCanLift: "The requester: see which state is needed.",
    httpStatus: 422,
  },
  TARGET_UNREADABLE: {
    sentence: "A record that this would change does not have the shape it must have.",
    whoCanLift: "An operator, by repairing the record.",
    httpStatus: 409,
  },
  NOT_WARRANTED: {
    sentence: "The studio's own records already explain what the agent saw.",
    whoCanLift: "Nobody needs to.",
    httpStatus: 422,
  },
  UNDECLARED_WRITE: {
    sentence: "The effect touches a path that its capability does not declare.",
    whoCanLift: "The developers of the capability.",
    httpStatus: 500,
  },
  OUTPUT_INVALID: {
    sentence: "The effect would leave a record in a form that its capability does not promise.",
    whoCanLift: "The developers of the capability.",
    httpStatus: 500,
  },
  BLAST_RADIUS_EXCEEDED: {
    sentence: "This would change more records than its capability allows at once.",
    whoCanLift: "The requester: split it.",
    httpStatus: 422,
  },
  // Execution and undo (M03)
  QUOTA: {
    sentence: "So much was done in this time already that no more is let through.",
    whoCanLift: "Time, as the answer says; or an owner or approver admin, by resetting the quota with a reason.",
    httpStatus: 429,
  },
  ATTENTION_BUDGET: {
    sentence: "This agent, or all agents together, already ask people for as many decisions as they can give.",
    whoCanLift: "Any member of staff, by planning what is held back again; or time.",
    httpStatus: 429,
  },
  QUOTA_TAMPER: {
    sentence: "A quota's count is not what the audit events say it must be.",
    whoCanLift: "An owner, after finding out who wrote past the functions; a reset starts the count anew.",
    httpStatus: 500,
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    sentence: "This action needs an Idempotency-Key header of 16 to 255 characters.",
    whoCanLift: "The caller: send one.",
    httpStatus: 400,
  },
  IDEMPOTENCY_PAYLOAD_MISMATCH: {
    sentence: "This Idempotency-Key was already used for something else.",
    whoCanLift: "The caller: use a new key.",
    httpStatus: 409,
  },
  IN_PROGRESS: {
    sentence: "Another call is working on the same records at this moment. Nothing was written by this one.",
    whoCanLift: "You: send the same call with the same key again after the named time.",
    httpStatus: 409,
  },
  ROLLED_BACK: {
    sentence: "This was executed and has been rolled back since.",
    whoCanLift: "The requester: submit it again.",
    httpStatus: 409,
  },
  ROLLBACK_CONFLICT: {
    sentence: "A record was changed by somebody else after the execution, so it is not overwritten.",
    whoCanLift: "A person: compare the three columns and correct the record.",
    httpStatus: 409,
  },
  IRREVERSIBLE: {
    sentence: "This capability has no inverse.",
    whoCanLift: "Nobody.",
    httpStatus: 409,
  },
  // Retention (M07.11, M07.12)
  LEGAL_HOLD: {
    sentence: "A legal hold says that this must be kept.",
    whoCanLift: "An owner, by lifting the hold.",
    httpStatus: 423,
  },
  WORDS_ERASED: {
    sentence: "These words were erased. What stays is the event, and a hash that nobody can turn back into them.",
    whoCanLift: "Nobody.",
    httpStatus: 404,
  },
  RETENTION_NOT_OVER: {
    sentence: "This has to be kept longer than that, or for ever.",
    whoCanLift: "Time, where docs/policies/retention.md names one.",
    httpStatus: 422,
  },
  PURGE_PLAN_CHANGED: {
    sentence: "What would be deleted is not what was approved.",
    whoCanLift: "An owner or approver admin, by planning the purge again.",
    httpStatus: 409,
  },
  TOO_MANY_HOLDS: {
    sentence: "This studio has as many legal holds on record as it can have.",
    whoCanLift: "The developers, by raising the bound.",
    httpStatus: 409,
  },
  // Agent envelopes (M05.7)
  ENROLMENT_CODE_WRONG: {
    sentence: "There is no such code for this agent.",
    whoCanLift: "You: check the code and the agent's id. After five wrong tries a new code is needed.",
    httpStatus: 403,
  },
  ENROLMENT_CODE_EXPIRED: {
    sentence: "This code's time has run out.",
    whoCanLift: "An owner or approver admin, by making a new code.",
    httpStatus: 403,
  },
  ENROLMENT_CODE_SPENT: {
    sentence: "This agent's code was used already, or guessed wrongly too often.",
    whoCanLift: "An owner or approver admin, by making a new code.",
    httpStatus: 403,
  },
  KEY_PROOF_INVALID: {
    sentence: "What was signed does not show that the machine holds this key.",
    whoCanLift: "The machine's operator: run the command again with the key file that is enrolled.",
    httpStatus: 403,
  },
  KEY_PROOF_STALE: {
    sentence: "What was signed is dated more than five minutes before or after now.",
    whoCanLift: "The machine's operator: set its clock and run the command again.",
    httpStatus: 403,
  },
  KEY_REPLACED: {
    sentence: "The key that signs this was replaced already: it still counts for a while, and lets no other key in.",
    whoCanLift: "The machine's operator: sign with the newest key; or an owner or approver admin, by a new code.",
    httpStatus: 409,
  },
  ENVELOPE_MALFORMED: {
    sentence: "The message is not a well-formed agent envelope.",
    whoCanLift: "The operator of the agent: update it.",
    httpStatus: 422,
  },
  AGENT_UNKNOWN: {
    sentence: "No such agent is enrolled in this studio.",
    whoCanLift: "An owner, by enrolling the agent.",
    httpStatus: 403,
  },
  AGENT_REVOKED: {
    sentence: "This agent, or the key it signed with, is revoked.",
    whoCanLift: "An owner, by enrolling the agent again.",
    httpStatus: 403,
  },
  SIGNATURE_INVALID: {
    sentence: "The signature does not match the envelope and the enrolled key.",
    whoCanLift: "The operator of the agent.",
    httpStatus: 403,
  },
  TENANT_MISMATCH: {
    sentence: "The agent that signed this is enrolled in another studio.",
    whoCanLift: "The operator of the agent.",
    httpStatus: 403,
  },
  ENVELOPE_REPLAYED: {
    sentence: "An envelope with this sequence number was already accepted.",
    whoCanLift: "Nobody needs to.",
    httpStatus: 409,
  },
  ENVELOPE_TOO_OLD: {
    sentence: "The sequence number lies behind the replay window, so it cannot be told from a replay.",
    whoCanLift: "An operator, by re-driving the dead letter.",
    httpStatus: 409,
  },
  ENVELOPE_FROM_FUTURE: {
    sentence: "The envelope is dated further in the future than clock skew allows.",
    whoCanLift: "The operator of the agent: set its clock.",
    httpStatus: 422,
  },
  DELIVERY_EXHAUSTED: {
    sentence: "Pub/Sub gave up after the configured number of attempts.",
    whoCanLift: "An operator, by re-driving the dead letter.",
    httpStatus: 503,
  },
  // Audit log (M07)
  LOG_UNSIGNED: {
    sentence: "Nothing of this studio's log is under a signed checkpoint yet.",
    whoCanLift: "Nobody: the log signs within a minute of the first entry. Ask again then.",
    httpStatus: 409,
  },
  EXPORT_TOO_LARGE: {
    sentence: "The export would hold more entries than one export may.",
    whoCanLift: "The caller: ask for several ranges, or for fewer entries with proofs.",
    httpStatus: 422,
  },
  EXPORT_NOT_READY: {
    sentence: "The export's files are not all written.",
    whoCanLift: "Nobody: wait until it is done. One that failed is asked for again.",
    httpStatus: 409,
  },
  AUDIT_LINKS_EXHAUSTED: {
    sentence: "The studio has as many audit links as it may have at one time.",
    whoCanLift: "An owner or approver_admin: revoke a link that is no longer needed.",
    httpStatus: 409,
  },
  AUDIT_LINK_ENDED: {
    sentence: "This audit link has expired, or was revoked.",
    whoCanLift: "An owner or approver_admin of the studio, with a new link.",
    httpStatus: 403,
  },
  // Defects: the platform itself failed, and failing means nothing was written.
  CONTENTION: {
    sentence: "Too many people changed the same record at once. Nothing was written.",
    whoCanLift: "You: try again.",
    httpStatus: 503,
  },
  ANSWER_BROKEN: {
    sentence: "The action was decided and put on record, but its answer is not what the contract promises.",
    whoCanLift: "You: look at the proposal before you try again. The operators: the request id finds it in the logs.",
    httpStatus: 500,
  },
  INTERNAL: {
    sentence: "Something unexpected failed. Nothing was written.",
    whoCanLift: "The operators: the request id finds it in the logs.",
    httpStatus: 500,
  },
} as const satisfies Record<string, ReasonCodeEntry>;

export type ReasonCode = keyof typeof REASON_CODES;
export const ReasonCode = z.enum(Object.keys(REASON_CODES) as [ReasonCode, ...ReasonCode[]]);
