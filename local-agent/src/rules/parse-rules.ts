import { parseJson } from "../config-values.js";
import { Rules } from "./rule.js";
import type { Rule } from "./rule.js";

const SHOWN_PROBLEMS = 10;

/** Answers: is this text a rules file? Refused with every problem, each with its place, at most ten of them. */
export function parseRules(
  text: string,
):
  | { readonly kind: "rules"; readonly rules: readonly Rule[] }
  | { readonly kind: "refused"; readonly problems: readonly string[] } {
  const json = parseJson(text);
  if ("problem" in json) return { kind: "refused", problems: [json.problem] };
  const parsed = Rules.safeParse(json.value);
  if (parsed.success) return { kind: "rules", rules: parsed.data };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join(".") || "file"}: ${message}`,
  );
  const more = problems.length - SHOWN_PROBLEMS;
  return {
    kind: "refused",
    problems: [...problems.slice(0, SHOWN_PROBLEMS), ...(more > 0 ? [`and ${more} more`] : [])],
  };
}
