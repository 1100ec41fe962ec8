import { canonicalJson } from "../audit/canonical-json.js";
import { readEvent } from "../audit/read-event.js";
import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit } from "../commit/transactor.js";
import { AuditPayload, auditEventRef, auditPayloadRef, controlRef, inTenant } from "../contracts/index.js";
import type { HumanActor, JsonObject, ReasonCode, RouteAnswer } from "../contracts/index.js";
import { readControl } from "../policy/control.js";
import { rolesHeld } from "../policy/staff.js";

type Answer = RouteAnswer<"revealWords">;
type Decided = Commit<Outcome<Answer>>;

/**
 * What did somebody write with this event, and who looks (M07.10)? The words leave the database in the commit that puts the look
 * on record, or not at all; no client can read them past this. With them comes their salt, so that the reader compares them
 * with the hash in the event. Words that do not fit that hash are shown as such, and the event of it is an alarm.
 *
 * A stop does not hinder it: whoever looks into what happened needs the words then. Refuses with ROLE_MISSING where the staff list
 * does not grant the role any more, NOT_FOUND (no such event, or none that words belong to), WORDS_ERASED and
 * TARGET_UNREADABLE. Each refusal is an event as well.
 */
export function revealWords(
  deps: Deps,
  command: {
    readonly actor: HumanActor;
    readonly tenantId: string;
    readonly requestId: string;
    readonly eventId: string;
  },
): Promise<Outcome<Answer>> {
  const { actor, tenantId, requestId, eventId } = command;
  return deps.transactor.transact(async (reads): Promise<Decided> => {
    const [control, stored, payload] = await reads.get(
      [controlRef(), auditEventRef(eventId), auditPayloadRef(eventId)].map((ref) => inTenant(tenantId, ref)),
    );
    const common = { tenantId, actor, requestId, at: deps.clock.now() };
    const say = (draft: Omit<EventDraft, keyof typeof common>) =>
      recordEvent({ ...common, ...draft }, eventMeans(deps));
    const event = readEvent(stored?.data ?? null);
    const words = readWords(payload?.data ?? null);

    const held = rolesHeld(readControl(control?.data ?? null), actor);
    const reason = held.some((role) => REVEALERS.includes(role)) ? refusalOf(event, words) : "ROLE_MISSING";
    if (reason !== null || typeof event === "string" || typeof words === "string") {
      const reasonCode = reason ?? "TARGET_UNREADABLE";
      const refused = say({ type: "words.reveal_refused", outcome: "refused", reasonCode, data: { eventId } });
      return { changes: [], events: [refused], answer: refuse(reasonCode) };
    }
    const isIntact = deps.sha256(words.salt + canonicalJson(words.payload)) === event.payloadHash;
    const revealed = say({
      type: "words.revealed",
      outcome: "done",
      severity: isIntact ? "notice" : "alarm",
      proposalId: event.proposalId,
      data: { eventId, eventType: event.type, isIntact },
    });
    return {
      changes: [],
      events: [revealed],
      answer: accept({ eventId, payload: words.payload, salt: words.salt, isIntact }),
    };
  });
}

const REVEALERS: readonly string[] = ["owner", "approver_admin"];

function readWords(data: JsonObject | null): AuditPayload | "missing" | "unreadable" {
  if (data === null) return "missing";
  const parsed = AuditPayload.safeParse(data);
  return parsed.success ? parsed.data : "unreadable";
}

function refusalOf(event: ReturnType<typeof readEvent>, words: ReturnType<typeof readWords>): ReasonCode | null {
  if (event === "missing") return "NOT_FOUND";
  if (event === "unreadable" || words === "unreadable") return "TARGET_UNREADABLE";
  if (words === "missing") return event.payloadHash === null ? "NOT_FOUND" : "WORDS_ERASED";
  return null;
}
