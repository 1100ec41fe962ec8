import { Command, CommanderError } from "commander";
import { EXIT_CODES } from "./failure.js";
import type { Means } from "./means.js";
import { printFailure, printReport } from "./report.js";
import type { Report } from "./report.js";
import { openSession } from "./session.js";
import type { Session, SessionOptions } from "./session.js";

/** A command's options and arguments, as commander read them. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** What commands are built with. */
interface Terminal {
  readonly means: Means;
  /** The body of a command that talks to the studio as somebody. */
  readonly withSession: (body: (session: Session, given: Given, words: readonly string[]) => Promise<Report>) => Action;
  /** The body of a command that needs nobody, or an audit link in place of a sign-in. The options hold the program's own as well. */
  readonly alone: (body: (given: Given, words: readonly string[], means: Means) => Promise<Report>) => Action;
}

type Action = (...given: unknown[]) => Promise<void>;
/** Adds one command to the program. */
export type AddCommand = (program: Command, terminal: Terminal) => void;

const HELP = `
Who you are: STUDIO_TOKEN, or --email (STUDIO_EMAIL) with STUDIO_PASSWORD or the keyboard.
Which studio: --studio https://… (STUDIO_ORIGIN) and --tenant (STUDIO_TENANT). Without an address, the one that
npm start brings up on this machine.
An audit link in STUDIO_AUDIT_LINK stands for a sign-in where a log or an export is read.

Exit codes: 0 done, 1 the studio said no (or a proof does not hold), 2 not usable as given, 3 not reachable or not signed in.`;

/**
 * Runs one command line and gives the program's exit code. Nothing is thrown: what goes wrong is said with its reason code, and with
 * --json as one JSON object on standard output.
 */
export async function runProgram(
  args: readonly string[],
  means: Means,
  commands: readonly AddCommand[],
): Promise<number> {
  let exitCode: number = EXIT_CODES.done;
  const program = new Command("studio")
    .description("The terminal of Studio OS: everything that the cockpit can do, by the same rules.")
    .option("--studio <origin>", "scheme and host of the studio")
    .option("--tenant <id>", "which studio of that deployment")
    .option("--email <address>", "who you are")
    .option("--json", "print one JSON object", false)
    .addHelpText("after", HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => means.print(text.trimEnd()),
      writeErr: (text) => means.say(text.trimEnd()),
    });
  const isJson = (): boolean => program.opts<{ json: boolean }>().json;
  const settle = async (report: () => Promise<Report>): Promise<void> => {
    try {
      exitCode = printReport(means, await report(), isJson());
    } catch (error) {
      exitCode = printFailure(means, error, isJson());
    }
  };
  const terminal: Terminal = {
    means,
    withSession:
      (body) =>
      async (...given) => {
        const { options, words } = readGiven(given);
        await settle(async () => body(await openSession(means, program.opts<SessionOptions>()), options, words));
      },
    alone:
      (body) =>
      async (...given) => {
        const { options, words } = readGiven(given);
        await settle(() => body(options, words, means));
      },
  };
  for (const add of commands) add(program, terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.unusable;
  }
  return exitCode;
}

/** commander hands over the arguments, then the options, then the command. */
function readGiven(given: readonly unknown[]): { options: Given; words: string[] } {
  const command = given.at(-1) as Command;
  return { options: command.optsWithGlobals(), words: command.args };
}

/** The command group of this name, made at its first use. */
export function group(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
