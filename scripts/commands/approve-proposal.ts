import { APPROVE_REASONS, ApproveReason } from "@studio-os/functions/contracts";
import type { Proposal } from "@studio-os/functions/contracts";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { traceLines } from "../terminal/report.js";
import { proposalLines } from "./show-proposal.js";

/** Digits of a plan's id that name it well enough for a person. */
const MIN_PLAN_DIGITS = 8;

/** `studio proposals approve`: approves exactly the plan that was looked at. */
export const addApproveProposal: AddCommand = (program, { withSession }) => {
  group(program, "proposals", "Look at proposals, and decide on them.")
    .command("approve <id>")
    .description("Approve exactly this plan, as `proposals show` printed it.")
    .requiredOption("--plan <id>", `the plan's id, or its first ${MIN_PLAN_DIGITS} digits or more`)
    .option("--rationale <text>", "why, in your own words; needed from risk medium on")
    .option("--because <reason>", `instead of words, at low risk: ${APPROVE_REASONS.join(", ")}`)
    .option("--exemption <id>", "an exemption from the second approver")
    .action(
      withSession(async ({ call }, { plan, rationale, because, exemption }, [proposalId = ""]) => {
        const reasonCode = ApproveReason.nullable().safeParse(because ?? null);
        if (!reasonCode.success) throw unusable("USAGE", `--because is one of: ${APPROVE_REASONS.join(", ")}.`);
        const { proposal } = await call("getProposal", { proposalId }, null);
        const answer = await call(
          "approveProposal",
          { proposalId },
          {
            ifRev: proposal.rev,
            planId: requirePlan(proposal, String(plan)),
            rationale: typeof rationale === "string" ? rationale : null,
            reasonCode: reasonCode.data,
            ...(typeof exemption === "string" ? { exemptionId: exemption } : {}),
          },
        );
        return { lines: [...proposalLines(answer.proposal), ...traceLines(answer.policy)], json: answer };
      }),
    );
};

/** The current plan's id, if it is the one that the person names. Throws USAGE: what nobody looked at is not decided on. */
export function requirePlan({ plan }: Proposal, named: string): string {
  if (!/^[0-9a-f]+$/.test(named) || named.length < MIN_PLAN_DIGITS)
    throw unusable("USAGE", `--plan takes at least ${MIN_PLAN_DIGITS} digits of the plan's id.`);
  if (!plan.planId.startsWith(named))
    throw unusable("USAGE", `The plan is another one by now: ${plan.planId}. Look at it first: studio proposals show.`);
  return plan.planId;
}
