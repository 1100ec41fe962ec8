import type { Deps } from "../commit/deps.js";
import type { Refused } from "../commit/outcome.js";
import { refuse } from "../commit/outcome.js";
import { StudioError } from "../commit/studio-error.js";
import { PLATFORM_TENANT_ID } from "../contracts/index.js";
import type { Actor, ReasonCode, Role } from "../contracts/index.js";
import { actorIn } from "../platform/http/principal.js";
import type { Principal } from "../platform/http/principal.js";
import { refusedReply } from "../platform/http/serve.js";
import type { AccessRefusal } from "../platform/http/serve.js";
import { openExportFile } from "./download-export.js";
import type { ExportFiles } from "./export-files.js";
import { linkHolder, openAuditLink } from "./open-link.js";
import { readLogFile } from "./read-log-file.js";
import type { LogAddress, PublishedLog } from "./read-log-file.js";

/** A request as the edge saw it. */
export interface AuditRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly requestId: string;
}

export interface AuditReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** What a log line may say: ids and codes, never a secret. */
  readonly logged: Readonly<Record<string, string | number>>;
  readonly defect?: unknown;
}

export interface AuditMeans {
  readonly deps: Deps;
  readonly log: PublishedLog;
  /** Opened for a download only: the log is served whether or not exports can be stored. */
  readonly files: () => ExportFiles;
  readonly verifyToken: (token: string) => Promise<Principal | null>;
  readonly recordRefusal: (refusal: AccessRefusal) => Promise<void>;
}

/** Who may look: whom the rules let read the events as well. A viewer sees neither. */
const LOOKERS: readonly Role[] = ["owner", "approver_admin", "approver", "operator", "finance", "trust"];
const EXPORTERS: readonly Role[] = ["owner", "approver_admin", "finance"];

/** `/audit/<tenant>/…` is the log's prefix, which is its origin without the host: so `/audit/<tenant>/e2/…` for a second log. */
const LOG_PATH =
  /^\/audit\/([a-z][a-z0-9-]{1,39})(?:\/e([2-9]|[1-9][0-9]{1,5}))?\/(checkpoint|tile\/[a-z0-9/.]{1,60})$/;
const EXPORT_PATH =
  /^\/audit\/([a-z][a-z0-9-]{1,39})\/exports\/([A-Za-z0-9][A-Za-z0-9_.-]{0,127})\/((?:[A-Za-z0-9][A-Za-z0-9_.-]*\/){0,6}[A-Za-z0-9][A-Za-z0-9_.-]*)$/;

type Target =
  | { readonly kind: "log"; readonly address: LogAddress; readonly path: string }
  | { readonly kind: "export"; readonly address: LogAddress; readonly exportId: string; readonly path: string };

/** Who asks, and which export a link opens. */
interface Reader {
  readonly actor: Actor;
  readonly mayReadExport: (exportId: string) => boolean;
}

/**
 * What is the answer to this request for a file of a log (C2SP tlog-tiles) or of an export? First who asks: staff by their sign-in,
 * anybody else by an audit link, as bearer token or as the password of HTTP Basic. Outside the studio everything is 404, whether
 * it exists or not; without any sign-in it is 401.
 */
export async function serveAudit(request: AuditRequest, means: AuditMeans): Promise<AuditReply> {
  try {
    const target = readTarget(request.path);
    if (request.method !== "GET" && request.method !== "HEAD") return said(request, refuse("ROUTE_NOT_FOUND"));
    if (target === null) return said(request, refuse("ROUTE_NOT_FOUND"));
    const reader = await identify(request, target, means);
    if ("kind" in reader) return said(request, reader);
    const reply =
      target.kind === "log" ? await logFile(target, means) : await exportFile(request, target, reader, means);
    if ("kind" in reply) return said(request, reply);
    return request.method === "HEAD" ? { ...reply, body: new Uint8Array() } : reply;
  } catch (defect) {
    const code: ReasonCode = defect instanceof StudioError && defect.isRetryable ? defect.code : "INTERNAL";
    return { ...said(request, refuse(code)), defect };
  }
}

function readTarget(path: string): Target | null {
  const [, logTenant, epoch = "1", logPath = ""] = LOG_PATH.exec(path) ?? [];
  if (logTenant !== undefined)
    return { kind: "log", address: { tenantId: logTenant, epoch: Number(epoch) }, path: logPath };
  const [, tenantId, exportId = "", filePath = ""] = EXPORT_PATH.exec(path) ?? [];
  return tenantId === undefined ? null : { kind: "export", address: { tenantId, epoch: 1 }, exportId, path: filePath };
}

async function identify(request: AuditRequest, target: Target, means: AuditMeans): Promise<Reader | Refused> {
  const { tenantId } = target.address;
  const secret = readSecret(request.authorization);
  if (secret === null) return refuse("UNAUTHENTICATED");
  if (secret.startsWith("audit-link-")) {
    const opened = await openAuditLink(means.deps, { tenantId, token: secret, requestId: request.requestId });
    if (opened.kind === "refused") return opened;
    return { actor: linkHolder(opened.answer), mayReadExport: (exportId) => opened.answer.exportId === exportId };
  }
  const principal = await means.verifyToken(secret);
  if (principal === null) return refuse("UNAUTHENTICATED");
  const turnAway = async (reason: ReasonCode): Promise<Refused> => {
    await means.recordRefusal({ principal, tenantId, route: "auditLog", reason, requestId: request.requestId });
    return refuse(reason);
  };
  const actor = tenantId === PLATFORM_TENANT_ID ? null : actorIn(principal, tenantId);
  if (actor === null) return turnAway("CROSS_TENANT_DENIED");
  const needed = target.kind === "log" ? LOOKERS : EXPORTERS;
  if (!actor.roles.some((role) => needed.includes(role))) return turnAway("ROLE_MISSING");
  return { actor, mayReadExport: () => true };
}

/** What comes as `Bearer <secret>`, or as the password of `Basic`, which every client of a log can send: `https://link:secret@host/…`. */
function readSecret(authorization: string | undefined): string | null {
  const bearer = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/.exec(authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic ([A-Za-z0-9+/]{1,400}={0,2})$/.exec(authorization ?? "")?.[1];
  if (basic === undefined) return null;
  const text = Buffer.from(basic, "base64").toString("latin1");
  const password = text.slice(text.indexOf(":") + 1);
  return text.includes(":") && password.startsWith("audit-link-") ? password : null;
}

async function logFile({ address, path }: Target, { log }: AuditMeans): Promise<AuditReply | Refused> {
  const file = await readLogFile(log, address, path);
  if (file === null) return refuse("NOT_FOUND");
  const caching = file.isImmutable ? "private, max-age=31536000, immutable" : "private, max-age=5";
  return {
    status: 200,
    headers: {
      "Content-Type": file.contentType,
      "Content-Length": String(file.bytes.length),
      "Cache-Control": caching,
    },
    body: file.bytes,
    logged: { code: "OK", tenantId: address.tenantId },
  };
}

async function exportFile(
  { requestId }: AuditRequest,
  target: Extract<Target, { kind: "export" }>,
  { actor, mayReadExport }: Reader,
  { deps, files }: AuditMeans,
): Promise<AuditReply | Refused> {
  const { address, exportId, path } = target;
  const { tenantId } = address;
  if (!mayReadExport(exportId)) return refuse("CROSS_TENANT_DENIED");
  const opened = await openExportFile(deps, files(), { tenantId, exportId, path, actor, requestId });
  if (opened.kind === "refused") return opened;
  return {
    status: 200,
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Length": String(opened.answer.length),
      "Content-Disposition": `attachment; filename="${path.slice(path.lastIndexOf("/") + 1)}"`,
      "Cache-Control": "no-store",
    },
    body: opened.answer.chunks,
    logged: { code: "OK", tenantId, exportId },
  };
}

function said({ requestId }: AuditRequest, refusal: Refused): AuditReply {
  const { status, headers, body, logged } = refusedReply(refusal, { requestId, route: "auditLog" });
  const challenge = status === 401 ? { "WWW-Authenticate": 'Basic realm="audit log", charset="UTF-8"' } : {};
  return {
    status,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Request-Id": requestId,
      ...challenge,
      ...headers,
    },
    body: Buffer.from(JSON.stringify(body), "utf8"),
    logged,
  };
}
