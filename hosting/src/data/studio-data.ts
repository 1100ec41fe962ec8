import type {
  Agent,
  AgentHealth,
  ApiRouteName,
  ApprovalPolicy,
  ControlState,
  Delegation,
  DeadLetter,
  Digest,
  Exemption,
  GlobalControlState,
  LegalHolds,
  Device,
  Notice,
  FiringLog,
  Proposal,
  Purge,
  QuotaState,
  Role,
  RouteAnswer,
  RouteBodyInput,
  RouteParams,
} from "@studio-os/functions/contracts";
import type { ApiFailure } from "./api-failure.js";
import type { AuditData } from "./audit-data.js";
import type { Environment } from "./config.js";
import type { HistoryEntry, Listed, One } from "./listed.js";
import type { Feed } from "./live.js";

export type { ApiFailure, ClientFailure } from "./api-failure.js";
export type { HistoryEntry, Listed, One } from "./listed.js";

/**
 * Everything that a view may ask of the world. The production implementation stands on the firebase web SDK and the
 * HTTP API; tests hand the views one that lives in memory.
 */
export interface StudioData {
  readonly environment: Environment;
  readonly session: Store<Session>;
  readonly signIn: (email: string, password: string) => Promise<SignInOutcome>;
  readonly signOut: () => Promise<void>;
  /** Called when the API says that the sign-in no longer counts: keeps the screen and asks for a new one. */
  readonly expireSession: () => void;
  readonly openTenant: (tenantId: string) => TenantData;
}

/** A value that is there at once and changes. */
export interface Store<T> {
  readonly getSnapshot: () => T;
  readonly subscribe: (onChange: () => void) => () => void;
}

export interface Person {
  readonly uid: string;
  readonly name: string;
  readonly email: string;
}

export type Session =
  | { readonly kind: "loading" }
  | { readonly kind: "signed_out" }
  | {
      readonly kind: "signed_in";
      readonly person: Person;
      readonly tenants: TenantRoles;
      /** Grows with every new sign-in of this page: what an older one was refused is asked for again. */
      readonly serial: number;
    }
  /** The sign-in ended while somebody worked: the screen stays, decisions wait. */
  | { readonly kind: "expired"; readonly person: Person; readonly tenants: TenantRoles };

/** What the verified token says: which studios, and which roles there. */
export type TenantRoles = Readonly<Record<string, readonly Role[]>>;

export type SignInOutcome =
  { readonly kind: "done" } | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** One row of the queue; a document that breaks its contract still has one. */
export type QueueRow =
  | { readonly kind: "proposal"; readonly id: string; readonly proposal: Proposal }
  | { readonly kind: "unreadable"; readonly id: string; readonly problem: string };

export interface Queue {
  readonly rows: readonly QueueRow[];
  /** True: more is open than the cockpit reads at once, and the rows are those with the nearest deadline. */
  readonly isTruncated: boolean;
}

export interface StudioFacts {
  readonly name: string;
  /** IANA time zone: absolute times are shown in the studio's own time. */
  readonly timeZone: string;
}

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly sinceMs: number }
  | { readonly kind: "reconnecting"; readonly lastMs: number }
  | { readonly kind: "offline"; readonly lastMs: number };

/** The two stops that count, this studio's and the one above all studios: the stricter one holds. */
export interface ControlPair {
  readonly studio: One<ControlState>;
  readonly global: One<GlobalControlState>;
}

/** The collections that a form offers records of; a capability's input schema names them. */
export const RECORD_COLLECTIONS = ["firings", "batches", "reservations", "orders", "drafts"] as const;
export type RecordCollection = (typeof RECORD_COLLECTIONS)[number];

/** One record to choose: its id, and what people call it. */
export interface RecordChoice {
  readonly id: string;
  readonly label: string;
}

/** How many dead letters are read at once; each holds a whole message. */
export const DEAD_LETTER_LIMITS = [20, 60, 180] as const;
export type DeadLetterLimit = (typeof DEAD_LETTER_LIMITS)[number];

export interface TenantData {
  readonly tenantId: string;
  readonly connection: Store<Connection>;
  readonly studio: Feed<One<StudioFacts>>;
  readonly control: Feed<ControlPair>;
  readonly queue: Feed<Queue>;
  readonly devices: Feed<Listed<Device>>;
  /** Every agent that was ever enrolled, the revoked ones as well. */
  readonly agents: Feed<Listed<Agent>>;
  /** How each agent and its connectors do, by their own reports. */
  readonly health: Feed<Listed<AgentHealth>>;
  /** The newest messages that were refused, as many as are asked for. For those who may drive them again. */
  readonly deadLetters: (limit: DeadLetterLimit) => Feed<Listed<DeadLetter>>;
  /** The versions of the approval policy, the newest first. */
  readonly policies: Feed<Listed<ApprovalPolicy>>;
  readonly quotas: Feed<Listed<QuotaState>>;
  readonly digests: Feed<Listed<Digest>>;
  readonly notices: Feed<Listed<Notice>>;
  /** What people lend to agents, and have lent: what ends last comes first. */
  readonly delegations: Feed<Listed<Delegation>>;
  readonly exemptions: Feed<Listed<Exemption>>;
  /** Exemptions whose end had not come when somebody first looked. */
  readonly openExemptions: Feed<Listed<Exemption>>;
  /** Missing: nothing was ever held. */
  readonly holds: Feed<One<LegalHolds>>;
  readonly purges: Feed<Listed<Purge>>;
  readonly records: (collection: RecordCollection) => Feed<readonly RecordChoice[]>;
  /** The firings that were heard of last, the newest first. */
  readonly firings: Feed<Listed<FiringLog>>;
  readonly proposal: (proposalId: string) => Feed<One<Proposal>>;
  readonly history: (proposalId: string) => Feed<Listed<HistoryEntry>>;
  readonly audit: AuditData;
  readonly call: ApiCall;
}

export type ApiOutcome<N extends ApiRouteName> =
  | { readonly kind: "done"; readonly answer: RouteAnswer<N> }
  | { readonly kind: "failed"; readonly failure: ApiFailure };

export type ApiCall = <N extends ApiRouteName>(
  route: N,
  params: RouteParams<N>,
  body: RouteBodyInput<N>,
  options?: { readonly idempotencyKey?: string },
) => Promise<ApiOutcome<N>>;
