import { canonicalJson } from "../audit/canonical-json.js";
import type { AnyCapability } from "../capabilities/registry.js";
import type { DocumentRead, PreviewContext, Truth } from "../capabilities/capability.js";
import type { StoredDocument } from "../commit/transactor.js";
import type {
  EffectWrite,
  Json,
  JsonObject,
  Plan,
  Precondition,
  ReasonCode,
  StaleField,
  UtcInstant,
} from "../contracts/index.js";
import { undeclaredWrites } from "./declared-paths.js";
import { invertWrites } from "./invert-writes.js";

export interface PlanRequest {
  readonly tenantId: string;
  readonly ownerUid: string;
  readonly capability: AnyCapability;
  readonly input: JsonObject;
  readonly context: PreviewContext;
  readonly now: UtcInstant;
  readonly sha256: (text: string) => string;
}

export type PlanResult =
  | { readonly kind: "planned"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly reason: ReasonCode; readonly detail: string };

/** Fields that the executor keeps beside a document's own: they tie it to its audit events, and no effect names them. */
export const BOOKKEEPING: ReadonlySet<string> = new Set(["auditVersion", "lastEventId"]);

/** Documents keyed by their path relative to the tenant. */
export type TenantDocuments = ReadonlyMap<string, StoredDocument>;

/**
 * What exactly would happen, computed from current reads and never from what a caller says (M03.1)? Refuses with the
 * capability's own reason, CROSS_TENANT_DENIED for another studio's record, NO_OP when nothing would change, BLAST_RADIUS_EXCEEDED past its bound, and
 * UNDECLARED_WRITE when the effect or its inverse leaves the declared paths, or does not start from what was read, and
 * OUTPUT_INVALID when it would leave a record otherwise than the capability's `outputSchema` says. A
 * preview sees the fields that it declared and no others: what it depends on is what the preconditions guard.
 */
export function planEffect(request: PlanRequest, documents: TenantDocuments): PlanResult {
  const { capability, input, context, sha256 } = request;
  const reads = capability.reads(input, context);
  const [foreign] = foreignRefs(request, documents);
  if (foreign !== undefined)
    return { kind: "refused", reason: "CROSS_TENANT_DENIED", detail: `${foreign} says that it is somebody else's` };
  const truth: Truth = new Map(
    reads.map(({ ref, fields }) => {
      const data = documents.get(ref)?.data ?? null;
      return [ref, data === null ? null : pick(data, fields)];
    }),
  );
  const preview = capability.preview(truth, input, context);
  if (preview.kind === "refused") return preview;

  const writes = preview.writes
    .map((write) => ({ ...write, fields: write.fields.filter(isChange) }))
    .filter((write) => write.fields.length > 0);
  if (writes.length === 0) return { kind: "refused", reason: "NO_OP", detail: "nothing would change" };
  if (writes.length > capability.metadata.maxTargets)
    return {
      kind: "refused",
      reason: "BLAST_RADIUS_EXCEEDED",
      detail: `${writes.length} records, at most ${capability.metadata.maxTargets}`,
    };
  const inverse = capability.metadata.inverse.kind === "none" ? [] : invertWrites(writes);
  const stray = [
    ...undeclaredWrites([...writes, ...inverse], capability.metadata.declaredPaths),
    ...writes.flatMap((write) => unfounded(write, reads, documents)),
  ];
  if (stray.length > 0) return { kind: "refused", reason: "UNDECLARED_WRITE", detail: stray.join(", ").slice(0, 500) };
  const [misfit] = preview.writes.flatMap((write) => misfitOf(write, capability));
  if (misfit !== undefined) return { kind: "refused", reason: "OUTPUT_INVALID", detail: misfit };

  const preconditions = reads.map((read) => toPrecondition(read, documents.get(read.ref), sha256));
  const identity = { intentHash: hashIntent(request), writes, inverse, preconditions };
  return {
    kind: "planned",
    plan: {
      planId: planIdOf(identity, sha256),
      intentHash: identity.intentHash,
      headline: preview.headline.slice(0, 300),
      writes,
      inverse,
      irreversible: [...preview.irreversible],
      blastRadius: { docs: writes.length, members: preview.members, cents: preview.cents, devices: 0 },
      preconditions,
      computedAt: request.now,
      readTime: request.now,
    },
  };
}

/**
 * Documents that lie in this studio and say that they are another's, or that another person answers for them than for the request
 * (M05.5). Most say nothing, and their path does.
 */
export function foreignRefs(
  { tenantId, ownerUid }: { readonly tenantId: string; readonly ownerUid: string },
  documents: TenantDocuments,
): readonly string[] {
  return [...documents].flatMap(([ref, { data }]) => {
    const isOurs = (said: Json | undefined, ours: string): boolean => said === undefined || said === ours;
    return isOurs(data?.["tenantId"], tenantId) && isOurs(data?.["ownerUid"], ownerUid) ? [] : [ref];
  });
}

/**
 * In which fields does the effect not start from what was read? A create needs no document, an update the value that its
 * precondition guards, a delete every field of the document, for its inverse restores nothing else.
 */
function unfounded(
  { ref, op, fields }: EffectWrite,
  reads: readonly DocumentRead[],
  documents: TenantDocuments,
): string[] {
  const read = reads.find((candidate) => candidate.ref === ref);
  if (read === undefined) return [`${ref} was not read`];
  const data = documents.get(ref)?.data ?? null;
  if (op === "create") return data === null ? [] : [`${ref} exists`];
  if (data === null) return [`${ref} does not exist`];
  const named = new Set(fields.map(({ path }) => path));
  const lost = Object.keys(data).filter((field) => op === "delete" && !named.has(field) && !BOOKKEEPING.has(field));
  const unread = fields.filter(({ path, before }) => !read.fields.includes(path) || !isSame(before, data[path]));
  return [...lost, ...unread.map(({ path }) => path)].map((field) => `${ref}.${field}`);
}

/** What a written record would hold that `outputSchema` does not know: the record, and the fields, never their values. */
function misfitOf({ ref, op, fields }: EffectWrite, { outputSchema }: PlanRequest["capability"]): string[] {
  if (op === "delete") return [];
  const after = fields.flatMap(({ path, after: value }): [string, Json][] =>
    value === undefined ? [] : [[path, value]],
  );
  const parsed = outputSchema.safeParse(Object.fromEntries(after));
  if (parsed.success) return [];
  const named = [...new Set(parsed.error.issues.map(({ path }) => path.join(".") || "(the whole)"))];
  return [`${ref}: ${named.join(", ")}`.slice(0, 500)];
}

/** One name for exactly this effect: the hash over intent, writes, inverse, and what was read (without times). */
export function planIdOf(
  { intentHash, writes, inverse, preconditions }: Pick<Plan, "intentHash" | "writes" | "inverse" | "preconditions">,
  sha256: (text: string) => string,
): string {
  return sha256(canonicalJson({ intentHash, writes, inverse, preconditions: preconditions.map(withoutTimes) }));
}

/**
 * What was asked for, as one hash (M01.3): tenant, capability and version, input, target documents and owner. The same
 * intent asked for twice is one proposal; a stored proposal whose hash no longer fits was altered.
 */
export function hashIntent(
  request: Pick<PlanRequest, "tenantId" | "ownerUid" | "capability" | "input" | "sha256">,
): string {
  const { id, version } = request.capability.metadata;
  return request.sha256(
    canonicalJson({
      tenantId: request.tenantId,
      capabilityId: id,
      capabilityVersion: version,
      input: request.input,
      targetRefs: [...request.capability.targets(request.input)].sort(),
      ownerUid: request.ownerUid,
    }),
  );
}

/**
 * Which fields are no longer what the plan was computed from (M01.4)? Empty means that the plan still holds, whatever
 * else changed in those documents.
 */
export function staleFields(
  plan: Plan,
  documents: TenantDocuments,
  sha256: (text: string) => string,
): readonly StaleField[] {
  return plan.preconditions.flatMap((precondition) => {
    const document = documents.get(precondition.ref);
    const exists = (document?.data ?? null) !== null;
    if (exists !== precondition.exists)
      return [{ ref: precondition.ref, field: "(document)", was: precondition.exists, now: exists }];
    const now = pick(document?.data ?? {}, precondition.fields);
    if (sha256(canonicalJson(now)) === precondition.fieldsHash) return [];
    const changed = precondition.fields
      .filter((field) => !isSame(precondition.values[field], now[field]))
      .map((field) => staleField(precondition.ref, field, precondition.values[field], now[field]));
    // The hash decides: values that contradict it cannot make a stale plan look fresh.
    return changed.length > 0 ? changed : [{ ref: precondition.ref, field: "(document)" }];
  });
}

/** Does this document differ only in fields that the plan never looked at (M01.4: a false positive, worth a note)? */
export function driftedOutsidePlan(plan: Plan, documents: TenantDocuments): readonly string[] {
  return plan.preconditions
    .filter(({ ref, updateTime }) => documents.get(ref)?.updateTime !== updateTime)
    .map(({ ref }) => ref);
}

function toPrecondition(
  { ref, fields }: DocumentRead,
  document: StoredDocument | undefined,
  sha256: (text: string) => string,
): Precondition {
  const data = document?.data ?? null;
  const values = pick(data ?? {}, fields);
  return {
    ref,
    exists: data !== null,
    updateTime: document?.updateTime ?? null,
    fields: [...fields],
    fieldsHash: sha256(canonicalJson(values)),
    values,
  };
}

const withoutTimes = ({
  ref,
  exists,
  fields,
  fieldsHash,
}: Precondition): Omit<Precondition, "updateTime" | "values"> => ({
  ref,
  exists,
  fields,
  fieldsHash,
});

function pick(data: JsonObject, fields: readonly string[]): Record<string, Json> {
  return Object.fromEntries(
    fields.flatMap((field): [string, Json][] => {
      const value = data[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function staleField(ref: string, field: string, was: Json | undefined, now: Json | undefined): StaleField {
  return { ref, field, ...(was === undefined ? {} : { was }), ...(now === undefined ? {} : { now }) };
}

const isChange = ({ before, after }: { before?: Json | undefined; after?: Json | undefined }): boolean =>
  !isSame(before, after);

/** Equal as canonical JSON; absent equals absent only. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
