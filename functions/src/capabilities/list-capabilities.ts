import * as z from "zod";
import type { CapabilityOffer, JsonObject, RouteAnswer } from "../contracts/index.js";
import { QUOTAS } from "../policy/quota-definitions.js";
import { REGISTRY } from "./registry.js";
import type { AnyCapability } from "./registry.js";

/** What may be asked of a studio at all, by title, and how much of it in how much time? The same in every studio. */
export function listCapabilities(): RouteAnswer<"listCapabilities"> {
  const offers = [...REGISTRY.values()].map(toOffer);
  return {
    capabilities: offers.sort((a, b) => (a.title < b.title ? -1 : 1)),
    quotas: [...QUOTAS.values()].map(({ id, key, limit, windowMs }) => ({ id, key, limit, windowMs })),
  };
}

function toOffer({ metadata, inputSchema }: AnyCapability): CapabilityOffer {
  const { id, version, title, owner, escalation, riskTier, mode, inverse, quotaId, maxTargets, proposableBy } =
    metadata;
  const about = { id, version, title, owner, escalation, riskTier, mode, inverse, quotaId, maxTargets, proposableBy };
  return { ...about, inputSchema: toJsonSchema(inputSchema) };
}

/** JSON Schema 2020-12 of what is sent, without the line that says so. What only code can check, the server checks. */
function toJsonSchema(schema: z.ZodType): JsonObject {
  const written = Object.entries(z.toJSONSchema(schema, { io: "input" })).filter(([name]) => name !== "$schema");
  return JSON.parse(JSON.stringify(Object.fromEntries(written))) as JsonObject;
}
