import type { COLLECTIONS } from "../contracts/index.js";

const DAY_MS = 24 * 3_600_000;

/** How one kind of document is kept. */
export interface Retention {
  readonly holds: string;
  /** In whole days from `timeField` on; null: for ever. */
  readonly keptDays: number | null;
  readonly why: string;
  /** What ends it, in words. */
  readonly endedBy: string;
  /** The moment that counts, where a purge may end it: derived data only, which no decision stands in. */
  readonly timeField: string | null;
  /** True: a legal hold on a person or a proposal holds all of it. */
  readonly concernsPeople: boolean;
}

const TRUTH = {
  keptDays: null,
  why: "It is the studio's own business record; accounting and members' questions reach years back.",
  endedBy: "the studio's own systems",
  timeField: null,
  concernsPeople: true,
} as const;
const DECISION = {
  keptDays: null,
  why: "Who decided what, on what grounds: the audit events name it, and gaps would look like tampering.",
  endedBy: "nobody",
  timeField: null,
  concernsPeople: true,
} as const;
const PRESENT = {
  keptDays: null,
  why: "One document for each thing, written anew: it holds the present and does not grow.",
  endedBy: "nobody",
  timeField: null,
  concernsPeople: false,
} as const;
const AUDIT = {
  keptDays: null,
  why: "Completeness can be proved only while nothing is missing. Age alone never ends it (M07.11).",
  endedBy: "nobody",
  timeField: null,
  concernsPeople: true,
} as const;

/** A purge by proposal, which a dry run planned and people approved. */
const purgedAfter = (keptDays: number, timeField: string) => ({ keptDays, timeField, endedBy: "`retention.purge`" });

/**
 * How long is each kind of document kept, why, and what ends it (M07.11)? A collection without a row does not compile.
 * `docs/policies/retention.md` is made from this.
 */
export const RETENTION: Readonly<Record<keyof typeof COLLECTIONS, Retention>> = {
  batches: { holds: "batches of work", ...TRUTH },
  opsNotes: { holds: "notes for staff on a batch", ...TRUTH },
  pieces: { holds: "pieces", ...TRUTH },
  reservations: { holds: "reservations", ...TRUTH },
  kilns: { holds: "kilns", ...TRUTH },
  firings: { holds: "firings", ...TRUTH },
  members: { holds: "members", ...TRUTH },
  orders: { holds: "orders", ...TRUTH },
  drafts: { holds: "drafts of announcements", ...TRUTH },
  staff: { holds: "people of the studio", ...TRUTH },
  control: { holds: "the stop, the staff list, covers, grants and the approval policy in force", ...PRESENT },
  approvalPolicies: { holds: "every approval policy that was in force", ...DECISION },
  delegations: { holds: "rights that people lent to agents", ...DECISION },
  exemptions: { holds: "exemptions from a rule, for a while", ...DECISION },
  proposals: { holds: "proposals with plans and reviews", ...DECISION },
  openIntents: { holds: "marks of open proposals", ...PRESENT },
  executions: {
    holds: "idempotency records",
    ...DECISION,
    why: "The same call must never have a second effect, however late it comes again.",
  },
  approverRationales: { holds: "hashes of the newest reasons of each approver", ...PRESENT },
  outbox: {
    holds: "events on their way to those whom they concern",
    ...PRESENT,
    why: "A row lives until it is published, a minute or two.",
    endedBy: "publication",
  },
  notices: {
    holds: "notices to people about their own requests",
    why: "They say again what the record says; after a season nobody looks for them.",
    concernsPeople: true,
    ...purgedAfter(90, "receivedAt"),
  },
  scheduledJobs: { holds: "jobs that a stop paused, so that a release resumes them", ...PRESENT },
  jobRuns: {
    holds: "runs of the platform's jobs",
    ...PRESENT,
    why: "It belongs to the platform and holds counts alone, no studio's data.",
    endedBy: "an operator of the platform",
  },
  quotas: { holds: "counts of what was done lately", ...PRESENT },
  digests: { holds: "one card a day for what an agent asked beyond its budget", ...DECISION },
  auditEvents: { holds: "the record", ...AUDIT },
  auditPayloads: {
    holds: "people's words, with their salts",
    ...AUDIT,
    why: "They are the reasons behind decisions. A person's right to be forgotten ends them.",
    endedBy: "an owner, event by event (`eraseWords`)",
  },
  auditLog: { holds: "tree, checkpoints and health of the log", ...AUDIT },
  tiles: { holds: "hashes of the log's tree", ...AUDIT },
  checkpoints: { holds: "signed checkpoints", ...AUDIT },
  cosignatures: { holds: "what witnesses signed", ...AUDIT },
  witnesses: { holds: "up to where each witness has seen the log", ...PRESENT },
  auditLinks: { holds: "keys of outsiders to the record", ...DECISION },
  exports: {
    holds: "exports of the record that were asked for",
    ...DECISION,
    why: "Who took what out of the house. Its files go after a month, by the job `exportRetention`.",
  },
  exportProgress: { holds: "how far each export is", ...PRESENT },
  retention: { holds: "legal holds", ...DECISION },
  purges: { holds: "approved purges and how far they are", ...DECISION },
  agents: { holds: "enrolled agents and their keys", ...DECISION },
  enrolments: { holds: "invitations to enrol an agent", ...DECISION },
  streams: { holds: "what was accepted of each agent's sequence", ...PRESENT },
  devices: { holds: "the last reading of each device", ...PRESENT },
  observations: {
    holds: "what devices said",
    why: "A firing is compared with the same season a year before.",
    concernsPeople: false,
    ...purgedAfter(400, "receivedAt"),
  },
  firingLogs: {
    holds: "the temperatures of each firing",
    ...PRESENT,
    why: "One document for each firing, thinned after a week: what happened in the kiln is asked for years later.",
  },
  connectorHealth: { holds: "how each connector is", ...PRESENT },
  deadLetters: {
    holds: "messages that were refused, whole",
    why: "Long enough to find and mend what sent them, and to drive them again.",
    concernsPeople: false,
    ...purgedAfter(180, "lastSeenAt"),
  },
};

/** A collection that may be purged, and up to when; null: it is kept for ever, or there is none of that name. */
export function purgeable(
  collection: string,
  now: string,
): (Retention & { readonly beforeAt: string; readonly timeField: string }) | null {
  const row = Object.hasOwn(RETENTION, collection) ? RETENTION[collection as keyof typeof COLLECTIONS] : undefined;
  if (row === undefined || row.timeField === null || row.keptDays === null) return null;
  return {
    ...row,
    timeField: row.timeField,
    beforeAt: new Date(Date.parse(now) - row.keptDays * DAY_MS).toISOString(),
  };
}
