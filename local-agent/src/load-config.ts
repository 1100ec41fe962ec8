import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type * as z from "zod";
import { configSchema } from "./config.js";
import type { AgentConfig } from "./config.js";
import { errnoOf, parseJson } from "./config-values.js";
import type { ConfigHost } from "./config-values.js";

const MAX_CONFIG_BYTES = 1024 * 1024;

export interface ConfigProblem {
  /** Where it stands, such as `hubitat.token`; empty for the file itself. */
  readonly path: string;
  readonly sentence: string;
}

/** A configuration that cannot be used. It names every problem, and no value of the file. */
export class InvalidConfig extends Error {
  override readonly name = "InvalidConfig";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ path, sentence }) => `  ${path === "" ? "file" : path}: ${sentence}`);
    super(`The configuration cannot be used:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

/** Reads the configuration file. Paths in it are relative to it. Throws `InvalidConfig` with every problem at once. */
export function loadConfig(path: string, env: Readonly<Record<string, string | undefined>>): AgentConfig {
  let text: string;
  try {
    text = readBounded(path);
  } catch (error) {
    throw new InvalidConfig([{ path: "", sentence: `it cannot be read (${errnoOf(error)})` }]);
  }
  return parseConfig(text, {
    readText: readBounded,
    env: (name) => env[name],
    resolvePath: (relative) => resolve(dirname(path), relative),
  });
}

/** The file that the configuration takes its rules from, to be looked at again; null: they stand in the file itself. */
export function rulesFileOf(path: string): string | null {
  const json = parseJson(readBounded(path));
  if ("problem" in json || typeof json.value !== "object" || json.value === null || !("rules" in json.value))
    return null;
  const { rules } = json.value;
  if (typeof rules !== "object" || rules === null || !("file" in rules)) return null;
  return typeof rules.file === "string" ? resolve(dirname(path), rules.file) : null;
}

/** Answers: is this text a configuration that the agent can run with? Throws `InvalidConfig` with every problem. */
export function parseConfig(text: string, host: ConfigHost): AgentConfig {
  const json = parseJson(text);
  if ("problem" in json) throw new InvalidConfig([{ path: "", sentence: json.problem }]);
  const parsed = configSchema(host).safeParse(json.value);
  if (!parsed.success) throw new InvalidConfig(parsed.error.issues.flatMap(toProblems));
  return parsed.data;
}

/** Words of those who hope for a switch that is not there. */
const ACTUATING =
  /^(commands?|methods?|actions?|actuat\w*|execute|control\w*|write\w*|post_?url|set[A-Z]\w*|app_\w+)$/i;

function toProblems(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [{ path: path.join("."), sentence: issue.message }];
  return issue.keys.map((key) => ({
    path: [...path, key].join("."),
    sentence: ACTUATING.test(key)
      ? "the agent only reads: there is no setting that lets it act"
      : "there is no setting of this name",
  }));
}

/** The text of a file of at most 1 MiB. Throws with the system's code. */
export function readBounded(path: string): string {
  if (statSync(path).size > MAX_CONFIG_BYTES)
    throw Object.assign(new Error("too large"), { code: "larger than 1 MiB" });
  return readFileSync(path, "utf8");
}
