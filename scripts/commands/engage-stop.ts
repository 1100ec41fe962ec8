import { unusable } from "../terminal/failure.js";
import type { AddCommand } from "../terminal/program.js";
import { controlLines } from "./show-control.js";

/** `studio stop`: stops the studio, or makes it read-only. One person is enough. */
export const addEngageStop: AddCommand = (program, { withSession }) => {
  program
    .command("stop")
    .description("Stop the studio. One person is enough.")
    .requiredOption("--reason <text>", "why, in your own words")
    .option("--mode <mode>", "stopped or read_only", "stopped")
    .option("--all-studios", "every studio at once, for operators of the platform")
    .action(
      withSession(async ({ call }, { reason, mode, allStudios }) => {
        if (mode !== "stopped" && mode !== "read_only") throw unusable("USAGE", "--mode is stopped or read_only.");
        const body = { mode, reason: String(reason) } as const;
        const isGlobal = allStudios === true;
        const { control } = isGlobal ? await call("engageGlobalStop", {}, body) : await call("engageStop", {}, body);
        return {
          lines: [`${isGlobal ? "Every studio" : "The studio"} is ${control.mode}.`, ...controlLines(control)],
          json: { control },
        };
      }),
    );
};
