#!/usr/bin/env node
import { Command } from "commander";
import type { DoctorOptions } from "./commands/doctor.js";
import type { EnrolOptions } from "./commands/enrol.js";
import type { RoborockOptions } from "./commands/roborock-account.js";
import type { RunOptions } from "./commands/run-agent.js";
import type { OutboxOptions } from "./commands/show-outbox.js";
import type { StatusOptions } from "./commands/show-status.js";
import type { TestRulesOptions } from "./commands/test-rules.js";
import { explain } from "./commands/unusable.js";

const CONFIG = ["--config <file>", "the configuration file (JSON)"] as const;

/** Each command is loaded when it is called: what runs for years carries no command along. */
const program = new Command("studio-agent")
  .description("Reads devices and publishes signed observations and proposals. It cannot actuate anything.")
  .showHelpAfterError();

program
  .command("run")
  .description("poll, listen and publish until stopped")
  .requiredOption(...CONFIG)
  .option("--once", "poll each device once, send, and end")
  .option("--dry-run", "print what would be published; publish and keep nothing")
  .action(async (options: RunOptions) => (await import("./commands/run-agent.js")).runAgent(options));

program
  .command("doctor")
  .description("look at configuration, key, disk, outbox, clock, uplink and devices; change nothing")
  .requiredOption(...CONFIG)
  .option("--offline", "leave the network out")
  .action(async (options: DoctorOptions) => (await import("./commands/doctor.js")).doctor(options));

program
  .command("status")
  .description("what the running agent says of itself")
  .requiredOption(...CONFIG)
  .option("--json", "as JSON")
  .action(async (options: StatusOptions) => (await import("./commands/show-status.js")).showStatus(options));

const outbox = program.command("outbox").description("look at what waits to be sent, while the agent is stopped");
outbox
  .command("list")
  .requiredOption(...CONFIG)
  .option("--limit <number>", "how many entries, the oldest first")
  .action(async (options: OutboxOptions & { readonly limit?: string }) =>
    (await import("./commands/show-outbox.js")).listOutbox(options),
  );
outbox
  .command("show <number>")
  .requiredOption(...CONFIG)
  .action(async (number: string, options: OutboxOptions) =>
    (await import("./commands/show-outbox.js")).showOutboxEntry(number, options),
  );
outbox
  .command("redrive")
  .description("let what was set aside as unreadable wait again")
  .requiredOption(...CONFIG)
  .action(async (options: OutboxOptions) => (await import("./commands/show-outbox.js")).redriveOutbox(options));

program
  .command("rules")
  .description("local rules")
  .command("test")
  .description("replay a recorded day and show what would have been proposed")
  .requiredOption("--rules <file>", "the rules file (JSON)")
  .requiredOption("--day <file>", "readings or dry-run envelopes, one JSON value a line")
  .option("--json", "as JSON")
  .action(async (options: TestRulesOptions) => (await import("./commands/test-rules.js")).testRules(options));

const roborock = program.command("roborock").description("the account that the vacuums belong to");
roborock
  .command("login")
  .description("log in once, by a code that comes by e-mail or by password")
  .requiredOption(...CONFIG)
  .option("--password", "by password instead of a code")
  .action(async (options: RoborockOptions & { readonly password?: boolean }) =>
    (await import("./commands/roborock-account.js")).logInToRoborock(options),
  );
roborock
  .command("status")
  .description("who is logged in, and what the account may be asked; asks the vendor nothing")
  .requiredOption(...CONFIG)
  .action(async (options: RoborockOptions) =>
    (await import("./commands/roborock-account.js")).showRoborockAccount(options),
  );
roborock
  .command("logout")
  .description("forget the login on this machine")
  .requiredOption(...CONFIG)
  .action(async (options: RoborockOptions) =>
    (await import("./commands/roborock-account.js")).logOutOfRoborock(options),
  );

program
  .command("enrol")
  .description("make the key pair and have it enrolled by a one-time code")
  .requiredOption(...CONFIG)
  .option("--code <code>", "the code; asked for where it is left out")
  .action(async (options: EnrolOptions) => (await import("./commands/enrol.js")).enrol(options));

program
  .command("rotate-key")
  .description("put a new key in the place of the enrolled one; both count for a day")
  .requiredOption(...CONFIG)
  .action(async (options: { readonly config: string }) =>
    (await import("./commands/rotate-key.js")).rotateKey(options),
  );

program
  .command("keygen")
  .description("make the agent's key pair; prints the public half for the enrolment")
  .requiredOption("--out <file>", "where to write the private key (never overwritten)")
  .action(async (options: { readonly out: string }) => (await import("./commands/keygen.js")).keygen(options));

program.parseAsync().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
