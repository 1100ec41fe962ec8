/**
 * Where everything lies, in one place: collection names below `tenants/{tenantId}`, and the paths built from them.
 * Rules, stores, the cockpit and the seed use these words and no others.
 */
export const COLLECTIONS = {
  batches: "batches",
  opsNotes: "opsNotes",
  pieces: "pieces",
  reservations: "reservations",
  kilns: "kilns",
  firings: "firings",
  members: "members",
  orders: "orders",
  drafts: "drafts",
  staff: "staff",
  control: "control",
  approvalPolicies: "approvalPolicies",
  proposals: "proposals",
  openIntents: "openIntents",
  executions: "executions",
  approverRationales: "approverRationales",
  outbox: "outbox",
  notices: "notices",
  jobRuns: "jobRuns",
  scheduledJobs: "scheduledJobs",
  quotas: "quotas",
  delegations: "delegations",
  exemptions: "exemptions",
  digests: "digests",
  auditEvents: "auditEvents",
  auditPayloads: "auditPayloads",
  retention: "retention",
  purges: "purges",
  auditLog: "auditLog",
  tiles: "tiles",
  checkpoints: "checkpoints",
  cosignatures: "cosignatures",
  witnesses: "witnesses",
  auditLinks: "auditLinks",
  exports: "exports",
  exportProgress: "exportProgress",
  agents: "agents",
  enrolments: "enrolments",
  streams: "streams",
  devices: "devices",
  observations: "observations",
  connectorHealth: "connectorHealth",
  firingLogs: "firingLogs",
  deadLetters: "deadLetters",
} as const;

/** The control document that stands above every studio. */
export const GLOBAL_CONTROL_PATH = "control/global";
/** Who may flip it. */
export const OPERATORS_PATH = "control/operators";
/** The reserved tenant for what belongs to no studio: messages that name none, and the platform's own events. */
export const PLATFORM_TENANT_ID = "platform";

export const tenantPath = (tenantId: string): string => `tenants/${tenantId}`;
/** A tenant-relative `DocRef` as a full Firestore path. */
export const inTenant = (tenantId: string, ref: string): string => `tenants/${tenantId}/${ref}`;

export const controlRef = (): string => "control/state";
export const approvalPolicyRef = (version: number): string => `approvalPolicies/${version}`;
export const proposalRef = (proposalId: string): string => `proposals/${proposalId}`;
export const openIntentsRef = (targetKey: string): string => `openIntents/${targetKey}`;
export const delegationRef = (delegationId: string): string => `delegations/${delegationId}`;
export const exemptionRef = (exemptionId: string): string => `exemptions/${exemptionId}`;
/** `day` is a UTC calendar day, `2026-11-20`. */
export const digestRef = (agentId: string, day: string): string => `digests/${agentId}.${day}`;
export const executionRef = (executionId: string): string => `executions/${executionId}`;
export const approverRationalesRef = (uid: string): string => `approverRationales/${uid}`;
export const outboxRef = (eventId: string): string => `outbox/${eventId}`;
export const noticeRef = (eventId: string): string => `notices/${eventId}`;
export const jobRunRef = (runId: string): string => `jobRuns/${runId}`;
export const scheduledJobRef = (jobId: string): string => `scheduledJobs/${jobId}`;
export const auditEventRef = (eventId: string): string => `auditEvents/${eventId}`;
export const auditPayloadRef = (eventId: string): string => `auditPayloads/${eventId}`;
export const logHeadRef = (): string => "auditLog/head";
export const logHealthRef = (): string => "auditLog/health";
export const closedLogRef = (epoch: number): string => `auditLog/e${epoch}`;
export const logTileRef = (epoch: number, level: number, index: number): string =>
  `auditLog/e${epoch}/tiles/${level}-${index}`;
export const logCheckpointRef = (epoch: number, size: number): string => `auditLog/e${epoch}/checkpoints/${size}`;
export const enrolmentRef = (agentId: string): string => `enrolments/${agentId}`;
export const cosignaturesRef = (epoch: number, size: number): string => `auditLog/e${epoch}/cosignatures/${size}`;
export const witnessRef = (epoch: number, witnessId: string): string => `auditLog/e${epoch}/witnesses/${witnessId}`;
export const auditLinkRef = (linkId: string): string => `auditLinks/${linkId}`;
export const exportRef = (exportId: string): string => `exports/${exportId}`;
export const exportProgressRef = (exportId: string): string => `exportProgress/${exportId}`;
export const legalHoldsRef = (): string => "retention/holds";
export const purgeRef = (proposalId: string): string => `purges/${proposalId}`;
export const agentRef = (agentId: string): string => `agents/${agentId}`;
export const streamRef = (agentId: string, bootId: string): string => `agents/${agentId}/streams/${bootId}`;
export const deviceBoardRef = (agentId: string): string => `devices/${agentId}`;
export const observationRef = (agentId: string, bootId: string, seq: number): string =>
  `observations/${agentId}.${bootId}.${seq}`;
export const agentHealthRef = (agentId: string): string => `connectorHealth/${agentId}`;
export const firingLogRef = (firingId: string): string => `firingLogs/${firingId}`;
export const deadLetterRef = (deadLetterId: string): string => `deadLetters/${deadLetterId}`;
