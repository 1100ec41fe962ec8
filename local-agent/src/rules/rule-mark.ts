import * as z from "zod";
import { NEVER_FIRED } from "./evolve-rule.js";
import type { RuleMark } from "./evolve-rule.js";

const StoredMark = z.strictObject({ firedAtMs: z.number().nullable(), isRaised: z.boolean() });

/** What a rule remembers over a restart, as text. A rule without a state has never fired. */
export function writeMark(mark: RuleMark = NEVER_FIRED): string {
  return JSON.stringify({ firedAtMs: mark.firedAtMs, isRaised: mark.isRaised });
}

/** The mark of this text; text that is no mark counts as never fired, because the cloud answers the same ask only once. */
export function readMark(text: string | undefined): RuleMark {
  if (text === undefined) return NEVER_FIRED;
  try {
    return StoredMark.parse(JSON.parse(text));
  } catch {
    return NEVER_FIRED;
  }
}
