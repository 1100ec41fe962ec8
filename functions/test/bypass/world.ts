import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { JsonObject, Proposal, Role } from "../../src/contracts/index.js";
import { bootstrapOperators } from "../../src/policy/bootstrap-control.js";
import { aFiringDocument, openTestStudio, untilExecutable } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { requireEnv } from "../support/require-env.js";
import { disable, revokeSessions, signIn } from "../support/sign-in.js";
import type { SignedIn } from "../support/sign-in.js";

/** What came back: the status, and the reason code that the body names. */
export interface Denial {
  readonly status: number;
  readonly code: string;
}

/** Everything that an attempt may use: two studios, their people, and proposals in every state that is worth attacking. */
export interface World {
  readonly studio: TestStudio;
  readonly other: TestStudio;
  readonly owner: SignedIn;
  readonly admin: SignedIn;
  readonly approver: SignedIn;
  readonly operator: SignedIn;
  readonly finance: SignedIn;
  readonly viewer: SignedIn;
  /** An owner whose sessions were revoked since, and one whose account was disabled. */
  readonly revoked: SignedIn;
  readonly disabled: SignedIn;
  /** Owner of the other studio. */
  readonly stranger: SignedIn;
  readonly pending: Proposal;
  readonly approved: Proposal;
  readonly executed: Proposal;
  readonly rejected: Proposal;
  /** Pending in the other studio. */
  readonly foreign: Proposal;
  /** What the owner lent the studio's agent, and what they let go unmet for the operator's requests. */
  readonly delegationId: string;
  readonly exemptionId: string;
  /** A link for an outsider to the log of the studio. */
  readonly linkId: string;
  readonly linkToken: string;
  http(method: string, path: string, options?: HttpOptions): Promise<Denial>;
  firestore(who: SignedIn | null, method: string, path: string, body?: unknown): Promise<Denial>;
  /** Every stored document that an attempt could have wanted to change, as one string; without the record of the attempts. */
  fingerprint(): Promise<string>;
}

export interface HttpOptions {
  readonly who?: SignedIn | null;
  readonly authorization?: string;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** A path from the API's origin, in place of one below the studio. */
  readonly absolute?: boolean;
  /** Which deployed function is called; the API if nothing is said. */
  readonly deployed?: "api" | "auditLog";
}

/** The studio's own agent. */
export const AGENT_ID = "pi-1";

/** The idempotency key under which `World.executed` was executed. */
export const USED_KEY = "bypass-execute-used-key";

export async function openWorld(): Promise<World> {
  const studio = await openTestStudio();
  const other = await openTestStudio();
  const member = (name: string, role: Role, where = studio) => where.signIn(name, [role]);
  const [owner, admin, approver, operator, finance, viewer, revoked, disabled, stranger] = await Promise.all([
    member("olive", "owner"),
    member("ada", "approver_admin"),
    member("pia", "approver"),
    member("otto", "operator"),
    member("fin", "finance"),
    member("vic", "viewer"),
    member("lee", "owner"),
    member("lou", "owner"),
    member("sam", "owner", other),
  ]);
  await revokeSessions(revoked.uid);
  await disable(disabled.uid);
  const at = { studio, owner, approver };
  const proposals = {
    pending: await submitFlag(at, "f-pending"),
    approved: await decide(at, await submitFlag(at, "f-approved"), "approve"),
    executed: await execute(at, await decide(at, await submitFlag(at, "f-executed"), "approve")),
    rejected: await decide(at, await submitFlag(at, "f-rejected"), "reject"),
    foreign: await submitFlag({ studio: other, owner: stranger, approver: stranger }, "f-foreign"),
  };
  const granted = await grant(at, operator);
  return {
    ...{ studio, other, owner, admin, approver, operator, finance, viewer, revoked, disabled, stranger },
    ...proposals,
    ...granted,
    http: (method, path, options = {}) => denialOf(callHttp(studio, method, path, options)),
    firestore: (who, method, path, body) => denialOf(callFirestore(who, method, path, body)),
    fingerprint: () => fingerprint(studio, other),
  };
}

interface At {
  readonly studio: TestStudio;
  readonly owner: SignedIn;
  readonly approver: SignedIn;
}

async function submitFlag({ studio, owner }: At, firingId: string): Promise<Proposal> {
  await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
  return proposalOf(await callHttp(studio, "POST", "proposals", { who: owner, body: aSubmission(firingId) }));
}

/** An agent with lent rights, an exemption and an audit link; and a list of the platform's operators that knows none of us. */
async function grant(
  { studio, owner }: At,
  operator: SignedIn,
): Promise<Pick<World, "delegationId" | "exemptionId" | "linkId" | "linkToken">> {
  await bootstrapOperators(
    studio.deps,
    ["pat", "pim"].map((uid) => ({ uid, name: uid })),
  );
  const reason = "Set up for the attempts on the studio";
  const made = async <Answer>(path: string, body: JsonObject): Promise<Answer> => {
    const reply = await callHttp(studio, "POST", path, { who: owner, body });
    const text = await reply.text();
    assert.equal(reply.status, 201, `the world could not be set up: ${text.slice(0, 400)}`);
    return JSON.parse(text) as Answer;
  };
  await made("agents", { agentId: AGENT_ID, name: "Kiln room", publicKey: randomBytes(32).toString("base64") });
  const lent = { agentId: AGENT_ID, scopes: ["firing.flag"], reason };
  const { delegation } = await made<{ delegation: { delegationId: string } }>("delegations", lent);
  const waives = { waives: ["second_approver"], ticketRef: "log book", reason };
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const about = { capabilityId: "firing.flag", forUid: operator.uid, expiresAt: until, ...waives };
  const { exemption } = await made<{ exemption: { exemptionId: string } }>("exemptions", about);
  const opened = await made<{ link: { linkId: string }; token: string }>("audit/links", { label: "Auditor", days: 7 });
  return {
    delegationId: delegation.delegationId,
    exemptionId: exemption.exemptionId,
    linkId: opened.link.linkId,
    linkToken: opened.token,
  };
}

export const aSubmission = (firingId: string): JsonObject => ({
  capabilityId: "firing.flag",
  input: { firingId, attention: "room_overheat", note: "41 °C with both kilns off" },
  rationale: "The room is hot while both kilns are off.",
  evidence: [],
});

async function decide({ studio, approver }: At, proposal: Proposal, verb: "approve" | "reject"): Promise<Proposal> {
  const rationale = "Looked into the room: the vent is stuck.";
  const body = verb === "approve" ? anApproval(proposal) : { ifRev: proposal.rev, reasonCode: "not_needed", rationale };
  return proposalOf(
    await callHttp(studio, "POST", `proposals/${proposal.proposalId}:${verb}`, { who: approver, body }),
  );
}

export const anApproval = ({ rev, plan }: Proposal): JsonObject => ({
  ifRev: rev,
  planId: plan.planId,
  rationale: "Looked into the room: the vent is stuck.",
});

async function execute({ studio, approver }: At, { proposalId, plan, executeNotBefore }: Proposal): Promise<Proposal> {
  await untilExecutable({ executeNotBefore });
  const options = { who: approver, body: { planId: plan.planId }, headers: { "idempotency-key": USED_KEY } };
  return proposalOf(await callHttp(studio, "POST", `proposals/${proposalId}:execute`, options));
}

async function proposalOf(reply: Response): Promise<Proposal> {
  const body = (await reply.json()) as { proposal?: Proposal };
  assert.ok(body.proposal !== undefined, `the world could not be set up: ${JSON.stringify(body).slice(0, 400)}`);
  return body.proposal;
}

function callHttp(studio: TestStudio, method: string, path: string, options: HttpOptions): Promise<Response> {
  const { who, authorization, body, raw, headers = {}, absolute = false, deployed = "api" } = options;
  const bearer = authorization ?? (who == null ? undefined : `Bearer ${who.idToken}`);
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const below = absolute ? path : `/api/v1/tenants/${studio.tenantId}/${path}`;
  return fetch(`${requireEnv("STUDIO_FUNCTIONS_ORIGIN")}/${deployed}${below}`, {
    method,
    redirect: "manual",
    headers: {
      ...(bearer === undefined ? {} : { authorization: bearer }),
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(payload === undefined ? {} : { body: payload }),
  });
}

/** The Firestore REST API with a person's token, so that the rules judge, as they do for the cockpit. */
function callFirestore(who: SignedIn | null, method: string, path: string, body?: unknown): Promise<Response> {
  const database = `projects/${requireEnv("GCLOUD_PROJECT")}/databases/(default)/documents`;
  return fetch(`http://${requireEnv("FIRESTORE_EMULATOR_HOST")}/v1/${database}${path}`, {
    method,
    headers: {
      ...(who === null ? {} : { authorization: `Bearer ${who.idToken}` }),
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function denialOf(pending: Promise<Response>): Promise<Denial> {
  const reply = await pending;
  const text = await reply.text();
  return { status: reply.status, code: codeIn(text) };
}

/** Our own reason code, Firestore's status, or what the body begins with. */
function codeIn(text: string): string {
  try {
    const parsed = JSON.parse(text) as ErrorBody | [{ error?: ErrorBody["error"] }];
    const error = Array.isArray(parsed) ? parsed[0].error : parsed.error;
    return error?.status ?? String(error?.code ?? text.slice(0, 80));
  } catch {
    return text.slice(0, 80);
  }
}

interface ErrorBody {
  readonly error?: { readonly code?: string | number; readonly status?: string };
}

/** What grows with every refusal, and what the system does by itself a moment later: sequencing, delivery, jobs that follow the switch. */
const RECORD: ReadonlySet<string> = new Set(["auditEvents", "auditPayloads", "auditLog", "outbox", "jobRuns"]);

async function fingerprint(...studios: readonly TestStudio[]): Promise<string> {
  const lines = await Promise.all(
    studios.map(async ({ firestore, tenantId }) => {
      const collections = await firestore.doc(`tenants/${tenantId}`).listCollections();
      const kept = collections.filter(({ id }) => !RECORD.has(id));
      const documents = await Promise.all(kept.map((collection) => collection.get()));
      return documents.flatMap(({ docs }) =>
        docs.map((doc) => `${doc.ref.path} ${doc.updateTime.toDate().toISOString()}`),
      );
    }),
  );
  return lines.flat().sort().join("\n");
}

/** A token of the Auth emulator, which signs nothing, with other claims: for what a real issuer would say differently. */
export function withClaims({ uid, idToken }: SignedIn, claims: JsonObject): SignedIn {
  const [header = "", payload = "", signature = ""] = idToken.split(".");
  const stored = JSON.parse(Buffer.from(payload, "base64url").toString()) as JsonObject;
  const changed = Buffer.from(JSON.stringify({ ...stored, ...claims })).toString("base64url");
  return { uid, idToken: [header, changed, signature].join(".") };
}

/** An account that no studio lists, with whatever the claims say. */
export const outsider = (tenants: unknown): Promise<SignedIn> =>
  signIn(`out-${randomBytes(3).toString("hex")}`, { tenants });
