import { encodeBase64 } from "../bytes.js";
import type { BundleFacts, BundleVerdict } from "./verify-bundle.js";

/** Past this, the order of entries and of commits differ by more than the alarm for late sealing allows (M07.5). */
const NOTABLE_DISORDER_MICROS = 5 * 60 * 1_000_000;

/** What does this verdict mean, in plain sentences, one a line? */
export function statements(verdict: BundleVerdict): string[] {
  if (verdict.kind === "rejected")
    return [`REJECTED: ${verdict.sentence}`, `Reason: ${verdict.code}. Do not rely on anything in this bundle.`];
  const { facts } = verdict;
  return [...whatWasProved(facts), ...whatWasNot(facts)];
}

function whatWasProved(facts: BundleFacts): string[] {
  const { manifest, checkpoint } = facts;
  return [
    `VERIFIED: ${manifest.origin}, signed at ${counted(checkpoint.size)}, root ${encodeBase64(checkpoint.root)}.`,
    content(facts),
    ...times(facts),
    ...history(facts),
  ];
}

function content({ manifest: { kind, range, count, treeSize } }: BundleFacts): string {
  if (kind === "filtered" || range === null)
    return `INCLUSION ONLY: each of these ${counted(count)} is in the log as it was recorded. What was left out is not known.`;
  if (treeSize === 0) return "The log is empty: at this checkpoint nothing was recorded.";
  if (count === 0) return "The bundle holds no entries, so it shows nothing but the signed checkpoint.";
  const whole =
    count === treeSize ? "This is the whole log" : `These are all entries from ${range.from} to ${range.to - 1}`;
  return `${whole}: ${counted(count)}, none altered, reordered, added or left out, and the copies to search by are true copies.`;
}

function times({ entries }: BundleFacts): string[] {
  if (entries.times === null) return [];
  const { first, last, disorderMicros } = entries.times;
  const span = `By the database's clock the first was committed at ${instant(first)}, the last at ${instant(last)}.`;
  if (disorderMicros < NOTABLE_DISORDER_MICROS) return [span];
  const minutes = Math.floor(disorderMicros / 60_000_000);
  return [span, `Note: some entry was sealed after one that was committed ${minutes} minutes later than it.`];
}

function history({ earlier, known, checkpoint }: BundleFacts): string[] {
  const sentences: string[] = [];
  if (earlier !== null)
    sentences.push(`Since the bundle's earlier checkpoint of ${counted(earlier.size)} the log only grew.`);
  if (known !== null)
    sentences.push(
      known.size === checkpoint.size
        ? "This is exactly the log that you know."
        : `The log continues, unchanged, the ${counted(known.size)} that you know.`,
    );
  return sentences;
}

function whatWasNot({ manifest, known }: BundleFacts): string[] {
  return [
    "Not proved: that what was recorded is true, and that nothing was done without being recorded.",
    ...(manifest.kind === "filtered"
      ? ["Not proved: that no other entry fits the filter. Only a range can show that."]
      : []),
    ...(manifest.range !== null && manifest.count < manifest.treeSize
      ? ["Not proved: anything about the content of entries outside this range."]
      : []),
    "Not proved: that the log has not grown since this checkpoint was signed.",
    ...(known === null
      ? ["Not proved: that others were shown the same log. Compare the root with theirs, or give --known-checkpoint."]
      : []),
  ];
}

const counted = (count: number): string => (count === 1 ? "1 entry" : `${count} entries`);
const instant = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString();
