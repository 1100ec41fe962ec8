import { ProposalStatus } from "@studio-os/functions/contracts";
import * as z from "zod";
import { unreachable, unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { table } from "../terminal/report.js";

const MAX_LISTED = 500;
const DEFAULT_LISTED = 30;

/** What a list shows of a proposal; the rest is shown by `proposals show`. */
const Listed = z.object({
  proposalId: z.string(),
  status: z.string(),
  riskTier: z.string(),
  capabilityId: z.string(),
  expiresAt: z.string(),
  actor: z.object({ name: z.string() }),
  plan: z.object({ headline: z.string() }),
});

/** `studio proposals list`: what waits for an answer, or what is in another state. */
export const addListProposals: AddCommand = (program, { withSession }) => {
  group(program, "proposals", "Look at proposals, and decide on them.")
    .command("list")
    .description("The proposals of one status, those that changed last first.")
    .option("--status <status>", "one status of a proposal", "pending_approval")
    .option("--limit <n>", `at most ${MAX_LISTED}`, String(DEFAULT_LISTED))
    .action(
      withSession(async ({ list }, given) => {
        const status = ProposalStatus.safeParse(given["status"]);
        if (!status.success) throw unusable("USAGE", `--status is one of: ${ProposalStatus.options.join(", ")}.`);
        const limit = readLimit(given["limit"], MAX_LISTED);
        const documents = await list({
          collection: "proposals",
          where: [{ field: "status", op: "EQUAL", value: status.data }],
          orderBy: { field: "updatedAt", direction: "DESCENDING" },
          limit,
        });
        const proposals = z.array(Listed).safeParse(documents);
        if (!proposals.success) throw unreachable("ANSWER_UNREADABLE", "A stored proposal does not have its form.");
        const rows = proposals.data.map((it) => [
          it.proposalId,
          it.riskTier,
          it.expiresAt,
          it.actor.name,
          it.plan.headline,
        ]);
        const more = documents.length === limit ? [`The first ${limit}; there may be more (--limit).`] : [];
        const lines = rows.length === 0 ? [`No proposal is ${status.data}.`] : [...table(rows), ...more];
        return { lines, json: { proposals: proposals.data, isComplete: documents.length < limit } };
      }),
    );
};

/** A whole number from 1 to the bound. Throws USAGE. */
export function readLimit(given: string | boolean | undefined, max: number): number {
  const limit = typeof given === "string" && /^[1-9][0-9]{0,5}$/.test(given) ? Number(given) : NaN;
  if (!(limit <= max)) throw unusable("USAGE", `--limit is a whole number from 1 to ${max}.`);
  return limit;
}
