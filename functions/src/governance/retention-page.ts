import { EXPORT_FILES_DAYS } from "../contracts/index.js";
import { RETENTION } from "./retention-matrix.js";
import type { Retention } from "./retention-matrix.js";

/** What is kept how long, and why? `docs/policies/retention.md` is this text; a test keeps the two equal. */
export function retentionPage(): string {
  const rows = Object.entries(RETENTION).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# Retention",
    "",
    "Made from `functions/src/governance/retention-matrix.ts` by `npm run docs`. Collections lie under `tenants/{tenantId}`.",
    "",
    "- **The record is never deleted by age.** Completeness is what the log proves, and a proof needs every entry. Events hold",
    "  hashes, ids and bounded facts; what people wrote lies apart, in `auditPayloads`, under a salted hash.",
    "- **It is sealed.** Every night what was signed since goes to the signer's bucket, under its locked retention policy: the exact bytes",
    "  of each leaf and each event, in objects that are found by their hash, and a numbered seal that names them. An event",
    "  `log.sealed {from, to, root}` stays in the log. Nothing is deleted for it. The check of the night reads the bundles again and",
    "  compares: they must make the very roots that they were sealed under, and the tree that the database holds.",
    "- **Erasure.** An owner with a fresh sign-in, and with a reason, erases the words behind one event: the words, their salt, and",
    "  the same words where the proposal shows them. The event stays, every proof of it still verifies, and the hash of words",
    "  whose salt is gone tells nothing. The erasure is an event itself.",
    "- **Purge.** Derived data past its time is deleted by proposal alone: a dry run names the documents by count and by the",
    "  hash of their ids, people approve that plan (`retention.purge`, high risk), and the job deletes exactly those documents,",
    "  part by part, each part in one commit with its event. If it finds anything else, it deletes nothing and says so.",
    `- **Files of exports** go ${EXPORT_FILES_DAYS} days after the export has ended: first the removal is on record, then the job removes`,
    "  them. Who asked for what, and how often it was downloaded, stays.",
    "- **A legal hold beats all of it.** One owner or approver admin places it, an owner lifts it. A hold on a person or a",
    "  proposal also holds every collection that concerns people. A hold that cannot be read holds everything.",
    "- Backups of the database follow their own schedule: what was erased or purged leaves them when they run out.",
    "",
    ...table([
      ["collection", "holds", "kept", "why", "ended by", "concerns people"],
      ...rows.map(([name, row]) => [
        `\`${name}\``,
        row.holds,
        keptWords(row),
        row.why,
        row.endedBy,
        row.concernsPeople ? "yes" : "no",
      ]),
    ]),
    "",
  ].join("\n");
}

function keptWords({ keptDays, timeField, endedBy }: Retention): string {
  if (keptDays !== null) return `${keptDays} days from \`${timeField ?? ""}\``;
  return endedBy === "nobody" ? "for ever" : "until then";
}

/** Lines of a Markdown table with its columns in line, as the formatter wants them. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = " "): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width, fill)).join(" | ")} |`;
  return [line(head), line([], "-"), ...rows.map((row) => line(row))];
}
