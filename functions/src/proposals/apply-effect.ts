import type { DocumentChange } from "../commit/document-change.js";
import { inTenant } from "../contracts/index.js";
import type { ConflictField, EffectWrite, Json } from "../contracts/index.js";
import { BOOKKEEPING, isSame } from "./plan-effect.js";
import type { TenantDocuments } from "./plan-effect.js";

export interface AppliedEffect {
  readonly changes: readonly DocumentChange[];
  /** Every written document with the version it got, for the audit event. */
  readonly resourceRefs: readonly { readonly path: string; readonly auditVersion: number }[];
}

/**
 * Which writes make this effect true? Exactly the planned fields, and beside them `auditVersion` + 1 and the event's id.
 * Preconditions are the caller's to check, in the same transaction.
 */
export function applyEffect(
  tenantId: string,
  writes: readonly EffectWrite[],
  documents: TenantDocuments,
  eventId: string,
): AppliedEffect {
  const applied = writes.map((write) => {
    const auditVersion = auditVersionOf(documents, write.ref) + 1;
    return {
      change: toChange(inTenant(tenantId, write.ref), write, { auditVersion, lastEventId: eventId }),
      resourceRef: { path: write.ref, auditVersion },
    };
  });
  return {
    changes: applied.map(({ change }) => change),
    resourceRefs: applied.map(({ resourceRef }) => resourceRef),
  };
}

/**
 * Which fields stand in the way of taking an effect back (M03.6)? Three columns for each: what it was, what we wrote, what
 * is there now. Empty means that every touched field still holds what the effect wrote. A created document that somebody
 * added fields to is a conflict as well: deleting it would lose them.
 */
export function rollbackConflicts(
  writes: readonly EffectWrite[],
  documents: TenantDocuments,
): readonly ConflictField[] {
  return writes.flatMap(({ ref, op, fields }) => {
    const data = documents.get(ref)?.data ?? null;
    if (op === "delete")
      return data === null ? [] : [{ ref, field: "(document)", before: true, weWrote: false, now: true }];
    if (data === null) return [{ ref, field: "(document)", before: op !== "create", weWrote: true, now: false }];
    const changed = fields
      .filter(({ path, after }) => !isSame(data[path], after))
      .map(({ path, before, after }) => conflict(ref, path, before, after, data[path]));
    const planned = new Set(fields.map(({ path }) => path));
    const added =
      op === "create"
        ? Object.keys(data)
            .filter((field) => !planned.has(field) && !BOOKKEEPING.has(field))
            .map((field) => conflict(ref, field, undefined, undefined, data[field]))
        : [];
    return [...changed, ...added];
  });
}

function toChange(path: string, { op, fields }: EffectWrite, bookkeeping: Record<string, Json>): DocumentChange {
  const after = Object.fromEntries(fields.map((field) => [field.path, field.after]));
  switch (op) {
    case "create":
      return { op, path, data: { ...withoutAbsent(after), ...bookkeeping } };
    case "update":
      return { op, path, fields: { ...after, ...bookkeeping } };
    case "delete":
      return { op, path };
  }
}

function withoutAbsent(fields: Record<string, Json | undefined>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]): [string, Json][] => (value === undefined ? [] : [[name, value]])),
  );
}

function auditVersionOf(documents: TenantDocuments, ref: string): number {
  const version = documents.get(ref)?.data?.["auditVersion"];
  return typeof version === "number" ? version : 0;
}

function conflict(
  ref: string,
  field: string,
  before: Json | undefined,
  weWrote: Json | undefined,
  now: Json | undefined,
): ConflictField {
  return {
    ref,
    field,
    ...(before === undefined ? {} : { before }),
    ...(weWrote === undefined ? {} : { weWrote }),
    ...(now === undefined ? {} : { now }),
  };
}
