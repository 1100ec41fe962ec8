import type {
  ApiRouteName,
  AuditPayload,
  LegalHold,
  LegalHolds,
  Purge,
  ReasonCode,
  RouteBody,
} from "@studio-os/functions/contracts";
import type { Live } from "../../src/data/live.js";
import type { Listed, One } from "../../src/data/studio-data.js";
import { ANA, hash, instant } from "./builders.js";

interface Cell<T> {
  readonly getSnapshot: () => T;
  readonly set: (value: T) => void;
}

/** What the routes about keeping and erasing work on. */
export interface GovernanceServer {
  readonly holds: Cell<Live<One<LegalHolds>>>;
  /** What people wrote, by event; what is erased is not in it. */
  readonly words: Map<string, AuditPayload>;
}

type Outcome = { readonly answer: unknown } | { readonly code: ReasonCode };
type Params = Readonly<Record<string, string>>;

const EVIDENCE = { kind: "document", ref: "batches/b-7", summary: "the shelf that it stands on", sha256: hash("e") };
const DAY_MS = 24 * 3_600_000;

/** The parts of a world that these screens show. */
export interface Keeping {
  readonly holds: Live<One<LegalHolds>>;
  readonly purges: Live<Listed<Purge>>;
}

const ready = <T>(value: T): Live<T> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() });
const holdsOf = (holds: readonly LegalHold[]): LegalHolds => ({
  ...{ holds: [...holds], auditVersion: 1, lastEventId: "ev-h" },
  updatedAt: instant(Date.now()),
});

const aHold = (holdId: string, about: LegalHold["about"], placedAt: string, liftedAt: string | null): LegalHold => ({
  ...{ holdId, about, placedBy: "dee", placedAt, liftedAt },
  liftedBy: liftedAt === null ? null : "omar",
});

const aPurge = (proposalId: string, status: Purge["status"], partsDone: number): Purge => ({
  ...{ proposalId, status, partsDone, collection: "notices", auditVersion: 1, lastEventId: "ev-p" },
  parts: [
    { fromAt: "2000-01-01T00:00:00.000Z", untilAt: "2026-05-01T00:00:00.000Z", count: 400, idsHash: hash("a") },
    { fromAt: "2026-05-01T00:00:00.000Z", untilAt: "2026-08-20T00:00:00.000Z", count: 12, idsHash: hash("b") },
  ],
});

export function keeping(nowMs: number): Keeping {
  const placed = instant(nowMs - 3 * DAY_MS);
  return {
    holds: ready({
      kind: "found",
      value: holdsOf([
        aHold("h-2", { kind: "collection", id: "deadLetters" }, placed, null),
        aHold("h-1", { kind: "person", id: "zoe" }, placed, null),
        aHold("h-0", { kind: "everything" }, instant(nowMs - 9 * DAY_MS), instant(nowMs - 8 * DAY_MS)),
      ]),
    }),
    purges: ready({
      items: [aPurge("p-purge", "approved", 1), aPurge("p-old", "done", 2), aPurge("p-odd", "refused", 0)],
      unreadable: [],
    }),
  };
}

export const nothingKept = (): Keeping => ({
  holds: ready({ kind: "missing" }),
  purges: ready({ items: [], unreadable: [] }),
});

/** What the server answers about holds, purges, and people's words; null: that is not one of these routes. */
export function governanceAnswer(
  server: GovernanceServer,
  route: ApiRouteName,
  params: Params,
  body: unknown,
): Outcome | null {
  const eventId = params["eventId"] ?? "";
  switch (route) {
    case "revealWords": {
      const words = server.words.get(eventId);
      return words === undefined ? { code: "WORDS_ERASED" } : { answer: { eventId, ...words, isIntact: true } };
    }
    case "openEvidence":
      return { answer: { evidence: EVIDENCE, record: { shelf: "<b>C 2</b>" }, isSame: false, isOnRecord: true } };
    case "eraseWords":
      return server.words.delete(eventId) ? { answer: { eventId, copies: 1 } } : { code: "WORDS_ERASED" };
    case "placeHold": {
      // The route table ties each body to its route.
      const { about } = body as RouteBody<"placeHold">;
      const hold: LegalHold = {
        ...{ holdId: "h-new", about, placedBy: ANA.uid, placedAt: instant(Date.now()) },
        ...{ liftedBy: null, liftedAt: null },
      };
      server.holds.set(ready({ kind: "found", value: holdsOf([...listOf(server), hold]) }));
      return { answer: { hold } };
    }
    case "liftHold": {
      const lift = (hold: LegalHold): LegalHold =>
        hold.holdId === params["holdId"] ? { ...hold, liftedBy: ANA.uid, liftedAt: instant(Date.now()) } : hold;
      const holds = listOf(server).map(lift);
      server.holds.set(ready({ kind: "found", value: holdsOf(holds) }));
      return { answer: { hold: holds.find(({ holdId }) => holdId === params["holdId"]) } };
    }
    case "planPurge":
      return { answer: dryRun(params["collection"] ?? "") };
    default:
      return null;
  }
}

/** Notices are past their time, observations are not, and dead letters are held. */
function dryRun(collection: string) {
  const input = { collection, parts: aPurge("p-x", "approved", 0).parts };
  if (collection === "observations") return { input: null, count: 0, isComplete: true, heldBy: [] };
  return { input, count: 412, isComplete: true, heldBy: collection === "deadLetters" ? ["h-2"] : [] };
}

function listOf({ holds }: GovernanceServer): readonly LegalHold[] {
  const live = holds.getSnapshot();
  return live.state === "ready" && live.value.kind === "found" ? live.value.value.holds : [];
}
