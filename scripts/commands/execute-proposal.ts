import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { traceLines } from "../terminal/report.js";
import { requirePlan } from "./approve-proposal.js";
import { proposalLines } from "./show-proposal.js";

/** `studio proposals execute`: applies exactly the approved effect, once. */
export const addExecuteProposal: AddCommand = (program, { withSession }) => {
  group(program, "proposals", "Look at proposals, and decide on them.")
    .command("execute <id>")
    .description("Apply exactly the approved effect, once, together with its audit event.")
    .requiredOption("--plan <id>", "the approved plan's id, or its first digits")
    .option("--exemption <id>", "an exemption from the quota")
    .action(
      withSession(async ({ call }, { plan, exemption }, [proposalId = ""]) => {
        const { proposal } = await call("getProposal", { proposalId }, null);
        const named = typeof exemption === "string" ? { exemptionId: exemption } : {};
        const planId = requirePlan(proposal, String(plan));
        const answer = await call("executeProposal", { proposalId }, { planId, ...named });
        const said = answer.replayed ? ["This had been executed before: nothing was written twice."] : [];
        return { lines: [...said, ...proposalLines(answer.proposal), ...traceLines(answer.policy)], json: answer };
      }),
    );
};
