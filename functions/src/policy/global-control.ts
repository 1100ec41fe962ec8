import { recordEvent } from "../audit/record-event.js";
import type { EventDraft } from "../audit/record-event.js";
import { eventMeans } from "../commit/deps.js";
import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { accept, refuse } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import type { Commit, TransactionReads } from "../commit/transactor.js";
import {
  GLOBAL_CONTROL_PATH,
  GlobalControlState,
  OPERATORS_PATH,
  PLATFORM_TENANT_ID,
  PlatformOperators,
} from "../contracts/index.js";
import type { ReasonCode, RouteAnswer, RouteBody, UtcInstant } from "../contracts/index.js";
import { isOperator } from "./change-operators.js";
import { readGlobalControl, unseenEpoch } from "./control.js";
import type { Reading } from "./control.js";
import type { ControlCommand } from "./engage-stop.js";
import { recordedGlobalVersion } from "./recorded-version.js";
import { decideRelease } from "./release-stop.js";

type Released = RouteAnswer<"releaseGlobalStop">;

/**
 * Stop every studio, or make them all read-only. One operator of the platform is enough, and as with one studio it works on
 * an unreadable document too. Whoever is on the list of operators may, and while that list cannot be read whoever the token
 * says; for stopping is the safe direction. Refuses ROLE_MISSING, and CONTROL_UNCHANGED where it is that strict already.
 */
export function engageGlobalStop(
  deps: Deps,
  command: ControlCommand<RouteBody<"engageGlobalStop">>,
): Promise<Outcome<RouteAnswer<"engageGlobalStop">>> {
  const { actor, body } = command;
  return deps.transactor.transact(async (reads) => {
    const found = await look(deps, reads);
    const { reading, now } = found;
    const before = reading.kind === "read" ? reading.state : null;
    if (found.operators !== null && !isOperator(found.operators, actor))
      return refusal(deps, command, found, "ROLE_MISSING");
    if (before !== null && (before.mode === "stopped" || before.mode === body.mode))
      return refusal(deps, command, found, "CONTROL_UNCHANGED");
    const { commit, control } = await change(deps, reads, command, found, {
      type: "control.engaged",
      severity: "alarm",
      fields: {
        mode: body.mode,
        epoch: before === null ? unseenEpoch(now) : before.epoch + 1,
        reason: body.reason,
        by: { id: actor.id, name: actor.name },
        at: now,
        scopes: before?.scopes ?? [],
        releaseRequest: null,
      },
      data: { mode: body.mode, wasReadable: before !== null },
    });
    return { ...commit, answer: accept({ control }) };
  });
}

/**
 * Release the stop above all studios: as in a studio, two operators do, or one with the phrase and after the delay. Both have
 * to be on the list of operators, which must read. Each studio's own switch stays as it is. Refuses CONTROL_UNREADABLE,
 * ROLE_MISSING, CONTROL_UNCHANGED and RELEASE_NOT_CONFIRMED.
 */
export function releaseGlobalStop(
  deps: Deps,
  command: ControlCommand<RouteBody<"releaseGlobalStop">>,
): Promise<Outcome<Released>> {
  const { actor, body } = command;
  return deps.transactor.transact(async (reads): Promise<Commit<Outcome<Released>>> => {
    const found = await look(deps, reads);
    const { reading, now } = found;
    if (reading.kind === "unreadable") return refusal(deps, command, found, "CONTROL_UNREADABLE");
    const operators = found.operators ?? [];
    if (!isOperator(operators, actor)) return refusal(deps, command, found, "ROLE_MISSING");
    const decision = decideRelease(reading.state, actor, body.phrase, now, {
      isSamePerson: (a, b) => a === b,
      mayRelease: (id) => isOperator(operators, { id }),
    });
    if (decision.kind === "refused") return refusal(deps, command, found, decision.reason);

    const by = { id: actor.id, name: actor.name };
    const isReleased = decision.kind === "release";
    const { commit, control } = await change(deps, reads, command, found, {
      type: isReleased ? "control.released" : "control.release_requested",
      severity: isReleased ? "alarm" : "notice",
      fields: isReleased
        ? {
            ...reading.state,
            ...{ mode: "normal", epoch: reading.state.epoch + 1, reason: body.reason, by, at: now },
            releaseRequest: null,
          }
        : { ...reading.state, releaseRequest: { by, at: now, reason: body.reason } },
      data: { soloRelease: isReleased && reading.state.releaseRequest?.by.id === actor.id },
    });
    return { ...commit, answer: accept({ control, isReleased }) };
  });
}

interface Found {
  readonly reading: Reading<GlobalControlState>;
  /** null: the list is missing or cannot be read. */
  readonly operators: PlatformOperators["operators"] | null;
  readonly now: UtcInstant;
}

async function look(deps: Deps, reads: TransactionReads): Promise<Found> {
  const [stored, list] = await reads.get([GLOBAL_CONTROL_PATH, OPERATORS_PATH]);
  const parsed = PlatformOperators.safeParse(list?.data);
  return {
    reading: readGlobalControl(stored?.data ?? null),
    operators: parsed.success ? parsed.data.operators : null,
    now: deps.clock.now(),
  };
}

type Command = ControlCommand<{ readonly reason: string }>;

interface GlobalChange {
  readonly type: EventDraft["type"];
  readonly severity: NonNullable<EventDraft["severity"]>;
  readonly fields: Omit<GlobalControlState, "auditVersion" | "lastEventId" | "updatedAt">;
  readonly data: NonNullable<EventDraft["data"]>;
}

/** The document with its event, on the platform's own record. */
async function change(
  deps: Deps,
  reads: TransactionReads,
  { actor, requestId, body }: Command,
  { reading, now }: Found,
  about: GlobalChange,
): Promise<{ commit: Pick<Commit<unknown>, "changes" | "events">; control: GlobalControlState }> {
  const eventId = deps.ids.random();
  const last = reading.kind === "read" ? reading.state.auditVersion : ((await recordedGlobalVersion(reads)) ?? 0);
  const bookkeeping = { auditVersion: last + 1, lastEventId: eventId, updatedAt: now };
  const control = GlobalControlState.parse({ ...about.fields, ...bookkeeping });
  const event = recordEvent(
    {
      tenantId: PLATFORM_TENANT_ID,
      type: about.type,
      at: now,
      actor,
      requestId,
      outcome: "done",
      severity: about.severity,
      controlEpoch: control.epoch,
      data: { scope: "global", auditVersion: control.auditVersion, ...about.data },
      freeText: { reason: body.reason },
    },
    eventMeans(deps, eventId),
  );
  const write = { op: "set", path: GLOBAL_CONTROL_PATH, data: toDocument(control) } as const;
  return { commit: { changes: [write], events: [event] }, control };
}

function refusal(
  deps: Deps,
  { actor, requestId, body }: Command,
  { reading, now }: Found,
  reasonCode: ReasonCode,
): Commit<Outcome<never>> {
  const event = recordEvent(
    {
      tenantId: PLATFORM_TENANT_ID,
      type: "control.refused",
      at: now,
      actor,
      requestId,
      outcome: "refused",
      reasonCode,
      controlEpoch: reading.kind === "read" ? reading.state.epoch : null,
      data: { scope: "global" },
      freeText: { reason: body.reason },
    },
    eventMeans(deps),
  );
  return { changes: [], events: [event], answer: refuse(reasonCode) };
}
