import { CAPABILITY_PARTS } from "../../../functions/src/capabilities/capability.js";
import { CapabilityMetadata, COLLECTIONS } from "@studio-os/functions/contracts";
import type { ApiRoute, REASON_CODES } from "@studio-os/functions/contracts";

/** Everything that the lint looks at, as data, so that a test can take any part of it away. */
export interface PolicyUnderLint {
  /** The compiled registry: each entry's metadata and its parts. */
  readonly capabilities: readonly unknown[];
  readonly quotaIds: ReadonlySet<string>;
  /** Risk tiers that the policy which studios start with speaks about. */
  readonly tiersWithRule: ReadonlySet<string>;
  readonly reasonCodes: Readonly<Record<string, unknown>>;
  readonly routes: Readonly<Record<string, Partial<ApiRoute>>>;
  /** `functions/src/index.ts`. */
  readonly indexSource: string;
  /** Every other source below `functions/src` that is no test, by its path. */
  readonly sources: ReadonlyMap<string, string>;
  readonly rulesSource: string;
  /** The blocks of the rules that the matrix has rows for. */
  readonly blocksInMatrix: ReadonlySet<string>;
  /** `docs/policies/reason-codes.md`. */
  readonly reasonCodePage: string;
  readonly fileExists: (path: string) => boolean;
}

/**
 * What is there that nobody answers for? Capabilities whose metadata is incomplete or points nowhere, reason codes without
 * words or use, deployed functions that nothing authenticates, routes without roles, rules without a matrix test, and
 * grants that say "everything". Nothing for a sound policy.
 */
export function lintPolicy(policy: PolicyUnderLint): readonly string[] {
  return [
    ...policy.capabilities.flatMap((entry) => lintCapability(entry, policy)),
    ...lintReasonCodes(policy),
    ...lintRoutes(policy),
    ...lintDeployed(policy),
    ...lintRules(policy),
    ...lintWildcards(policy),
  ];
}

function lintCapability(entry: unknown, { quotaIds, tiersWithRule, fileExists }: PolicyUnderLint): string[] {
  const { metadata, ...parts } = entry as Partial<Record<string, unknown>>;
  const parsed = CapabilityMetadata.safeParse(metadata);
  const id = (metadata as { id?: unknown } | undefined)?.id;
  const name = typeof id === "string" ? id : "a capability";
  const missing = CAPABILITY_PARTS.filter((part) => parts[part] === undefined);
  const incomplete = missing.map((part) => `${name}: has no ${part}`);
  if (!parsed.success)
    return [
      ...incomplete,
      ...parsed.error.issues.map(({ path, message }) => `${name}: ${path.join(".") || "metadata"}: ${message}`),
    ];
  const { adr, quotaId, riskTier, declaredPaths } = parsed.data;
  const known = new Set<string>(Object.values(COLLECTIONS));
  const unknown = declaredPaths.flatMap(({ path }) =>
    path.split("/").filter((segment, i) => i % 2 === 0 && !known.has(segment)),
  );
  return [
    ...incomplete,
    ...(fileExists(adr) ? [] : [`${name}: its decision record ${adr} is not there`]),
    ...(quotaIds.has(quotaId) ? [] : [`${name}: there is no quota ${quotaId}`]),
    ...(tiersWithRule.has(riskTier) ? [] : [`${name}: no rule says who approves risk tier ${riskTier}`]),
    ...unknown.map((collection) => `${name}: declares a path in ${collection}, which is no collection`),
  ];
}

function lintReasonCodes({ reasonCodes, sources, reasonCodePage }: PolicyUnderLint): string[] {
  const declared = "functions/src/contracts/reason-codes.ts";
  const text = [...sources].filter(([path]) => path !== declared).map(([, source]) => source);
  return Object.entries(reasonCodes).flatMap(([code, entry]) => {
    const { sentence, whoCanLift, httpStatus } = (entry ?? {}) as Partial<(typeof REASON_CODES)["INTERNAL"]>;
    return [
      ...(isWords(sentence) ? [] : [`${code}: says nothing in plain words`]),
      ...(isWords(whoCanLift) ? [] : [`${code}: does not say who can lift it`]),
      ...(typeof httpStatus === "number" ? [] : [`${code}: has no HTTP status`]),
      ...(reasonCodePage.includes(`## ${code}\n`) ? [] : [`${code}: has no anchor in docs/policies/reason-codes.md`]),
      ...(text.some((source) => source.includes(code)) ? [] : [`${code}: is answered nowhere`]),
    ];
  });
}

const isWords = (text: unknown): boolean => typeof text === "string" && text.trim().length >= 5;

/** Machines have keys and no sign-in: these two judge a one-time code or a signature, and nothing else may. */
const PROOF_ROUTES: ReadonlySet<string> = new Set(["redeemEnrolmentCode", "rotateAgentKey"]);

function lintRoutes({ routes }: PolicyUnderLint): string[] {
  return Object.entries(routes).flatMap(([name, { roles, path, body, method, access, tenantId }]) => [
    ...(access === "person" || PROOF_ROUTES.has(name) ? [] : [`route ${name}: asks for no sign-in`]),
    ...((roles ?? []).length > 0 || access === "proof" ? [] : [`route ${name}: says nobody who may call it`]),
    ...(path?.startsWith(tenantId === undefined ? "/api/v1/tenants/{tenantId}/" : `/api/v1/${tenantId}/`) === true
      ? []
      : [`route ${name}: lies outside of a studio`]),
    ...(method === "POST" && body === null ? [`route ${name}: writes without a body that is checked`] : []),
  ]);
}

/**
 * What makes a deployed function safe to reach: the API verifies the sign-in, the push functions who pushes, a job is
 * called by the scheduler alone, a task by its queue alone, and the triggers by Firestore alone.
 */
const WRAPPERS = new Map<string, string>([
  ["apiFunction", "functions/src/api/api-trigger.ts"],
  ["uplinkPushFunction", "functions/src/devices/push-trigger.ts"],
  ["deadLetterPushFunction", "functions/src/devices/push-trigger.ts"],
  ["studioEventsPushFunction", "functions/src/outbox/outbox-trigger.ts"],
  ["outboxPublishFunction", "functions/src/outbox/outbox-trigger.ts"],
  ["jobFunction", "functions/src/jobs/job-trigger.ts"],
  ["sequenceFunction", "functions/src/audit/log-trigger.ts"],
  ["staffClaimsFunction", "functions/src/policy/staff-claims-trigger.ts"],
  ["controlFlipFunction", "functions/src/proposals/control-flip-trigger.ts"],
  ["globalControlFlipFunction", "functions/src/proposals/control-flip-trigger.ts"],
  ["schedulerFollowFunction", "functions/src/scheduling/follow-trigger.ts"],
  ["auditLogFunction", "functions/src/audit-access/audit-log-trigger.ts"],
  ["exportFunction", "functions/src/audit-access/export-trigger.ts"],
  ["schedulerFollowGlobalFunction", "functions/src/scheduling/follow-trigger.ts"],
]);
/** The only files that may open a way in over HTTP. */
const HTTP_EDGES = new Set([
  "functions/src/api/api-trigger.ts",
  "functions/src/devices/push-trigger.ts",
  "functions/src/audit-access/audit-log-trigger.ts",
]);

function lintDeployed({ indexSource, sources }: PolicyUnderLint): string[] {
  const exported = [...indexSource.matchAll(/^export (.*)$/gm)].map(([, rest = ""]) => rest);
  const bare = exported.flatMap((rest) => {
    const [, name = rest, wrapper = ""] = /^const (\w+) = (\w+)\(/.exec(rest) ?? [];
    return WRAPPERS.has(wrapper) ? [] : [`index.ts: ${name} is deployed without a wrapper that authenticates`];
  });
  const missing = [...WRAPPERS].flatMap(([wrapper, path]) =>
    sources.get(path)?.includes(`export function ${wrapper}`) === true ? [] : [`${wrapper} is not in ${path}`],
  );
  const edges = [...sources].flatMap(([path, source]) =>
    /\bon(Request|Call)\b/.test(source) && !HTTP_EDGES.has(path)
      ? [`${path}: opens a way in over HTTP of its own`]
      : [],
  );
  return [...bare, ...missing, ...edges];
}

function lintRules({ rulesSource, blocksInMatrix }: PolicyUnderLint): string[] {
  const blocks = [...rulesSource.matchAll(/^\s*match (\/\S+) \{/gm)].map(([, block = ""]) => block);
  const untested = blocks.filter((block) => !STRUCTURE.has(block) && !blocksInMatrix.has(block));
  const writes = [...rulesSource.matchAll(/allow [^:;]*\b(write|create|update|delete)\b[^:;]*: if (.*?);/g)].filter(
    ([, , condition]) => condition !== "false",
  );
  return [
    ...untested.map((block) => `firestore.rules: ${block} has no row in the matrix`),
    ...writes.map(([statement]) => `firestore.rules: a client may write by “${statement}”`),
    ...[...rulesSource.matchAll(/if true\b/g)].map(() => "firestore.rules: something is open to everybody"),
  ];
}

/** Blocks that hold other blocks, or deny everything, and answer for no document of their own. */
const STRUCTURE = new Set(["/databases/{database}/documents", "/{document=**}"]);

function lintWildcards({ sources }: PolicyUnderLint): string[] {
  return [...sources].flatMap(([path, source]) =>
    /\b(scopes|roles|capabilityIds)\s*:\s*\[[^\]]*["']\*["']/.test(source)
      ? [`${path}: grants everything by a “*”`]
      : [],
  );
}
