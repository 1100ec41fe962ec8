import type { EXPORT_FILTERS } from "@studio-os/functions/contracts";
import type { RouteBodyInput } from "@studio-os/functions/contracts";

export type ExportFilter = (typeof EXPORT_FILTERS)[number];
export const FILTER_WORDS: Readonly<Record<ExportFilter, string>> = {
  proposalId: "one proposal",
  actorId: "one person or agent",
  type: "one type of event",
  capabilityId: "one capability",
  requestId: "one request",
};

/** What the form of an export holds, as it is typed. */
export interface ExportInput {
  readonly kind: "range" | "filtered";
  readonly from: string;
  /** The last entry; empty: all that is signed. */
  readonly to: string;
  readonly proofs: boolean;
  readonly field: ExportFilter;
  readonly value: string;
  /** Size of a checkpoint that the reader knows; empty: none. */
  readonly earlier: string;
}
export type ExportProblems = Readonly<Partial<Record<keyof ExportInput, string>>>;

export const EMPTY_EXPORT: ExportInput = {
  kind: "range",
  from: "0",
  to: "",
  proofs: false,
  field: "proposalId",
  value: "",
  earlier: "",
};

/** Answers: can this be sent, and what is missing? People name the last entry; the API's end is the one behind it. */
export function readExportInput(
  input: ExportInput,
):
  | { readonly kind: "ready"; readonly body: RouteBodyInput<"requestExport"> }
  | { readonly kind: "missing"; readonly problems: ExportProblems } {
  const earlierSize = input.earlier.trim() === "" ? null : indexOf(input.earlier);
  const earlierProblem = earlierSize === undefined ? { earlier: "A whole number of entries, or nothing." } : {};
  if (input.kind === "filtered") {
    const value = input.value.trim();
    const problems: ExportProblems = {
      ...(value === "" || value.length > 128 ? { value: "Which one? Its id, at most 128 characters." } : {}),
      ...earlierProblem,
    };
    if (Object.keys(problems).length > 0 || earlierSize === undefined) return { kind: "missing", problems };
    return { kind: "ready", body: { filter: { field: input.field, value }, earlierSize } };
  }
  const from = indexOf(input.from);
  const last = input.to.trim() === "" ? null : indexOf(input.to);
  const problems: ExportProblems = {
    ...(from === undefined ? { from: "A whole number from 0 on." } : {}),
    ...(last === undefined ? { to: "A whole number, or nothing." } : {}),
    ...(typeof last === "number" && from !== undefined && last < from ? { to: "It lies before the first." } : {}),
    ...earlierProblem,
  };
  const isMissing = from === undefined || last === undefined || earlierSize === undefined;
  if (isMissing || Object.keys(problems).length > 0) return { kind: "missing", problems };
  const toIndex = last === null ? null : last + 1;
  return { kind: "ready", body: { fromIndex: from, toIndex, proofs: input.proofs, earlierSize } };
}

const indexOf = (text: string): number | undefined =>
  /^(0|[1-9][0-9]{0,14})$/.test(text.trim()) ? Number(text.trim()) : undefined;
