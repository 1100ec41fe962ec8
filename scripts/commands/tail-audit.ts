import * as z from "zod";
import { unreachable } from "../terminal/failure.js";
import type { Means } from "../terminal/means.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import type { ReadDocuments } from "../terminal/read-documents.js";
import { textOf } from "../terminal/read-log.js";
import { table } from "../terminal/report.js";
import { readLimit } from "./list-proposals.js";

const MAX_SHOWN = 500;
const POLL_MS = 2_000;
/** An event may become visible after a later one: each look goes back by this much, and shows only what it has not shown. */
const OVERLAP_MS = 60_000;
/** Ids that are kept to tell what was shown: more than a minute holds. */
const MAX_KEPT = 20_000;

const Shown = z.object({
  id: z.string(),
  seq: z.int().optional(),
  at: z.string(),
  type: z.string(),
  severity: z.string(),
  outcome: z.string(),
  reasonCode: z.string().nullable(),
  actorName: z.string(),
  proposalId: z.string().nullable(),
  requestId: z.string(),
});
type Shown = z.infer<typeof Shown>;

/** `studio audit tail`: the newest events, and with `--follow` those that come. */
export const addTailAudit: AddCommand = (program, { withSession }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("tail")
    .description("The newest events, oldest of them first. `pending` has no index yet.")
    .option("--limit <n>", `at most ${MAX_SHOWN}`, "20")
    .option("--type <type>", "events of one type")
    .option("--follow", "go on with those that come, until Ctrl-C")
    .action(
      withSession(async ({ list, means }, given) => {
        const limit = readLimit(given["limit"], MAX_SHOWN);
        const type = textOf(given, "type");
        const where = type === undefined ? [] : [{ field: "type", op: "EQUAL" as const, value: type }];
        const newest = await readEvents(list, { where, orderBy: { field: "at", direction: "DESCENDING" }, limit });
        const events = newest.reverse();
        if (given["follow"] !== true) return { lines: lines(events), json: { events } };
        const print = (some: readonly Shown[]): void =>
          given["json"] === true
            ? some.forEach((event) => means.print(JSON.stringify(event)))
            : lines(some).forEach((line) => means.print(line));
        print(events);
        await follow(means, list, where, events, print);
        return { lines: [], json: { events: [] } };
      }),
    );
};

type Where = NonNullable<Parameters<ReadDocuments>[0]["where"]>;

/** Ends when the program does, or when a read fails. */
async function follow(
  means: Means,
  list: ReadDocuments,
  where: Where,
  shown: readonly Shown[],
  print: (events: readonly Shown[]) => void,
): Promise<void> {
  const known = new Set(shown.map(({ id }) => id));
  let last = shown.at(-1)?.at ?? new Date(0).toISOString();
  for (;;) {
    await means.wait(POLL_MS);
    const since = new Date(Math.max(0, Date.parse(last) - OVERLAP_MS)).toISOString();
    const found = await readEvents(list, {
      where: [...where, { field: "at", op: "GREATER_THAN", value: since }],
      orderBy: { field: "at", direction: "ASCENDING" },
      limit: MAX_SHOWN,
    });
    const fresh = found.filter(({ id }) => !known.has(id));
    if (known.size > MAX_KEPT) known.clear();
    for (const { id } of found) known.add(id);
    last = found.at(-1)?.at ?? last;
    print(fresh);
  }
}

async function readEvents(
  list: ReadDocuments,
  request: Omit<Parameters<ReadDocuments>[0], "collection">,
): Promise<Shown[]> {
  const events = z.array(Shown).safeParse(await list({ collection: "auditEvents", ...request }));
  if (!events.success) throw unreachable("ANSWER_UNREADABLE", "A stored event does not have its form.");
  return events.data;
}

function lines(events: readonly Shown[]): string[] {
  if (events.length === 0) return [];
  return table(
    events.map(({ seq, at, type, outcome, reasonCode, actorName, proposalId }) => [
      seq === undefined ? "pending" : String(seq),
      at,
      type,
      reasonCode ?? outcome,
      actorName,
      proposalId ?? "",
    ]),
  );
}
