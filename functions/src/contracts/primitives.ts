import * as z from "zod";

/** A moment on the server's or a device's clock, as UTC ISO 8601 with milliseconds. Field names that hold one end in `At`. */
export const UtcInstant = z.iso.datetime({ offset: false, precision: 3 });
export type UtcInstant = z.infer<typeof UtcInstant>;

/** A SHA-256 digest as 64 lower-case hex digits. */
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256Hex = z.infer<typeof Sha256Hex>;

/** A document id of ours: safe in a Firestore path, in a URL and in a file name. 1–128 characters. */
export const DocId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/);
export type DocId = z.infer<typeof DocId>;

/** The id of a studio. Lower case, so that no two tenants differ by case alone. */
export const TenantId = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/);
export type TenantId = z.infer<typeof TenantId>;

/** A document inside one tenant, as a path relative to `tenants/{tenantId}`: `firings/f-12`, `batches/b-7/opsNotes/n-1`. */
export const DocRef = z
  .string()
  .max(512)
  .regex(/^[a-zA-Z]+\/[A-Za-z0-9][A-Za-z0-9_.-]*(\/[a-zA-Z]+\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/);
export type DocRef = z.infer<typeof DocRef>;

/** A value that canonical JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export const Json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(Json), z.record(z.string(), Json)]),
);
export type JsonObject = Readonly<Record<string, Json>>;
export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), Json);

/** What a person may do in one studio. Carried by verified token claims as `{tenants: {<tenantId>: Role[]}}`. */
export const ROLES = ["owner", "approver_admin", "approver", "operator", "finance", "trust", "viewer"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** How much harm a wrong write of this kind does. `physical` exists in the scale; no capability of this product has it. */
export const RISK_TIERS = ["low", "medium", "high", "physical"] as const;
export const RiskTier = z.enum(RISK_TIERS);
export type RiskTier = z.infer<typeof RiskTier>;

/**
 * Text a person or an agent wrote: never rendered as markup, bounded, no control characters but line breaks and tabs.
 * White space around it does not count towards the minimum: twenty blanks are no reason.
 */
export const plainText = (minLength: number, maxLength: number): z.ZodString =>
  z
    .string()
    .min(minLength)
    .max(maxLength)
    // eslint-disable-next-line no-control-regex -- control characters are exactly what this refuses
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/)
    .refine((text) => text.trim().length >= minLength, `Needs at least ${minLength} characters that are not blank`);
