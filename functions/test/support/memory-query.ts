import type { DocumentQuery } from "../../src/commit/transactor.js";
import type { Json, JsonObject } from "../../src/contracts/index.js";

interface Candidate {
  readonly path: string;
  readonly data: JsonObject;
}
type Filter = DocumentQuery["where"][number];
type Order = NonNullable<DocumentQuery["orderBy"]>[number];

/**
 * Which documents does Firestore answer this query with, and in which order? A document without a field that is filtered
 * or ordered by is not in the answer; a comparison holds between values of one type only; ties go by path.
 */
export function runQuery(documents: readonly Candidate[], query: DocumentQuery): Candidate[] {
  const orders = effectiveOrder(query);
  return documents
    .filter(({ path }) => isIn(path, query))
    .filter(({ path }) => query.after === undefined || comparePaths(path, query.after) > 0)
    .filter(({ data }) => query.where.every((filter) => holds(valueAt(data, filter.field), filter)))
    .filter(({ data }) => orders.every(({ field }) => valueAt(data, field) !== undefined))
    .sort((a, b) => compareBy(orders, a, b))
    .slice(0, query.limit);
}

function isIn(path: string, { collection, isGroup }: DocumentQuery): boolean {
  const parent = path.slice(0, path.lastIndexOf("/"));
  return parent === collection || (isGroup === true && parent.endsWith(`/${collection}`));
}

/** What stands at `actor.id`: fields within fields, undefined where one of them is not there. */
function valueAt(data: JsonObject, field: string): Json | undefined {
  return field
    .split(".")
    .reduce<Json | undefined>(
      (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      data,
    );
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An inequality orders by its field when nothing else is said. */
function effectiveOrder({ orderBy = [], where }: DocumentQuery): readonly Order[] {
  if (orderBy.length > 0) return orderBy;
  const range = where.find(({ op }) => op !== "==" && op !== "in" && op !== "array-contains");
  return range === undefined ? [] : [{ field: range.field, direction: "asc" }];
}

function holds(value: Json | undefined, { op, value: wanted }: Filter): boolean {
  if (value === undefined) return false;
  if (op === "in") return Array.isArray(wanted) && (wanted as readonly Json[]).some((one) => isEqual(value, one));
  if (op === "array-contains")
    return Array.isArray(value) && (value as readonly Json[]).some((one) => isEqual(one, wanted));
  if (op === "==") return isEqual(value, wanted);
  if (typeof value !== typeof wanted) return false;
  const order = compare(value, wanted);
  switch (op) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

const isEqual = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

function compareBy(orders: readonly Order[], a: Candidate, b: Candidate): number {
  for (const { field, direction } of orders) {
    const order = compare(valueAt(a.data, field) ?? null, valueAt(b.data, field) ?? null);
    if (order !== 0) return direction === "asc" ? order : -order;
  }
  const byPath = comparePaths(a.path, b.path);
  return orders.at(-1)?.direction === "desc" ? -byPath : byPath;
}

/** Null before booleans before numbers before text, as Firestore orders types. */
function compare(a: Json, b: Json): number {
  const byType = rankOf(a) - rankOf(b);
  if (byType !== 0) return byType;
  if (a === b) return 0;
  return (a as string | number) < (b as string | number) ? -1 : 1;
}

const TYPES = ["object", "boolean", "number", "string"];
const rankOf = (value: Json): number => TYPES.indexOf(typeof value);

/** Segment by segment, as Firestore orders document names: `a/b` comes before `a-/b`, though "-" is less than "/". */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  const at = left.findIndex((segment, i) => segment !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at] ?? "") < (right[at] ?? "") ? -1 : 1;
}
