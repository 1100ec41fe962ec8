import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROJECT_ID, ROOT, startEmulators } from "../dev/emulators.js";
import { renderSection, withSections } from "./report.js";
import type { Finding, MeasuredSection } from "./report.js";
import { footprintOfTheAgent } from "./sections/agent.js";
import {
  costOfALife,
  drillOfTheSwitch,
  latencyOfAnExecution,
  speedOfPolicy,
  throughputOfExecutions,
} from "./sections/approvals.js";
import { costOfTheLog } from "./sections/audit-log.js";
import { speedOfTheVerifier } from "./sections/audit-verifier.js";
import { loadingTheFunctions } from "./sections/cold-start.js";

/** A table of docs/benchmarks.md: how it is called on the command line and in the document, and what fills it. */
interface Section {
  readonly name: string;
  readonly title: string;
  readonly needsEmulators: boolean;
  readonly measure: () => Promise<Finding[]> | Finding[];
}

const onEmulators = (name: string, title: string, measure: Section["measure"]): Section => ({
  ...{ name, title, measure },
  needsEmulators: true,
});
const alone = (name: string, title: string, measure: Section["measure"]): Section => ({
  ...{ name, title, measure },
  needsEmulators: false,
});

const SECTIONS: readonly Section[] = [
  onEmulators("costs", "Reads and writes", costOfALife),
  onEmulators("latency", "Latency", latencyOfAnExecution),
  onEmulators("throughput", "Throughput", throughputOfExecutions),
  onEmulators("kill-switch", "Kill switch", drillOfTheSwitch),
  alone("policy", "Policy", speedOfPolicy),
  onEmulators("audit", "Audit log", costOfTheLog),
  alone("audit-verifier", "Audit log, verified", speedOfTheVerifier),
  onEmulators("agent", "Agent", footprintOfTheAgent),
  alone("cold-start", "Cold start", loadingTheFunctions),
];

const DOCUMENT = join(ROOT, "docs", "benchmarks.md");

/** Measures every section, or those of `--only a,b`; prints them, and writes them into docs/benchmarks.md. */
async function main(): Promise<void> {
  const chosen = chooseSections();
  const emulators = chosen.some(({ needsEmulators }) => needsEmulators)
    ? await startEmulators({ only: ["firestore", "pubsub"], onProgress: (line) => console.log(line) })
    : null;
  if (emulators !== null) Object.assign(process.env, emulators.env, { GCLOUD_PROJECT: PROJECT_ID });
  const measured: MeasuredSection[] = [];
  try {
    for (const [index, { title, measure }] of chosen.entries()) {
      console.log(`[${index + 1}/${chosen.length}] ${title}`);
      const section = { title, findings: await measure() };
      console.log(`\n${renderSection(section)}\n`);
      measured.push(section);
    }
  } finally {
    emulators?.stop();
  }
  const titles = SECTIONS.map(({ title }) => title);
  writeFileSync(DOCUMENT, withSections(readFileSync(DOCUMENT, "utf8"), measured, titles));
  spawnSync("npx", ["prettier", "--write", DOCUMENT], { cwd: ROOT, stdio: "ignore" });
  console.log("wrote docs/benchmarks.md");
}

function chooseSections(): readonly Section[] {
  const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
  if (only === undefined) return SECTIONS;
  const names = only.split(",");
  const unknown = names.find((name) => !SECTIONS.some((section) => section.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no section "${unknown}". There are: ${SECTIONS.map(({ name }) => name).join(", ")}.`);
  return SECTIONS.filter(({ name }) => names.includes(name));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
