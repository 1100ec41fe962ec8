import { ROOT } from "../emulators.js";
import { gatherPolicy } from "./gather.js";
import { lintPolicy } from "./lint-policy.js";

const problems = lintPolicy(gatherPolicy(ROOT));
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "the policy is sound" : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
