import type { AddCommand } from "../terminal/program.js";
import { table } from "../terminal/report.js";

/** `studio quotas`: whom and what quotas held back in the last week. */
export const addReportQuotas: AddCommand = (program, { withSession }) => {
  program
    .command("quotas")
    .description("Whom and what quotas held back in the last week, by the audit log.")
    .action(
      withSession(async ({ call }) => {
        const answer = await call("reportQuotas", {}, null);
        const rows = [
          ...answer.actors.map(({ id, count }) => ["actor", id, String(count)]),
          ...answer.capabilities.map(({ id, count }) => ["capability", id, String(count)]),
        ];
        const found = rows.length === 0 ? [`Nobody was held back since ${answer.since}.`] : table(rows);
        const more = answer.isComplete ? [] : ["There were more refusals than one report counts."];
        return { lines: [...found, ...more], json: answer };
      }),
    );
};
