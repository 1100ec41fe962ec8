import { EXIT_CODES } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";

/** `studio jobs run`: one of the platform's jobs, by hand. */
export const addRunJob: AddCommand = (program, { withSession }) => {
  group(program, "jobs", "What the platform does by itself.")
    .command("run <name>")
    .description("Start a job by hand: expirySweep, outboxSweep, quotaRecount, exportSweep, witnessSweep.")
    .action(
      withSession(async ({ call }, _given, [job = ""]) => {
        const { run } = await call("runJob", { job }, {});
        const problem = run.problem === null ? "" : ` (${run.problem})`;
        const exitCode = run.status === "failed" ? EXIT_CODES.refused : EXIT_CODES.done;
        return { lines: [`${run.runId}: ${run.status}${problem}`], json: { run }, exitCode };
      }),
    );
};
