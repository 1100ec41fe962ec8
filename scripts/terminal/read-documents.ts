import * as z from "zod";
import { CommandFailure, EXIT_CODES, unreachable } from "./failure.js";
import type { Means } from "./means.js";
import type { StudioAddresses } from "./read-config.js";

/** One collection of the studio, newest or smallest first, always bounded. */
interface ListRequest {
  readonly collection: string;
  readonly where?: readonly { readonly field: string; readonly op: "EQUAL" | "GREATER_THAN"; readonly value: string }[];
  readonly orderBy: { readonly field: string; readonly direction: "ASCENDING" | "DESCENDING" };
  readonly limit: number;
}

/** Reads what the rules let this person read, with their own sign-in. Throws `CommandFailure`. */
export type ReadDocuments = (request: ListRequest) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const READ_TIMEOUT_MS = 60_000;
const MAX_DEPTH = 20;

const Rows = z.array(
  z.object({
    document: z.object({ name: z.string(), fields: z.record(z.string(), z.unknown()).default({}) }).optional(),
  }),
);

/** Firestore's REST API, `documents:runQuery`, under the project's rules. */
export function documentReader(
  means: Means,
  addresses: StudioAddresses,
  about: { readonly tenantId: string; readonly token: string },
): ReadDocuments {
  const parent = `projects/${addresses.projectId}/databases/(default)/documents/tenants/${about.tenantId}`;
  return async (request) => {
    let response: Response;
    let answer: unknown;
    try {
      response = await means.fetch(`${addresses.firestoreOrigin}/v1/${parent}:runQuery`, {
        method: "POST",
        headers: { authorization: `Bearer ${about.token}`, "content-type": "application/json" },
        body: JSON.stringify({ structuredQuery: toQuery(request) }),
        signal: AbortSignal.timeout(READ_TIMEOUT_MS),
      });
      answer = await response.json();
    } catch {
      throw unreachable("NETWORK_UNREACHABLE", "The studio's documents could not be reached.");
    }
    if (response.status === 401 || response.status === 403) throw notYours(request.collection);
    const rows = Rows.safeParse(answer);
    if (!rows.success)
      throw unreachable("ANSWER_UNREADABLE", `The database answered ${response.status} in a form that is not known.`);
    return rows.data.flatMap(({ document }) => (document === undefined ? [] : [readFields(document)]));
  };
}

function notYours(collection: string): CommandFailure {
  return new CommandFailure("ROLE_MISSING", `Your roles in this studio do not include reading its ${collection}.`, {
    exitCode: EXIT_CODES.refused,
  });
}

function toQuery({ collection, where = [], orderBy, limit }: ListRequest): unknown {
  const filters = where.map(({ field, op, value }) => ({
    fieldFilter: { field: { fieldPath: field }, op, value: { stringValue: value } },
  }));
  return {
    from: [{ collectionId: collection }],
    ...(filters.length === 0 ? {} : { where: { compositeFilter: { op: "AND", filters } } }),
    orderBy: [{ field: { fieldPath: orderBy.field }, direction: orderBy.direction }],
    limit,
  };
}

/** The document with its id under `id`, beside what is stored. */
function readFields({ name, fields }: { name: string; fields: Record<string, unknown> }): Record<string, unknown> {
  return { id: name.slice(name.lastIndexOf("/") + 1), ...mapValues(fields, 0) };
}

function mapValues(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, fromValue(value, depth + 1)]));
}

/** One tagged value of the REST API as plain data. */
function fromValue(tagged: unknown, depth: number): unknown {
  if (typeof tagged !== "object" || tagged === null || depth > MAX_DEPTH) return null;
  const [kind, value] = (Object.entries(tagged) as [string, unknown][])[0] ?? ["nullValue", null];
  if (kind === "integerValue") return Number(value);
  if (kind === "timestampValue") return new Date(String(value)).toISOString();
  if (kind === "nullValue") return null;
  if (kind === "mapValue") return mapValues(memberOf(value, "fields") ?? {}, depth);
  if (kind === "arrayValue") {
    const values = memberOf(value, "values");
    return Array.isArray(values) ? values.map((member) => fromValue(member, depth + 1)) : [];
  }
  return value;
}

function memberOf(value: unknown, name: string): object | null {
  if (typeof value !== "object" || value === null || !(name in value)) return null;
  const member: unknown = (value as Record<string, unknown>)[name];
  return typeof member === "object" ? member : null;
}
