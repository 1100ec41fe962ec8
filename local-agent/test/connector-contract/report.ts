import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What one check came to. `n/a`: the connector's transport has no such fault, and `detail` says why. */
export interface CheckResult {
  readonly check: string;
  readonly title: string;
  readonly outcome: "pass" | "FAIL" | "n/a";
  readonly detail: string;
}

export interface ContractReport {
  readonly connector: string;
  readonly results: readonly CheckResult[];
}

/** Beside the other output of a test run; not kept in the repository. */
const ARTIFACT_FOLDER = join(import.meta.dirname, "..", "..", "..", ".studio", "connector-contract");

/** Writes `<connector>.json` and `<connector>.md`, and returns the lines of the summary. */
export function writeReport(report: ContractReport): string[] {
  const lines = summaryOf(report);
  mkdirSync(ARTIFACT_FOLDER, { recursive: true });
  const path = join(ARTIFACT_FOLDER, report.connector);
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${path}.md`, `${lines.join("\n")}\n`);
  return lines;
}

/** One line a check, and a line that counts. */
function summaryOf({ connector, results }: ContractReport): string[] {
  const count = (outcome: CheckResult["outcome"]): number => results.filter((it) => it.outcome === outcome).length;
  return [
    `# Connector contract: ${connector}`,
    "",
    `${count("pass")} passed, ${count("FAIL")} failed, ${count("n/a")} not applicable`,
    "",
    ...results.map(({ check, title, outcome, detail }) => {
      const more = detail === "" ? "" : ` (${detail})`;
      return `- ${outcome} \`${check}\` ${title}${more}`;
    }),
  ];
}
