import { BUNDLE_FILES } from "./bundle.js";
import type { BundleManifest } from "./bundle.js";

/**
 * What does a person read who opens the bundle? The same text for the same manifest, to the byte, so that the verifier notices when
 * somebody changed it.
 */
export function bundleReadme(manifest: BundleManifest): string {
  return `${[...whatItIs(manifest), "", ...howToVerify(manifest), "", ...whatIsInside(manifest)].join("\n")}\n`;
}

/** Which options of the verifier name what is asked for here? None for a whole log. */
export function verifierOptions({ kind, range, treeSize }: BundleManifest): string {
  if (kind === "filtered" || range === null) return "--filtered ";
  return range.from === 0 && range.to === treeSize ? "" : `--range ${range.from}:${range.to} `;
}

function whatItIs({ origin, kind, range, filter, count, treeSize }: BundleManifest): string[] {
  const head = ["AUDIT BUNDLE", "", `Log: ${origin}`, `Signed size of the log: ${treeSize} entries`];
  if (kind === "range" && range !== null)
    return [
      ...head,
      `In this bundle: ${count} entries, from index ${range.from} up to, but not including, ${range.to}.`,
      "Verified, it proves that no entry in this range was altered, reordered, added or left out.",
    ];
  return [
    ...head,
    `In this bundle: ${count} entries, chosen by: ${filter ?? ""}`,
    "THIS IS A FILTERED EXPORT. Verified, it proves that each of its entries is in the log.",
    "It does NOT prove that no other entry fits the filter. Ask for a range if that matters.",
  ];
}

function howToVerify(manifest: BundleManifest): string[] {
  const { verifier, checkpoint } = BUNDLE_FILES;
  return [
    "TO VERIFY IT, offline, with Node.js 20.19 or newer:",
    "",
    `    node ${verifier} --key '<verifier key>' ${verifierOptions(manifest)}<this folder>`,
    "",
    "Take the verifier key from the studio by another way than this bundle (its web page, a contract, a letter):",
    "a key that comes with the bundle proves nothing. The same holds for the verifier: whoever could alter the",
    `bundle could alter ${verifier} too. It is the same file in every bundle and in the project's scripts folder.`,
    "Exit code 0 means verified, 1 rejected, 2 that the input could not be used.",
    "",
    `Keep the file "${checkpoint}" when you have verified it. Give it to the next verification with`,
    "--known-checkpoint: then nobody can show you a log that forgot or changed what you have seen.",
  ];
}

function whatIsInside(manifest: BundleManifest): string[] {
  const { manifest: own, checkpoint, earlier, consistency, range, verifier } = BUNDLE_FILES;
  const files = [
    [own, "what is in the bundle; its part index"],
    [checkpoint, "size and root of the log, signed (C2SP tlog-checkpoint)"],
    ...(manifest.earlierSize === null
      ? []
      : [
          [earlier, `the signed checkpoint at ${manifest.earlierSize} entries`],
          [consistency, "that the log only grew between the two (RFC 6962)"],
        ]),
    ...(manifest.kind === "range" ? [[range, "hashes of what lies before and behind the range"]] : []),
    ["part-*/events.jsonl", "the events, one a line, in the exact bytes that are hashed (RFC 8785)"],
    ["part-*/leaves.jsonl", "the log's entries: id, time of commit and SHA-256 of each event"],
    ["part-*/copies.jsonl", "the fields that the studio's screens search by; they must equal the events"],
    ...(manifest.proofs ? [["proofs/", "one proof for each entry (C2SP tlog-proof)"]] : []),
    [verifier, "the verifier: one file, no dependencies, no network"],
  ];
  return ["FILES", "", ...files.map(([name = "", what = ""]) => `    ${name.padEnd(22)} ${what}`)];
}
