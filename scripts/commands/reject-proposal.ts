import { REJECT_REASONS, RejectReason } from "@studio-os/functions/contracts";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { traceLines } from "../terminal/report.js";
import { proposalLines } from "./show-proposal.js";

/** `studio proposals reject`: one rejection ends a proposal. */
export const addRejectProposal: AddCommand = (program, { withSession }) => {
  group(program, "proposals", "Look at proposals, and decide on them.")
    .command("reject <id>")
    .description("Reject the proposal. One rejection ends it.")
    .requiredOption("--because <reason>", REJECT_REASONS.join(", "))
    .requiredOption("--rationale <text>", "why, in your own words")
    .action(
      withSession(async ({ call }, { because, rationale }, [proposalId = ""]) => {
        const reasonCode = RejectReason.safeParse(because);
        if (!reasonCode.success) throw unusable("USAGE", `--because is one of: ${REJECT_REASONS.join(", ")}.`);
        const { proposal } = await call("getProposal", { proposalId }, null);
        const body = { ifRev: proposal.rev, reasonCode: reasonCode.data, rationale: String(rationale) };
        const answer = await call("rejectProposal", { proposalId }, body);
        return { lines: [...proposalLines(answer.proposal), ...traceLines(answer.policy)], json: answer };
      }),
    );
};
