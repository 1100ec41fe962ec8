import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  SOLO_RELEASE_DELAY_MS,
  OPERATORS_PATH,
  OPERATORS_PHRASE,
  PLATFORM_TENANT_ID,
  PlatformOperators,
} from "../contracts/index.js";
import type { HumanActor, ReasonCode, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import type { ControlCommand } from "./engage-stop.js";

type Body = RouteBody<"changeOperator">;
type Changed = RouteAnswer<"changeOperator">;
type Asked = NonNullable<PlatformOperators["changeRequest"]>;

export interface ChangeOperator extends ControlCommand<Body> {
  /** Who is put on the list, or taken off it. */
  readonly operatorUid: string;
}

/** What a call comes to, given what was asked before. */
type Decision =
  | { readonly kind: "ask"; readonly changeRequest: Asked }
  | { readonly kind: "change"; readonly operators: PlatformOperators["operators"]; readonly isSolo: boolean }
  | { readonly kind: "refused"; readonly reason: ReasonCode };

/** Who may stop and release all studios, and what was asked about that? Tells operators alone: ROLE_MISSING, CONTROL_UNREADABLE. */
export function getOperators(deps: Deps, command: ControlCommand<null>): Promise<Outcome<RouteAnswer<"getOperators">>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<RouteAnswer<"getOperators">>>> => {
    const list = await readOperators(reads);
    const reason = refusalFor(list, command.actor);
    if (list === null || reason !== null) return refusedOnRecord(deps, command, reason ?? "CONTROL_UNREADABLE", {});
    const { operators, changeRequest } = list;
    return { changes: [], events: [], answer: accept({ operators, changeRequest }) };
  });
}

/**
 * Put somebody on the list of those who may stop and release all studios, or take them off it? As with a release, one operator asks
 * and another confirms the very same change; or the first alone, with `OPERATORS_PHRASE`, `SOLO_RELEASE_DELAY_MS` after asking. Asking
 * for something else takes the place of what was asked before. Nobody changes their own entry, so that one stays at least; who is off
 * stays on the list with the instant.
 *
 * Refuses CONTROL_UNREADABLE, ROLE_MISSING, OWN_ROLES, NO_OP, CHANGE_NOT_CONFIRMED, and INVALID_INPUT where the list is full.
 */
export function changeOperator(deps: Deps, command: ChangeOperator): Promise<Outcome<Changed>> {
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Changed>>> => {
    const list = await readOperators(reads);
    const about = { operatorUid: command.operatorUid, isIn: command.body.isIn };
    const reason = refusalFor(list, command.actor);
    if (list === null || reason !== null) return refusedOnRecord(deps, command, reason ?? "CONTROL_UNREADABLE", about);
    const now = deps.clock.now();
    const decision = decideOperators(list, command, now);
    if (decision.kind === "refused") return refusedOnRecord(deps, command, decision.reason, about);
    const isChanged = decision.kind === "change";
    const eventId = deps.ids.random();
    const next = PlatformOperators.parse({
      ...list,
      ...(isChanged ? { operators: decision.operators } : {}),
      changeRequest: isChanged ? null : decision.changeRequest,
      auditVersion: list.auditVersion + 1,
      lastEventId: eventId,
      updatedAt: now,
    });
    const event = recordEvent(
      {
        ...eventOf(command, now),
        type: isChanged ? "operators.changed" : "operators.change_requested",
        outcome: "done",
        severity: "alarm",
        data: {
          ...about,
          auditVersion: next.auditVersion,
          ...(isChanged ? { askedBy: list.changeRequest?.by.id ?? null, isSolo: decision.isSolo } : {}),
        },
      },
      eventMeans(deps, eventId),
    );
    const { operators, changeRequest } = next;
    return {
      changes: [{ op: "set", path: OPERATORS_PATH, data: toDocument(next) }],
      events: [event],
      answer: accept({ operators, changeRequest, isChanged }),
    };
  });
}

/** Pure. The actor is known to be an operator. */
function decideOperators(
  { operators, changeRequest }: PlatformOperators,
  { actor, operatorUid, body }: Pick<ChangeOperator, "actor" | "operatorUid" | "body">,
  now: UtcInstant,
): Decision {
  const { name, isIn, phrase } = body;
  if (operatorUid === actor.id) return { kind: "refused", reason: "OWN_ROLES" };
  const before = operators.find(({ uid }) => uid === operatorUid);
  const isInNow = before?.disabledAt === null;
  if (isIn === isInNow && (!isIn || before?.name === name)) return { kind: "refused", reason: "NO_OP" };
  const entry = { uid: operatorUid, name, disabledAt: isIn ? null : now };
  const after = [...operators.filter(({ uid }) => uid !== operatorUid), entry];
  if (!PlatformOperators.shape.operators.safeParse(after).success) return { kind: "refused", reason: "INVALID_INPUT" };

  const asked = standing(operators, changeRequest);
  if (asked === null || asked.uid !== operatorUid || asked.name !== name || asked.isIn !== isIn) {
    const by = { id: actor.id, name: actor.name };
    return { kind: "ask", changeRequest: { by, at: now, uid: operatorUid, name, isIn } };
  }
  const isSolo = asked.by.id === actor.id;
  const waitedMs = Date.parse(now) - Date.parse(asked.at);
  if (isSolo && !(phrase === OPERATORS_PHRASE && waitedMs >= SOLO_RELEASE_DELAY_MS))
    return { kind: "refused", reason: "CHANGE_NOT_CONFIRMED" };
  return { kind: "change", operators: after, isSolo };
}

/** What somebody asked who is no operator any more counts for nothing. */
const standing = (
  operators: PlatformOperators["operators"],
  asked: PlatformOperators["changeRequest"],
): Asked | null => (asked !== null && isOperator(operators, asked.by) ? asked : null);

/** Is this person on the list, and in? */
export const isOperator = (operators: PlatformOperators["operators"], { id }: Pick<HumanActor, "id">): boolean =>
  operators.some(({ uid, disabledAt }) => uid === id && disabledAt === null);

/** null: there is no list, or none that can be read. */
async function readOperators(reads: TransactionReads): Promise<PlatformOperators | null> {
  const [stored] = await reads.get([OPERATORS_PATH]);
  const parsed = PlatformOperators.safeParse(stored?.data ?? null);
  return parsed.success ? parsed.data : null;
}

function refusalFor(list: PlatformOperators | null, actor: HumanActor): ReasonCode | null {
  if (list === null) return "CONTROL_UNREADABLE";
  return isOperator(list.operators, actor) ? null : "ROLE_MISSING";
}

/** A look at the list has no body. */
type Asking = Omit<ControlCommand<null>, "body"> & { readonly body: { readonly reason: string } | null };

const eventOf = ({ actor, requestId, body }: Asking, at: UtcInstant): Omit<EventDraft, "type" | "outcome"> => ({
  tenantId: PLATFORM_TENANT_ID,
  at,
  actor,
  requestId,
  ...(body === null ? {} : { freeText: { reason: body.reason } }),
});

function refusedOnRecord(
  deps: Deps,
  command: Asking,
  reasonCode: ReasonCode,
  data: NonNullable<EventDraft["data"]>,
): Commit<Outcome<never>> {
  const draft: EventDraft = { ...eventOf(command, deps.clock.now()), type: "operators.refused", outcome: "refused" };
  const event = recordEvent({ ...draft, reasonCode, data }, eventMeans(deps));
  return { changes: [], events: [event], answer: refuse(reasonCode) };
}
