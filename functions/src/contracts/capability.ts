import * as z from "zod";
import { JsonObject, Role, RiskTier } from "./primitives.js";
import { QUOTA_LIMIT_MAX, QuotaKey } from "./quota.js";

/** A path that a capability may write, with the fields it may touch there. `*` stands for one document id. */
export const DeclaredPath = z.strictObject({
  path: z.string().regex(/^[a-zA-Z]+\/\*(\/[a-zA-Z]+\/\*)*$/),
  ops: z.array(z.enum(["create", "update", "delete"])).min(1),
  fields: z.array(z.string()).min(1),
});
export type DeclaredPath = z.infer<typeof DeclaredPath>;

/**
 * What the registry must know about a capability before it is let in, at build and at boot (M01.8). Everything is
 * required: a capability that leaves one out is refused, not defaulted.
 */
export const CapabilityMetadata = z.strictObject({
  id: z.string().regex(/^[a-z]+(\.[a-z][A-Za-z]*)+$/),
  version: z.int().min(1),
  title: z.string().min(3).max(80),
  /** The team that answers for it. */
  owner: z.string().min(2).max(60),
  /** Whom to ask when it misbehaves. */
  escalation: z.string().min(2).max(120),
  riskTier: RiskTier,
  mode: z.enum(["read", "draft", "write"]),
  approvalPolicyId: z.string().min(1),
  /** `effects` is the generic executor; null makes the capability draft-only. */
  executorId: z.enum(["effects"]).nullable(),
  inverse: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("generated") }),
    z.strictObject({ kind: z.literal("none"), reason: z.string().min(10) }),
  ]),
  quotaId: z.string().min(1),
  maxTargets: z.int().min(1).max(25),
  declaredPaths: z.array(DeclaredPath).min(1),
  /** Who may propose it: roles of people, and whether an enrolled agent may. */
  proposableBy: z.strictObject({ roles: z.array(Role), agent: z.boolean() }),
  /** The decision record that let it in. */
  adr: z.string().regex(/^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/),
});
export type CapabilityMetadata = z.infer<typeof CapabilityMetadata>;

/**
 * What somebody who wants to propose a change must know of a capability. `inputSchema` is the JSON Schema of its input:
 * forms are made of it, and the server judges by the schema that it was made from. `record` beside a string names the
 * collection whose document it is the id of.
 */
export const CapabilityOffer = z.strictObject({
  ...CapabilityMetadata.pick({
    id: true,
    version: true,
    title: true,
    owner: true,
    escalation: true,
    riskTier: true,
    mode: true,
    inverse: true,
    quotaId: true,
    maxTargets: true,
    proposableBy: true,
  }).shape,
  inputSchema: JsonObject,
});
export type CapabilityOffer = z.infer<typeof CapabilityOffer>;

/** How many hits of one kind any window of `windowMs` milliseconds has room for, and whose hits are counted together. */
export const QuotaLimit = z.strictObject({
  id: z.string(),
  key: QuotaKey,
  limit: z.int().min(1).max(QUOTA_LIMIT_MAX),
  windowMs: z.int().min(1),
});
export type QuotaLimit = z.infer<typeof QuotaLimit>;
