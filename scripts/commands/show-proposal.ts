import type { EffectWrite, Proposal } from "@studio-os/functions/contracts";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { traceLines } from "../terminal/report.js";

/** `studio proposals show`: the effect, the reviews, and what the policy says to you, check by check. */
export const addShowProposal: AddCommand = (program, { withSession }) => {
  group(program, "proposals", "Look at proposals, and decide on them.")
    .command("show <id>")
    .description("One proposal: the exact effect, and why you may or may not approve and execute it now.")
    .action(
      withSession(async ({ call }, _given, [proposalId = ""]) => {
        const answer = await call("getProposal", { proposalId }, null);
        const { proposal, policy } = answer;
        const lines = [
          ...proposalLines(proposal),
          "",
          "To approve it:",
          ...traceLines(policy.approve),
          "To execute it:",
          ...traceLines(policy.execute),
        ];
        return { lines, json: answer };
      }),
    );
};

/** The effect first, then who asks and who answered. What people wrote stands last, marked as their words. */
export function proposalLines(proposal: Proposal): string[] {
  const { plan } = proposal;
  return [
    `${proposal.proposalId}  ${proposal.status}  risk ${proposal.riskTier}  revision ${proposal.rev}`,
    plan.headline,
    ...plan.writes.flatMap(writeLines),
    ...plan.irreversible.map(({ why }) => `  CANNOT BE TAKEN BACK: ${why}`),
    `Plan: ${plan.planId}`,
    `Capability: ${proposal.capabilityId}. Asked for by ${proposal.actor.name}; expires ${proposal.expiresAt}.`,
    ...proposal.reviews.map(
      ({ reviewer, decision, at, voidedAt }) =>
        `  ${decision} by ${reviewer.name} at ${at}${voidedAt === null ? "" : " (no longer counts)"}`,
    ),
    ...(proposal.problem === null ? [] : [`Problem: ${proposal.problem.code}: ${proposal.problem.detail}`]),
    ...(proposal.rationale === "" ? [] : [`In the requester's words: ${proposal.rationale}`]),
  ];
}

function writeLines({ ref, op, fields }: EffectWrite): string[] {
  return [
    `  ${op} ${ref}`,
    ...fields.map(({ path, before, after }) => `    ${path}: ${written(before)} → ${written(after)}`),
  ];
}

const written = (value: unknown): string => (value === undefined ? "(not there)" : JSON.stringify(value));
