import type { Delegation } from "@studio-os/functions/contracts";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";

const AGENTS = ["agents", "The programs beside the kilns."] as const;

/** `studio agents lend`: an agent asks on the rights of a person, and on nothing else. */
export const addLendRights: AddCommand = (program, { withSession }) => {
  group(program, ...AGENTS)
    .command("lend <id>")
    .description("Lend an agent some of your own rights, for a while. You decide on nothing that it asks with them.")
    .requiredOption("--scopes <ids>", "capabilities, by comma: firing.flag")
    .option("--records <paths>", "only about these records and what lies below them, by comma: firings/f-1")
    .option("--until <instant>", "when it ends, at most 30 days from now (default: in eight hours)")
    .option("--per-day <count>", "at most so many proposals in any 24 hours")
    .requiredOption("--reason <text>", "why, in at least 20 characters")
    .action(
      withSession(async ({ call }, given, [agentId = ""]) => {
        const { delegation } = await call(
          "grantDelegation",
          {},
          {
            agentId,
            scopes: listOf(given["scopes"]),
            resourceRefs: listOf(given["records"]),
            constraints: { maxAmountCents: null, maxPerDay: countOf(given["perDay"]) },
            expiresAt: instantOf(given["until"]),
            reason: String(given["reason"]),
          },
        );
        return { lines: linesOf(delegation), json: { delegation } };
      }),
    );
};

/** `studio agents take-back`: ends what an agent was lent. */
export const addTakeRightsBack: AddCommand = (program, { withSession }) => {
  group(program, ...AGENTS)
    .command("take-back <delegation>")
    .description("Take back what an agent was lent. Nothing is executed on it from then on.")
    .requiredOption("--reason <text>", "why")
    .action(
      withSession(async ({ call }, { reason }, [delegationId = ""]) => {
        const { delegation } = await call("revokeDelegation", { delegationId }, { reason: String(reason) });
        return { lines: linesOf(delegation), json: { delegation } };
      }),
    );
};

function linesOf({ delegationId, delegate, delegator, scopes, expiresAt, revokedAt }: Delegation): string[] {
  const state = revokedAt === null ? `until ${expiresAt}` : `taken back at ${revokedAt}`;
  return [`${delegator} lends ${delegate}: ${scopes.join(", ")}`, `  ${delegationId}, ${state}`];
}

const listOf = (given: string | boolean | undefined): string[] =>
  typeof given === "string"
    ? given
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "")
    : [];

function countOf(given: string | boolean | undefined): number | null {
  if (given === undefined) return null;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) throw unusable("USAGE", "--per-day is a whole number from 1 on.");
  return count;
}

/** Throws USAGE for what is no instant: it would be read as "whenever". */
export function instantOf(given: string | boolean | undefined): string | null {
  if (given === undefined) return null;
  const at = new Date(String(given));
  if (Number.isNaN(at.getTime())) throw unusable("USAGE", `"${String(given)}" is no instant: 2026-12-01T08:00:00Z.`);
  return at.toISOString();
}
