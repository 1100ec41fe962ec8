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
    .action(
      withSession(async ({ call }, { reason, mode }) => {
        if (mode !== "stopped" && mode !== "read_only") throw unusable("USAGE", "--mode is stopped or read_only.");
        const { control } = await call("engageStop", {}, { mode, reason: String(reason) });
        return { lines: [`The studio is ${control.mode}.`, ...controlLines(control)], json: { control } };
      }),
    );
};
