import { BASE_CHECKS } from "./checks.js";
import type { ContractCheck } from "./checks.js";
import { FAULT_CHECKS } from "./fault-checks.js";
import { writeReport } from "./report.js";
import type { CheckResult } from "./report.js";
import { CONTRACT_FAULTS } from "./subject.js";
import type { ContractSubject } from "./subject.js";

const CONTRACT = { ...BASE_CHECKS, ...FAULT_CHECKS } as const satisfies Record<string, ContractCheck>;
export type CheckId = keyof typeof CONTRACT;
export const CHECK_IDS = Object.keys(CONTRACT) as readonly CheckId[];

const MAX_DETAIL_CHARS = 300;

/** One test a check; at the end the summary is printed and written down. A failed check fails the run. */
export function describeConnectorContract(subject: ContractSubject, checks: readonly CheckId[] = CHECK_IDS): void {
  describe(`local-agent connector contract: ${subject.name}`, function () {
    this.timeout(30_000);
    const results: CheckResult[] = [];
    for (const id of checks) {
      if (whyNotApplicable(id, subject) !== null) continue;
      it(`${id}: ${CONTRACT[id].title}`, async () => {
        const result = await runCheck(id, subject);
        results.push(result);
        if (result.outcome === "FAIL") throw new Error(result.detail);
      });
    }
    after(async () => {
      const others = checks.filter((id) => whyNotApplicable(id, subject) !== null);
      for (const id of others) results.push(await runCheck(id, subject));
      const lines = writeReport({ connector: subject.name, results });
      process.stdout.write(`    ${lines[0] ?? ""} ${lines[2] ?? ""}\n`);
    });
  });
}

/** Answers: does this connector keep this part of the contract? Never rejects. */
export async function runCheck(id: CheckId, subject: ContractSubject): Promise<CheckResult> {
  const { title, run } = CONTRACT[id];
  const reason = whyNotApplicable(id, subject);
  if (reason !== null) return { check: id, title, outcome: "n/a", detail: reason };
  try {
    await run(subject);
    return { check: id, title, outcome: "pass", detail: "" };
  } catch (error) {
    const message = error instanceof Error ? error.message : "rejected with something else";
    const detail = message.replaceAll(/\s+/g, " ").slice(0, MAX_DETAIL_CHARS);
    return { check: id, title, outcome: "FAIL", detail };
  }
}

function whyNotApplicable(id: CheckId, subject: ContractSubject): string | null {
  const fault = CONTRACT_FAULTS.find((each) => id === `fault:${each}`);
  const rule = fault === undefined ? undefined : subject.faults[fault];
  return rule !== undefined && "notApplicable" in rule ? rule.notApplicable : null;
}
