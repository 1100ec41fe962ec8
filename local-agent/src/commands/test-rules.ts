import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { readBounded } from "../load-config.js";
import { parseRules } from "../rules/parse-rules.js";
import { MAX_RECORDED, parseRecording, replayDay } from "../rules/replay-day.js";
import type { Rule } from "../rules/rule.js";
import { Unusable } from "./unusable.js";

const MAX_LINE_CHARS = 256 * 1024;

export interface TestRulesOptions {
  readonly rules: string;
  readonly day: string;
  readonly json?: boolean;
}

/**
 * `studio-agent rules test`: replays a recorded day against a rules file and prints what would have been proposed, and
 * which rules never would have. Talks to nobody. Ends with 1 when the file is refused or nothing could be read.
 */
export async function testRules(options: TestRulesOptions): Promise<void> {
  const rules = readRules(options.rules);
  const recording = parseRecording(await readLines(options.day));
  if (recording.observations.length === 0) throw new Unusable(`${options.day} holds no reading.`);
  const { proposals, from, to } = replayDay(rules, recording);
  if (options.json === true) {
    console.log(JSON.stringify({ from, to, unreadableLines: recording.unreadable, proposals }, null, 2));
    return;
  }
  const skipped = recording.unreadable.length;
  console.log(`${recording.observations.length} readings from ${from ?? "?"} to ${to ?? "?"}`);
  if (skipped > 0) console.log(`${skipped} lines are no reading, the first is line ${recording.unreadable[0] ?? 0}`);
  for (const { at, proposal } of proposals)
    console.log(`${at}  ${proposal.ruleId}: ${proposal.capabilityId}: ${noteOf(proposal.request["note"])}`);
  for (const { id } of rules) {
    const count = proposals.filter(({ proposal }) => proposal.ruleId === id).length;
    console.log(`${id}: ${count === 0 ? "would have proposed nothing" : `${count} proposals`}`);
  }
}

function readRules(path: string): readonly Rule[] {
  let text: string;
  try {
    text = readBounded(path);
  } catch {
    throw new Unusable(`${path} cannot be read.`);
  }
  const parsed = parseRules(text);
  if (parsed.kind === "refused") throw new Unusable(`The rules are refused:\n  ${parsed.problems.join("\n  ")}`);
  return parsed.rules;
}

async function readLines(path: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity })) {
      if (lines.length >= MAX_RECORDED) throw new Unusable(`${path} has more than ${MAX_RECORDED} lines.`);
      lines.push(line.slice(0, MAX_LINE_CHARS));
    }
  } catch (error) {
    throw error instanceof Unusable ? error : new Unusable(`${path} cannot be read.`);
  }
  return lines;
}

const noteOf = (note: unknown): string => (typeof note === "string" ? note : "");
