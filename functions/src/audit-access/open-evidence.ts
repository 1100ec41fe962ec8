import { canonicalJson } from "../audit/canonical-json.js";
import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { COLLECTIONS, DocRef, Proposal, controlRef, inTenant, proposalRef } from "../contracts/index.js";
import type { HumanActor, JsonObject, ReasonCode, Role, RouteAnswer } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";

type Answer = RouteAnswer<"openEvidence">;
type Decided = Commit<Outcome<Answer>>;
type Evidence = Proposal["evidence"][number];

/**
 * What does this proposal rest on, and who looked (M07.10)? Opens the record that one piece of evidence names, as it is now, and
 * compares it with the hash that the requester gave. Of a proposal of high risk the opening is an event, in the same
 * commit; every refusal is. Evidence that names nothing in the studio (a reading, a rule, a paper) has no record to show.
 *
 * Refuses with ROLE_MISSING (also where the caller may not read records of that kind), NOT_FOUND and TARGET_UNREADABLE.
 */
export function openEvidence(
  deps: Deps,
  command: {
    readonly actor: HumanActor;
    readonly tenantId: string;
    readonly requestId: string;
    readonly proposalId: string;
    readonly body: { readonly index: number };
  },
): Promise<Outcome<Answer>> {
  const { actor, tenantId, requestId, proposalId } = command;
  const { index } = command.body;
  return deps.transactor.transact(async (reads): Promise<Decided> => {
    const [control, stored] = await reads.get(
      [controlRef(), proposalRef(proposalId)].map((ref) => inTenant(tenantId, ref)),
    );
    const common = { tenantId, actor, requestId, at: deps.clock.now() };
    const say = (draft: Omit<EventDraft, keyof typeof common>) =>
      recordEvent({ ...common, ...draft }, eventMeans(deps));
    const held = rolesHeld(readControl(control?.data ?? null), actor);
    const proposal = readProposal(stored?.data ?? null);
    const found = lookUp(proposal, index, held);
    if (typeof found === "string") {
      const data = { proposalId, index };
      const refused = say({ type: "evidence.refused", outcome: "refused", reasonCode: found, data });
      return { changes: [], events: [refused], answer: refuse(found) };
    }
    const { evidence, riskTier, ref } = found;
    const [document] = ref === null ? [] : await reads.get([inTenant(tenantId, ref)]);
    const record = document?.data ?? null;
    const isSame = evidence.sha256 === null || record === null ? null : hashOf(deps, record) === evidence.sha256;
    const isOnRecord = riskTier === "high" || riskTier === "physical";
    const opened = {
      type: "evidence.opened",
      outcome: "done",
      severity: "notice",
      proposalId,
      data: { index, kind: evidence.kind, sha256: evidence.sha256, isFound: record !== null, isSame },
    } as const;
    return {
      changes: [],
      events: isOnRecord ? [say(opened)] : [],
      answer: accept({ evidence, record, isSame, isOnRecord }),
    };
  });
}

/** A record's hash, as evidence gives it: SHA-256 over its canonical JSON. Null where it holds what JSON cannot. */
function hashOf(deps: Deps, record: JsonObject): string | null {
  try {
    return deps.sha256(canonicalJson(record));
  } catch {
    return null;
  }
}

function readProposal(data: JsonObject | null): Proposal | "missing" | "unreadable" {
  if (data === null) return "missing";
  const parsed = Proposal.safeParse(data);
  return parsed.success ? parsed.data : "unreadable";
}

function lookUp(
  proposal: ReturnType<typeof readProposal>,
  index: number,
  held: readonly Role[],
): ReasonCode | { readonly evidence: Evidence; readonly riskTier: Proposal["riskTier"]; readonly ref: string | null } {
  if (!held.some((role) => STAFF.includes(role))) return "ROLE_MISSING";
  if (proposal === "missing") return "NOT_FOUND";
  if (proposal === "unreadable") return "TARGET_UNREADABLE";
  const evidence = proposal.evidence[index];
  if (evidence === undefined) return "NOT_FOUND";
  const found = { evidence, riskTier: proposal.riskTier };
  const ref = DocRef.safeParse(evidence.ref);
  if (!ref.success) return { ...found, ref: null };
  const readers = readersOf(ref.data);
  // A reference that looks like a path and names nothing that can be evidence is a word like any other.
  if (readers === null) return { ...found, ref: null };
  return held.some((role) => readers.includes(role)) ? { ...found, ref: ref.data } : "ROLE_MISSING";
}

const STAFF: readonly Role[] = ["owner", "approver_admin", "approver", "operator", "finance", "trust"];
const MONEY: readonly Role[] = ["owner", "approver_admin", "finance"];

/** What can be evidence, and who may read it: as in `firestore.rules`. Control state, words and keys are none. */
const READERS: ReadonlyMap<string, readonly Role[]> = new Map([
  [COLLECTIONS.batches, STAFF],
  [COLLECTIONS.opsNotes, STAFF],
  [COLLECTIONS.pieces, STAFF],
  [COLLECTIONS.reservations, STAFF],
  [COLLECTIONS.kilns, STAFF],
  [COLLECTIONS.firings, STAFF],
  [COLLECTIONS.firingLogs, STAFF],
  [COLLECTIONS.members, STAFF],
  [COLLECTIONS.orders, MONEY],
  [COLLECTIONS.drafts, STAFF],
  [COLLECTIONS.observations, STAFF],
  [COLLECTIONS.auditEvents, STAFF],
]);

/** Who may read what lies there: every collection on the way has to be listed. */
function readersOf(ref: string): readonly Role[] | null {
  const segments = ref.split("/");
  if (segments.length % 2 !== 0) return null;
  const lists = segments.filter((_, at) => at % 2 === 0).map((collection) => READERS.get(collection));
  return lists.reduce<readonly Role[] | null>(
    (readers, list) => (readers === null || list === undefined ? null : readers.filter((role) => list.includes(role))),
    STAFF,
  );
}
