import { quantile, ratioOf } from "./statistics.js";

/** One row of a table: what was measured, and whether that meets what was aimed at. */
export interface Finding {
  readonly what: string;
  readonly measured: string;
  readonly target: string | null;
  /** Null: nothing was aimed at. */
  readonly isMet: boolean | null;
}

/** A target in words, and whether what was measured meets it. */
export interface Aim {
  readonly target: string;
  readonly isMet: boolean;
}

export interface MeasuredSection {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const BEGIN = "<!-- measured: written by npm run bench -->";
const END = "<!-- end of measured -->";
const HEADING = /^### (?<title>.+)$/m;

export const finding = (what: string, measured: string, aim: Aim | null = null): Finding => ({
  ...{ what, measured },
  target: aim?.target ?? null,
  isMet: aim?.isMet ?? null,
});

/** How many times the floor something takes, in milliseconds: at this quantile, with its interval, judged against `atMost`. */
export function ratioFinding(
  what: string,
  measured: readonly number[],
  floor: readonly number[],
  { share = 0.5, atMost = null }: { readonly share?: number; readonly atMost?: number | null } = {},
): Finding {
  const { ratio, low, high } = ratioOf(measured, floor, share, Math.random);
  const absolute = `${quantile(measured, share).toFixed(1)} ms against ${quantile(floor, share).toFixed(1)} ms`;
  const aim = atMost === null ? null : { target: `≤ ${atMost}×`, isMet: ratio <= atMost };
  return finding(what, `${ratio.toFixed(2)}× (${low.toFixed(2)}–${high.toFixed(2)}; ${absolute})`, aim);
}

/** A section as a heading and a table. */
export function renderSection({ title, findings }: MeasuredSection): string {
  const rows = findings.map(({ what, measured, target, isMet }) => {
    const verdict = isMet === null ? "" : isMet ? "met" : "**missed**";
    return `| ${what} | ${measured} | ${target ?? ""} | ${verdict} |`;
  });
  return [`### ${title}`, "", "| what | measured | target | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/**
 * The document with these sections in the place of what it said under their titles. `titles` are all sections there are, in
 * order: what was not measured this time stays, and what is no section any more goes. Throws when the markers are gone:
 * nothing else is overwritten.
 */
export function withSections(
  document: string,
  measured: readonly MeasuredSection[],
  titles: readonly string[],
): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/benchmarks.md has lost its markers");
  const before = document.slice(begin + BEGIN.length, end).split(/^(?=### )/m);
  const kept = new Map(before.map((text) => [HEADING.exec(text)?.groups?.["title"], text.trim()]));
  for (const section of measured) kept.set(section.title, renderSection(section));
  const texts = titles.flatMap((title) => kept.get(title) ?? []);
  return `${document.slice(0, begin)}${BEGIN}\n\n${texts.join("\n\n")}\n\n${document.slice(end)}`;
}
