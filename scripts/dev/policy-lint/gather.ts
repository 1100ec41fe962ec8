import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { API_ROUTES, REASON_CODES, RISK_TIERS } from "@studio-os/functions/contracts";
import { REGISTRY } from "../../../functions/src/capabilities/registry.js";
import { DEFAULT_APPROVAL_POLICY, ruleFor } from "../../../functions/src/policy/approval-policy.js";
import { QUOTAS } from "../../../functions/src/policy/quota-definitions.js";
import type { PolicyUnderLint } from "./lint-policy.js";

/** The policy of this checkout, as it would be deployed. */
export function gatherPolicy(root: string): PolicyUnderLint {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  return {
    capabilities: [...REGISTRY.values()],
    quotaIds: new Set(QUOTAS.keys()),
    tiersWithRule: new Set(RISK_TIERS.filter(hasRule)),
    reasonCodes: REASON_CODES,
    routes: API_ROUTES,
    indexSource: read("functions/src/index.ts"),
    sources: new Map(sourcesBelow(root, "functions/src").map((path) => [path, read(path)])),
    rulesSource: read("firestore.rules"),
    // The document above all studios has a suite of its own beside the matrix.
    blocksInMatrix: new Set(["/control/global", ...matchesIn(read("functions/test/rules/matrix.ts"))]),
    reasonCodePage: read("docs/policies/reason-codes.md"),
    fileExists: (path) => existsSync(join(root, path)),
  };
}

/** The rows of the matrix are test code: they are read as text. */
const matchesIn = (source: string): string[] =>
  [...source.matchAll(/match: "([^"]+)"/g)].flatMap(([, match]) => match ?? []);

const hasRule = (riskTier: (typeof RISK_TIERS)[number]): boolean =>
  ruleFor(DEFAULT_APPROVAL_POLICY, { riskTier, capabilityId: "", cents: 0, ownerUid: "" }) !== null;

function sourcesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.includes(".test."))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => path !== "functions/src/index.ts");
}
