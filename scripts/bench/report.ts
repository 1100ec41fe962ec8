export interface Finding {
  readonly section: "Reads and writes" | "Latency" | "Throughput" | "Kill switch" | "Policy" | "Agent" | "Cold start";
  readonly what: string;
  readonly measured: string;
  readonly target: string | null;
  readonly isMet: boolean | null;
}

const BEGIN = "<!-- measured: written by npm run bench -->";
const END = "<!-- end of measured -->";

/** One table for each section, in the order of the findings. */
export function renderReport(findings: readonly Finding[]): string {
  const sections = [...new Set(findings.map(({ section }) => section))];
  return sections
    .map((section) => {
      const rows = findings
        .filter((finding) => finding.section === section)
        .map(({ what, measured, target, isMet }) => {
          const verdict = isMet === null ? "" : isMet ? "met" : "**missed**";
          return `| ${what} | ${measured} | ${target ?? ""} | ${verdict} |`;
        });
      return [`### ${section}`, "", "| what | measured | target | |", "| --- | --- | --- | --- |", ...rows].join("\n");
    })
    .join("\n\n");
}

/** The document with its measured part exchanged. Throws when the markers are gone: nothing else is overwritten. */
export function inSections(document: string, report: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/benchmarks.md has lost its markers");
  return `${document.slice(0, begin)}${BEGIN}\n\n${report}\n\n${document.slice(end)}`;
}
