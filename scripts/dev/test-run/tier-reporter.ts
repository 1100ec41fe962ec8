import Mocha from "mocha";
import { seconds } from "./summary.js";

/** A test that takes longer is named with its time, so that a slow tier shows where it is. */
const NAMED_FROM_MS = 3_000;

/** Prints one line for each top-level `describe`, every skipped and slow test by name, and failures in full at the end. */
export class TierReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    let counts = { passed: 0, failed: 0, startedAt: Date.now() };
    runner.on("suite", (suite) => {
      if (isTopLevel(suite)) counts = { passed: 0, failed: 0, startedAt: Date.now() };
    });
    runner.on("pass", (test) => {
      counts.passed += 1;
      const duration = test.duration ?? 0;
      if (duration >= NAMED_FROM_MS) console.log(`      ${seconds(duration)} ${test.fullTitle()}`);
    });
    runner.on("fail", (test, error: unknown) => {
      counts.failed += 1;
      const [firstLine = ""] = String(error instanceof Error ? error.message : error).split("\n");
      console.log(`    ✘ ${test.fullTitle()}: ${firstLine}`);
    });
    runner.on("pending", (test) => console.log(`    - skipped: ${test.fullTitle()}`));
    runner.on("suite end", (suite) => {
      if (!isTopLevel(suite) || counts.passed + counts.failed === 0) return;
      const mark = counts.failed === 0 ? "✔" : "✘";
      const failures = counts.failed === 0 ? "" : `, ${counts.failed} failed`;
      console.log(`  ${mark} ${suite.title}: ${counts.passed}${failures} (${seconds(Date.now() - counts.startedAt)})`);
    });
    runner.once("end", () => {
      if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
    });
  }
}

function isTopLevel(suite: Mocha.Suite): boolean {
  return suite.parent?.root === true;
}
