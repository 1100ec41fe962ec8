/**
 * The import rules of the house style, each with the sentence an offender reads.
 * A file's role is told by its place and name: contracts, core (decide/evolve/plan/policy), stores, triggers, platform.
 */
const CORE =
  "(^functions/src/policy/)|(^functions/src/[^/]+/(decide|evolve|plan|preview|tally|headline|invert|diff)[^/]*[.]ts$)|(^functions/src/capabilities/)|(^functions/src/audit/(canonical-json|merkle|note|checkpoint|tiles)[.]ts$)";
const TEST = "([.](unit|emulator|rules|browser)[.]test[.]tsx?$)|(/test/)";

module.exports = {
  forbidden: [
    {
      name: "contracts-import-zod-only",
      severity: "error",
      comment:
        "contracts/ is the public language: it imports zod and other contracts, so that the agent, the cockpit and the CLI can use it anywhere.",
      from: { path: "^functions/src/contracts/", pathNot: TEST },
      to: { pathNot: ["^functions/src/contracts/", "node_modules/zod/"] },
    },
    {
      name: "core-is-pure",
      severity: "error",
      comment:
        "A decision is a function of state, command and time: pure code imports neither firebase nor node: I/O nor platform/. Pass time, ids and hashes in as arguments.",
      from: { path: CORE, pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core-knows-no-sdk",
      severity: "error",
      comment: "A decision knows no SDK and no store: move the I/O to the use case or the store beside it.",
      from: { path: CORE, pathNot: [TEST, "trigger[.]ts$"] },
      to: { path: "(node_modules/(firebase|@google-cloud|google-))|(^functions/src/platform/)|(store[.]ts$)" },
    },
    {
      name: "sdk-lives-in-platform-and-stores",
      severity: "error",
      comment:
        "firebase-admin, firebase-functions and Google clients are imported by platform/, stores, triggers and index.ts only: everything else takes what it needs as an argument.",
      from: {
        path: "^functions/src/",
        pathNot: ["^functions/src/platform/", "store[.]ts$", "trigger[s]?[.]ts$", "^functions/src/index[.]ts$", TEST],
      },
      to: { path: "node_modules/(firebase-admin|firebase-functions|@google-cloud|google-)" },
    },
    {
      name: "one-door-to-firestore",
      severity: "error",
      comment:
        "State changes through Transactor, which refuses a change without its audit event: only platform/ has the database itself. The audit log's own stores are the one exception, because the log cannot be on record in itself.",
      from: {
        path: "^functions/src/",
        pathNot: ["^functions/src/platform/", "^functions/src/audit/.*store[.]ts$", TEST],
      },
      to: { path: "node_modules/(firebase-admin/lib/(esm/)?firestore|@google-cloud/firestore)" },
    },
    {
      name: "platform-knows-no-capability",
      severity: "error",
      comment:
        "platform/ is the one home of SDKs and knows contracts only; a capability may use it, never the other way round.",
      from: { path: "^functions/src/platform/", pathNot: TEST },
      to: { path: "^functions/src/", pathNot: "^functions/src/(platform|contracts|commit)/" },
    },
    {
      name: "one-judge",
      severity: "error",
      comment:
        "evaluatePolicy has one caller, proposals/judge.ts, so that plan, execute, the cockpit's trace and every sweep are judged alike: ask judge().",
      // A benchmark measures it and decides nothing.
      from: { pathNot: ["^functions/src/proposals/judge[.]ts$", "^scripts/bench/", TEST] },
      to: { path: "^functions/src/policy/evaluate-policy[.]ts$" },
    },
    {
      name: "functions-stand-alone",
      severity: "error",
      comment: "Firebase uploads functions/ alone, so it imports no sibling workspace.",
      from: { path: "^functions/", pathNot: TEST },
      to: { path: "^(local-agent|hosting|scripts)/" },
    },
    {
      name: "siblings-use-the-public-language",
      severity: "error",
      comment:
        "The agent, the cockpit and the CLI see @studio-os/functions/contracts and the canonical JSON and proof code that a log is checked with, and nothing else of the functions.",
      from: { path: "^(local-agent|hosting/src|scripts)/", pathNot: [TEST, "^scripts/(admin|dev|bench)/"] },
      to: {
        path: "^functions/src/",
        pathNot: "^functions/src/(contracts/|audit/(canonical-json|log-proofs|proofs)[.]ts$)",
      },
    },
    {
      name: "agent-has-no-database",
      severity: "error",
      comment:
        "The agent publishes to Pub/Sub and nothing more: it has no Firestore, no admin SDK, no way to write truth.",
      from: { path: "^local-agent/", pathNot: TEST },
      to: { path: "node_modules/(firebase|firebase-admin|@google-cloud/firestore)" },
    },
    {
      name: "cockpit-firebase-lives-in-data",
      severity: "error",
      comment: "hosting/src/data is the only importer of the firebase web SDK: views take data and callbacks.",
      from: { path: "^hosting/src/", pathNot: "^hosting/src/data/" },
      to: { path: "node_modules/(firebase|@firebase)/" },
    },
    {
      name: "no-test-imports",
      severity: "error",
      comment: "Nothing that ships imports a test. Benchmarks do not ship: they measure on the tests' own studios.",
      from: { pathNot: [TEST, "^scripts/bench/"] },
      to: { path: TEST },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "A cycle means two files are one idea: merge them or find the third.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      severity: "error",
      comment: "This import leads nowhere on a clean install.",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // What we build, and not the `lib` and `dist` of packages: an excluded package is one that no rule sees.
    exclude: { path: "^(functions|local-agent|hosting|scripts)/(lib|dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
