import type { AddCommand } from "../terminal/program.js";
import { controlLines } from "./show-control.js";

/** `studio release`: asks for the release, or confirms what somebody else asked for. */
export const addReleaseStop: AddCommand = (program, { withSession }) => {
  program
    .command("release")
    .description("Ask for the release, or confirm what somebody else asked for. Needs a fresh sign-in.")
    .requiredOption("--reason <text>", "why it may go on")
    .option("--phrase <text>", "the phrase of a release that one person makes alone, after the delay")
    .option("--all-studios", "every studio at once, for operators of the platform")
    .action(
      withSession(async ({ call }, { reason, phrase, allStudios }) => {
        const body = { reason: String(reason), phrase: typeof phrase === "string" ? phrase : null };
        const isGlobal = allStudios === true;
        const { control, isReleased } = isGlobal
          ? await call("releaseGlobalStop", {}, body)
          : await call("releaseStop", {}, body);
        const said = isReleased
          ? `${isGlobal ? "Every studio" : "The studio"} is released.`
          : "The release is asked for. Somebody else, or you with the phrase after the delay, confirms it.";
        return { lines: [said, ...controlLines(control)], json: { control, isReleased } };
      }),
    );
};
