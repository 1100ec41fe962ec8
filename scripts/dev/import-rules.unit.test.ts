import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runProgram } from "./test-run/run-program.js";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const TIMEOUT_MS = 60_000;

const TAKES_THE_DATABASE =
  'import { getFirestore } from "firebase-admin/firestore";\nexport const db = getFirestore;\n';
const NAMES_ITS_TYPE =
  'import type { Firestore } from "firebase-admin/firestore";\nexport type Door = (db: Firestore) => void;\n';

/** Which of these files break which import rule of the project? `rule: file`, sorted. */
async function violationsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "studio-imports-"));
  try {
    await Promise.all(
      [".dependency-cruiser.cjs", "tsconfig.base.json"].map((name) => cp(join(ROOT, name), join(folder, name))),
    );
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const args = [PROGRAM, "--config", ".dependency-cruiser.cjs", "--output-type", "json", "functions", "hosting"];
    const { output } = await runProgram(process.execPath, args, { cwd: folder, timeoutMs: TIMEOUT_MS });
    const report = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    return [...new Set(report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`))].sort();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("the import rules", function () {
  this.timeout(TIMEOUT_MS);

  it("let nobody but platform/ and the log's own stores have the database, not even as a type", async () => {
    const found = await violationsOf({
      "functions/src/platform/door.ts": TAKES_THE_DATABASE,
      "functions/src/audit/firestore-log-store.ts": TAKES_THE_DATABASE,
      "functions/src/proposals/firestore-store.ts": TAKES_THE_DATABASE,
      "functions/src/proposals/submit.ts": NAMES_ITS_TYPE,
      "functions/src/quota-trigger.ts": NAMES_ITS_TYPE,
      "hosting/src/app.ts": "export const app = 1;\n",
    });
    assert.deepEqual(
      found.filter((line) => line.startsWith("one-door-to-firestore")),
      ["proposals/firestore-store.ts", "proposals/submit.ts", "quota-trigger.ts"].map(
        (file) => `one-door-to-firestore: functions/src/${file}`,
      ),
    );
  });

  it("let nobody but the one judge evaluate the policy: not a screen, a command, a sweep or a lint", async () => {
    const judges =
      'import { evaluatePolicy } from "../policy/evaluate-policy.js";\nexport const judge = evaluatePolicy;\n';
    const judgesFromAfar =
      'import { evaluatePolicy } from "../../functions/src/policy/evaluate-policy.js";\nexport const ask = evaluatePolicy;\n';
    const found = await violationsOf({
      "functions/src/policy/evaluate-policy.ts": "export const evaluatePolicy = () => true;\n",
      "functions/src/proposals/judge.ts": judges,
      "functions/src/proposals/execute.ts": judges,
      "functions/src/jobs/sweep.ts": judges,
      "functions/src/api/handlers.ts": judges,
      "hosting/src/banner.ts": judgesFromAfar,
    });
    assert.deepEqual(
      found.filter((line) => line.startsWith("one-judge")),
      [
        "functions/src/api/handlers.ts",
        "functions/src/jobs/sweep.ts",
        "functions/src/proposals/execute.ts",
        "hosting/src/banner.ts",
      ].map((file) => `one-judge: ${file}`),
    );
  });

  it("let nobody but hosting/src/data have the web SDK, and no decision an SDK of the server", async () => {
    const web = 'import { initializeApp } from "firebase/app";\nexport const open = initializeApp;\n';
    const found = await violationsOf({
      "hosting/src/data/session.ts": web,
      "hosting/src/views/queue.ts": web,
      "functions/src/policy/decide-stop.ts": TAKES_THE_DATABASE,
    });
    assert.deepEqual(found, [
      "cockpit-firebase-lives-in-data: hosting/src/views/queue.ts",
      "core-knows-no-sdk: functions/src/policy/decide-stop.ts",
      "one-door-to-firestore: functions/src/policy/decide-stop.ts",
      "sdk-lives-in-platform-and-stores: functions/src/policy/decide-stop.ts",
    ]);
  });
});
