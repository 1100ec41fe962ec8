/** One expression of the rules in the emulator's coverage report. Offsets count characters; both ends are inclusive. */
export interface CoverageNode {
  readonly sourcePosition?: {
    readonly line?: number;
    readonly column?: number;
    readonly currentOffset?: number;
    readonly endOffset?: number;
  };
  readonly values?: readonly { readonly value?: Readonly<Record<string, unknown>>; readonly count?: number }[];
  readonly children?: readonly CoverageNode[];
}

/**
 * Which expressions of the rules did the tests leave unproven? One line each, with place and text: a boolean that never
 * came out both ways, any other expression that was never evaluated, and one whose evaluation broke off with an error.
 * Constants come out one way only, by nature. What lies below `request` is the emulator's, not ours.
 *
 * An empty value means that the expression was skipped (`a && b` with a false `a`), which is no evaluation.
 */
export function findUncovered(report: readonly CoverageNode[], source: string): readonly string[] {
  return report.flatMap((node) => {
    const text = textOf(node, source);
    if (/^(true|false)$/.test(text) || text === "request") return [];
    const problem = problemOf(node);
    const own = problem === null ? [] : [`L${node.sourcePosition?.line ?? 0}: \`${text}\` ${problem}`];
    // What was never evaluated has parts that never were: one line for the whole says it.
    return problem === NEVER ? own : [...own, ...findUncovered(node.children ?? [], source)];
  });
}

const NEVER = "was never evaluated";

function problemOf(node: CoverageNode): string | null {
  const values = (node.values ?? []).map((it) => it.value ?? {}).filter((value) => Object.keys(value).length > 0);
  if (values.some((value) => "undefined" in value)) return "ended in an error";
  if (values.length === 0) return NEVER;
  const booleans = values.flatMap((value) => ("boolValue" in value ? [value["boolValue"]] : []));
  if (booleans.length === 0) return null;
  if (!booleans.includes(true)) return "was never true";
  return booleans.includes(false) ? null : "was never false";
}

function textOf(node: CoverageNode, source: string): string {
  const { currentOffset = 0, endOffset = -1 } = node.sourcePosition ?? {};
  return source.slice(currentOffset, endOffset + 1);
}

/** The report of one project, as it stands now: it begins anew whenever rules are loaded. */
export async function fetchCoverage(host: string, projectId: string): Promise<readonly CoverageNode[]> {
  const url = `http://${host}/emulator/v1/projects/${projectId}:ruleCoverage`;
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`the emulator's coverage report answered ${response.status}`);
  const body = (await response.json()) as { readonly report?: readonly CoverageNode[] };
  return body.report ?? [];
}
