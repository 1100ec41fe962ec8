import { StudioError } from "../../commit/studio-error.js";
import type { Outcome, Refused } from "../../commit/outcome.js";
import { API_ROUTES, PLATFORM_TENANT_ID, REASON_CODES, RECENT_SIGN_IN_MS } from "../../contracts/index.js";
import type {
  ApiError,
  ApiRouteName,
  HumanActor,
  ProofRouteName,
  ReasonCode,
  UtcInstant,
} from "../../contracts/index.js";
import { matchRoute } from "./match-route.js";
import type { RouteMatch } from "./match-route.js";
import { actorIn } from "./principal.js";
import type { Principal } from "./principal.js";
import { readRequest } from "./read-request.js";
import type { ApiRequest } from "./read-request.js";

const CLIENT_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** A request after everything about it was verified: this is all that a handler gets to see. */
export interface VerifiedCall {
  readonly actor: HumanActor;
  /** When this person last signed in, as the verified token says. */
  readonly signedInAt: UtcInstant;
  readonly tenantId: string;
  readonly requestId: string;
  readonly params: unknown;
  readonly body: unknown;
  readonly idempotencyKey: string;
}

/** A request whose shape is right and whose sender has proven nothing yet: the handler judges the proof in the body. */
export type UnprovenCall = Pick<VerifiedCall, "tenantId" | "requestId" | "params" | "body">;

export type Handlers = {
  readonly [Name in ApiRouteName]: (
    call: Name extends ProofRouteName ? UnprovenCall : VerifiedCall,
  ) => Promise<Outcome<unknown>>;
};

/** Somebody with a valid sign-in was turned away before any handler: put on record, at most once an hour each. */
export interface AccessRefusal {
  readonly principal: Principal;
  readonly tenantId: string;
  readonly route: ApiRouteName | "auditLog";
  readonly reason: ReasonCode;
  readonly requestId: string;
}

export interface ServeMeans {
  readonly handlers: Handlers;
  /** Verifies the token with its issuer, its revocation included; null when it does not hold. */
  readonly verifyToken: (token: string) => Promise<Principal | null>;
  readonly recordRefusal: (refusal: AccessRefusal) => Promise<void>;
  readonly nowMs: () => number;
  readonly newRequestId: () => string;
}

export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What a log line may say: ids and codes, never a body and never a token. */
  readonly logged: Readonly<Record<string, string | number>>;
  /** The defect behind a 500, for the log alone. */
  readonly defect?: unknown;
}

/**
 * What is the answer to this request? Route, sign-in, studio, role, recency and shape are checked in this order, then the
 * handler decides. Whatever goes wrong is answered with a reason code and a request id, and nothing half-done.
 */
export async function serve(request: ApiRequest, means: ServeMeans): Promise<ApiReply> {
  const requestId = CLIENT_REQUEST_ID.test(request.requestId ?? "") ? (request.requestId ?? "") : means.newRequestId();
  const match = matchRoute(request.method, request.path);
  const about = { requestId, route: match?.name ?? "none" };
  try {
    const outcome = match === null ? refusal("ROUTE_NOT_FOUND") : await answer(request, match, requestId, means);
    if (outcome.kind === "refused") return refusedReply(outcome, about);
    const body = match?.route.answer.safeParse(outcome.answer);
    // It is committed by now: to call that "nothing was written" would invite a second attempt.
    if (body?.success !== true)
      return { ...refusedReply(refusal("ANSWER_BROKEN"), about), defect: body?.error ?? new Error("no route") };
    const status = match?.route.successStatus ?? 200;
    return { status, headers: {}, body: body.data, logged: { ...about, code: "OK" } };
  } catch (error) {
    const code = error instanceof StudioError && error.isRetryable ? error.code : "INTERNAL";
    return { ...refusedReply(refusal(code), about), defect: error };
  }
}

async function answer(
  request: ApiRequest,
  match: RouteMatch,
  requestId: string,
  means: ServeMeans,
): Promise<Outcome<unknown>> {
  const { name } = match;
  if (isProofRoute(name)) return answerUnproven(request, match, requestId, means.handlers[name]);
  const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/.exec(request.authorization ?? "")?.[1];
  const principal = token === undefined ? null : await means.verifyToken(token);
  if (principal === null) return refusal("UNAUTHENTICATED");

  const tenantId = match.route.tenantId ?? match.params["tenantId"] ?? "";
  // The platform is no studio: roles there open its own routes, and nothing that is asked of a studio.
  const isOpen = tenantId !== PLATFORM_TENANT_ID || match.route.tenantId === PLATFORM_TENANT_ID;
  const actor = isOpen ? actorIn(principal, tenantId) : null;
  const turnAway = async (reason: ReasonCode, details?: Refused["details"]): Promise<Refused> => {
    await means.recordRefusal({ principal, tenantId, route: match.name, reason, requestId });
    return refusal(reason, details);
  };
  if (actor === null) return turnAway("CROSS_TENANT_DENIED");
  if (!actor.roles.some((role) => match.route.roles.includes(role)))
    return turnAway("ROLE_MISSING", { roles: [...match.route.roles] });
  if (match.route.needsRecentSignIn && means.nowMs() - principal.signedInAtMs > RECENT_SIGN_IN_MS)
    return turnAway("REAUTH_REQUIRED");

  const read = readRequest(request, match);
  if (read.kind === "refused")
    return read.reason === "CLIENT_ASSERTED_IDENTITY"
      ? turnAway(read.reason, read.details)
      : refusal(read.reason, read.details);
  const { params, body, idempotencyKey } = read;
  const signedInAt = new Date(principal.signedInAtMs).toISOString();
  return means.handlers[name]({ actor, signedInAt, tenantId, requestId, params, body, idempotencyKey });
}

/** No sign-in is asked for; one that comes along is not looked at. */
function answerUnproven(
  request: ApiRequest,
  match: RouteMatch,
  requestId: string,
  handler: Handlers[ProofRouteName],
): Promise<Outcome<unknown>> {
  const read = readRequest(request, match);
  if (read.kind === "refused") return Promise.resolve(refusal(read.reason, read.details));
  const { params, body } = read;
  return handler({ tenantId: match.params["tenantId"] ?? "", requestId, params, body });
}

const isProofRoute = (name: ApiRouteName): name is ProofRouteName => API_ROUTES[name].access === "proof";

function refusal(reason: ReasonCode, details?: Refused["details"]): Refused {
  return { kind: "refused", reason, ...(details === undefined ? {} : { details }) };
}

/** A refusal as it goes over the wire: reason code, sentence, request id, and status. */
export function refusedReply({ reason, details }: Refused, about: { requestId: string; route: string }): ApiReply {
  const { sentence, httpStatus } = REASON_CODES[reason];
  const body: ApiError = {
    error: {
      code: reason,
      message: sentence,
      requestId: about.requestId,
      ...(details === undefined ? {} : { details }),
    },
  };
  const retryAfter = details?.retryAfterSeconds ?? (httpStatus === 503 || reason === "IN_PROGRESS" ? 1 : null);
  const headers: Record<string, string> = retryAfter === null ? {} : { "Retry-After": String(Math.ceil(retryAfter)) };
  return { status: httpStatus, headers, body, logged: { ...about, code: reason } };
}
