import type { Logger } from "../logger.js";
import type { RulesStatus } from "../status/agent-status.js";
import { parseRules } from "./parse-rules.js";
import type { Rule } from "./rule.js";

/** The rules file as text. Throws when it cannot be read. */
export interface RulesFile {
  readonly read: () => string;
  /** Cheap, and different after every change of the file: its size and time. Throws when the file is not there. */
  readonly version: () => string;
}

export interface RulesWatchDeps {
  readonly file: RulesFile | null;
  /** In force from the start. */
  readonly rules: readonly Rule[];
  readonly loadedAt: string;
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly apply: (rules: readonly Rule[]) => Promise<void>;
}

export interface RulesWatch {
  /** Looks once. Rejects when the new rules could not be taken; the next look tries again. */
  look(): Promise<void>;
  status(): RulesStatus;
}

/**
 * Which rules are in force? The last that were good: a file that changed is read, and either every rule in it is good and
 * all of them take the place of those before, or it is refused whole, with its problems in the log and in the status, and
 * those before stay. A refused file is said once, and looked at again when it changes.
 */
export function createRulesWatch(deps: RulesWatchDeps): RulesWatch {
  const { file, logger } = deps;
  let count = deps.rules.length;
  let loadedAt = deps.loadedAt;
  let problem: string | null = null;
  let inForce = JSON.stringify(deps.rules);
  let seen: string | null = null;

  function refuse(sentence: string): void {
    problem = sentence;
    logger.error("rules_refused", { problem: sentence, inForce: count });
  }

  async function look(): Promise<void> {
    if (file === null) return;
    const read = readOrProblem(file, seen);
    if (read.kind === "same") return;
    if (read.kind === "unreadable") {
      if (problem !== read.problem) refuse(read.problem);
      return;
    }
    const parsed = parseRules(read.text);
    if (parsed.kind === "refused") {
      refuse(parsed.problems.join("; "));
      seen = read.version;
      return;
    }
    const text = JSON.stringify(parsed.rules);
    if (text !== inForce) {
      await deps.apply(parsed.rules);
      inForce = text;
      count = parsed.rules.length;
      loadedAt = new Date(deps.nowMs()).toISOString();
      logger.info("rules_loaded", { count });
    }
    problem = null;
    seen = read.version;
  }

  return { look, status: () => ({ count, loadedAt, problem }) };
}

type Read =
  | { readonly kind: "same" }
  | { readonly kind: "read"; readonly text: string; readonly version: string }
  | { readonly kind: "unreadable"; readonly problem: string };

function readOrProblem(file: RulesFile, seen: string | null): Read {
  try {
    const version = file.version();
    return version === seen ? { kind: "same" } : { kind: "read", text: file.read(), version };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { kind: "unreadable", problem: `the file cannot be read (${code})` };
  }
}
