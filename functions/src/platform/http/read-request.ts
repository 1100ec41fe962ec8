import type * as z from "zod";
import { FORBIDDEN_BODY_FIELDS, IdempotencyKey, MAX_BODY_BYTES, MAX_BODY_DEPTH } from "../../contracts/index.js";
import type { ApiErrorDetails, ReasonCode } from "../../contracts/index.js";
import type { RouteMatch } from "./match-route.js";

/** A request as the edge saw it, before anything is believed. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string | undefined;
  readonly bodyBytes: number;
  readonly body: unknown;
}

export type ReadResult =
  | { readonly kind: "read"; readonly params: unknown; readonly body: unknown; readonly idempotencyKey: string }
  | { readonly kind: "refused"; readonly reason: ReasonCode; readonly details?: ApiErrorDetails };

const FORBIDDEN: ReadonlySet<string> = new Set(FORBIDDEN_BODY_FIELDS);

/**
 * Does the request have the shape that its route needs? Refuses with BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
 * CLIENT_ASSERTED_IDENTITY (a top-level body field names who, whose or when: M05.1), INVALID_INPUT with every issue, and
 * IDEMPOTENCY_KEY_REQUIRED. Query parameters mean nothing here, so any is refused.
 */
export function readRequest(request: ApiRequest, { route, params }: RouteMatch): ReadResult {
  if (Object.keys(request.query).length > 0) return invalid([{ path: "query", problem: "takes no query parameters" }]);
  const parsedParams = route.params.safeParse(params);
  if (!parsedParams.success) return invalid(issuesOf(parsedParams.error, "path"));
  const body = route.body === null ? refuseBody(request) : readBody(request, route.body);
  if (body.kind === "refused") return body;
  const key = IdempotencyKey.safeParse(request.idempotencyKey);
  if (route.needsIdempotencyKey && !key.success) return { kind: "refused", reason: "IDEMPOTENCY_KEY_REQUIRED" };
  return { kind: "read", params: parsedParams.data, body: body.value, idempotencyKey: key.success ? key.data : "" };
}

type BodyResult = { readonly kind: "body"; readonly value: unknown } | Extract<ReadResult, { kind: "refused" }>;

function refuseBody({ bodyBytes }: ApiRequest): BodyResult {
  return bodyBytes === 0 ? { kind: "body", value: null } : invalid([{ path: "body", problem: "takes no body" }]);
}

function readBody({ body, bodyBytes, contentType }: ApiRequest, schema: z.ZodType): BodyResult {
  if (bodyBytes > MAX_BODY_BYTES) return { kind: "refused", reason: "BODY_TOO_LARGE" };
  if (!/^application\/json *(;|$)/i.test(contentType ?? ""))
    return { kind: "refused", reason: "UNSUPPORTED_MEDIA_TYPE" };
  if (!isShallowerThan(body, MAX_BODY_DEPTH)) return invalid([{ path: "body", problem: "nested too deeply" }]);
  if (!isUnicode(body)) return invalid([{ path: "body", problem: "holds text that is not Unicode" }]);
  const asserted = assertedFields(body);
  if (asserted.length > 0)
    return {
      kind: "refused",
      reason: "CLIENT_ASSERTED_IDENTITY",
      details: { issues: asserted.map((path) => ({ path, problem: "comes from the sign-in and the server" })) },
    };
  const parsed = schema.safeParse(body);
  return parsed.success ? { kind: "body", value: parsed.data } : invalid(issuesOf(parsed.error, "body"));
}

function assertedFields(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return [];
  return Object.keys(body).filter((field) => FORBIDDEN.has(field));
}

function isShallowerThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isShallowerThan(member, depth - 1));
}

/** No lone surrogate anywhere: such text has no bytes that could be hashed or stored (RFC 8785 §3.2.2.2). */
function isUnicode(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isUnicode(member));
}

/** Most issues that one answer lists. */
const MAX_ISSUES = 20;

function issuesOf(error: z.ZodError, root: string): NonNullable<ApiErrorDetails["issues"]> {
  return error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => ({ path: [root, ...path].join("."), problem: message }));
}

function invalid(issues: NonNullable<ApiErrorDetails["issues"]>): Extract<ReadResult, { kind: "refused" }> {
  return { kind: "refused", reason: "INVALID_INPUT", details: { issues } };
}
