import { randomBytes } from "node:crypto";
import { COMMANDS } from "./commands/index.js";
import { askSecret } from "./terminal/ask-secret.js";
import { fetchDirectly } from "./terminal/fetch-directly.js";
import { runProgram } from "./terminal/program.js";

/** The operator's program: `npx tsx scripts/studio.ts --help`. */
process.exitCode = await runProgram(
  process.argv.slice(2),
  {
    env: process.env,
    fetch: fetchDirectly,
    print: (line) => process.stdout.write(`${line}\n`),
    say: (line) => process.stderr.write(`${line}\n`),
    askSecret,
    newKey: () => randomBytes(18).toString("base64url"),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  COMMANDS,
);
