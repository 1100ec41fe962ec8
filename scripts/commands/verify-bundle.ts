import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";

/** The very file that outsiders get in their bundles. */
const VERIFIER = fileURLToPath(new URL("../verify-audit-bundle.mjs", import.meta.url));
const MAX_OUTPUT_CHARACTERS = 100_000;

/** `studio audit verify`: the verifier that is handed out with every bundle, offline and signed in as nobody. */
export const addVerifyBundle: AddCommand = (program, { alone }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("verify <folder>")
    .description("Verify an audit bundle, offline. The key comes from outside the bundle.")
    .requiredOption("--key <key>", "the log's verifier key, name+hash+base64")
    .option("--known-checkpoint <file>", "a checkpoint of this log that you kept")
    .option("--range <from:to>", "you asked for these entries")
    .option("--filtered", "you asked for a choice of entries")
    .action(
      alone(async (given, [folder = ""]) => {
        const options = ["key", "knownCheckpoint", "range"].flatMap((name) => {
          const value = given[name];
          return typeof value === "string" ? [OPTION_NAMES[name] ?? "", value] : [];
        });
        const args = [...options, ...(given["filtered"] === true ? ["--filtered"] : []), "--", folder];
        const { code, lines } = await runVerifier(args);
        return { lines, json: { verdict: VERDICTS[code] ?? "unusable", lines }, exitCode: code };
      }),
    );
};

const OPTION_NAMES: Readonly<Record<string, string>> = {
  key: "--key",
  knownCheckpoint: "--known-checkpoint",
  range: "--range",
};
const VERDICTS: Readonly<Record<number, string>> = { 0: "verified", 1: "rejected", 2: "unusable" };

function runVerifier(args: readonly string[]): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VERIFIER, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < MAX_OUTPUT_CHARACTERS) output += text;
    });
    child.once("error", () => reject(unusable("USAGE", "The verifier could not be started.")));
    // Ended by a signal, nothing was verified.
    child.once("close", (code) => resolve({ code: code ?? 2, lines: output.trimEnd().split("\n") }));
  });
}
