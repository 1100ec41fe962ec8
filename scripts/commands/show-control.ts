import type { ControlState } from "@studio-os/functions/contracts";
import type { AddCommand } from "../terminal/program.js";

/** `studio status`: the mode that counts now. */
export const addShowControl: AddCommand = (program, { withSession }) => {
  program
    .command("status")
    .description("The kill switch: the mode that counts now, for this studio and for all.")
    .action(
      withSession(async ({ call }) => {
        const answer = await call("getControl", {}, null);
        const { effectiveMode, control, detail } = answer;
        const lines = [`Mode: ${effectiveMode}. ${detail}`, ...(control === null ? [] : controlLines(control))];
        return { lines, json: answer };
      }),
    );
};

/** What a person needs to know of the control document beside its mode. */
export function controlLines({ epoch, scopes }: Pick<ControlState, "epoch" | "scopes">): string[] {
  return [`Control epoch: ${epoch}`, ...scopes.map(({ kind, id, mode }) => `  ${kind} ${id}: ${mode}`)];
}
