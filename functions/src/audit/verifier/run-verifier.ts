import { readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { nodeCrypto } from "../node-crypto.js";
import { ed25519Verifier } from "../note.js";
import type { BundleSource } from "./bundle-source.js";
import { folderSource } from "./folder-source.js";
import { inThreads } from "./part-threads.js";
import { statements } from "./statements.js";
import { UnusableInput, verifyBundle } from "./verify-bundle.js";
import type { VerifyRequest } from "./verify-bundle.js";
import { inOneThread } from "./verify-entries.js";
import type { VerifyParts } from "./verify-entries.js";

const EXIT_CODES = { verified: 0, rejected: 1, unusable: 2 } as const;

const MAX_THREADS = 16;
const DEFAULT_MAX_THREADS = 8;
/** Below this, starting threads costs more than they save. */
const MIN_PARTS_FOR_THREADS = 4;

const USAGE = `Verifies an audit bundle, offline.

  node verify.mjs --key '<verifier key>' [options] <bundle folder>

  --key KEY                the log's public key, name+hash+base64. Take it from outside the bundle.
                           May be given twice while the studio changes keys.
  --known-checkpoint FILE  a checkpoint of this log that you kept: proves that the log only grew since.
  --range FROM:TO          you asked for entries FROM up to, not including, TO. Without it, the bundle
                           must hold the whole log, or all since the known checkpoint.
  --filtered               you asked for a choice of entries: proves that they are in the log,
                           and nothing about what was left out.
  --threads N              how many threads work on it, 1 to ${MAX_THREADS}; else as many as there are cores.

Exit codes: 0 verified, 1 rejected, 2 the input could not be used.`;

/**
 * The verifier as a program: what does it print, and with which code does it end? 0 verified, 1 rejected, 2 unusable input. Whatever
 * goes wrong unforeseen ends in 2: nothing but a proof ends in 0. With `programFile`, the file that calls `serveParts` in a thread, it
 * uses several.
 */
export async function runVerifier(
  args: readonly string[],
  print: (line: string) => void,
  programFile: URL | null = null,
): Promise<number> {
  try {
    if (args.includes("--help")) {
      print(USAGE);
      return EXIT_CODES.unusable; // Nothing was verified.
    }
    const { folder, request, threads } = parseCommand(args);
    const source = folderSource(folder);
    const verdict = await verifyBundle(nodeCrypto, source, request, partsIn(source, folder, programFile, threads));
    for (const line of statements(verdict)) print(line);
    return EXIT_CODES[verdict.kind];
  } catch (error) {
    print(`UNUSABLE: ${error instanceof Error ? error.message : "the input cannot be read"}`);
    return EXIT_CODES.unusable;
  }
}

function partsIn(source: BundleSource, folder: string, programFile: URL | null, threads: number): VerifyParts {
  const inOne = inOneThread(nodeCrypto, source);
  if (programFile === null || threads === 1) return inOne;
  const inSeveral = inThreads(programFile, folder, threads);
  return (claim) => (claim.parts.length < MIN_PARTS_FOR_THREADS ? inOne(claim) : inSeveral(claim));
}

function parseCommand(args: readonly string[]): { folder: string; request: VerifyRequest; threads: number } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: "string", multiple: true, default: [] },
      "known-checkpoint": { type: "string" },
      range: { type: "string" },
      filtered: { type: "boolean", default: false },
      threads: { type: "string" },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0 || values.key.length === 0)
    throw new UnusableInput(`A key and one folder are needed.\n\n${USAGE}`);
  if (!statSync(folder).isDirectory()) throw new UnusableInput(`${folder} is not a folder.`);
  const knownFile = values["known-checkpoint"];
  const request: VerifyRequest = {
    verifiers: values.key.map((key) => ed25519Verifier(nodeCrypto, key)),
    known: knownFile === undefined ? null : readFileSync(knownFile),
    range: values.range === undefined ? null : parseRange(values.range),
    allowFiltered: values.filtered,
  };
  return { folder, request, threads: parseThreads(values.threads) };
}

function parseThreads(text: string | undefined): number {
  if (text === undefined) return Math.min(availableParallelism(), DEFAULT_MAX_THREADS);
  const threads = /^[0-9]{1,2}$/.test(text) ? Number(text) : 0;
  if (threads < 1 || threads > MAX_THREADS) throw new UnusableInput(`Threads are 1 to ${MAX_THREADS}.`);
  return threads;
}

function parseRange(text: string): { from: number; to: number } {
  const [, from, to] = /^([0-9]{1,15}):([0-9]{1,15})$/.exec(text) ?? [];
  if (from === undefined || to === undefined) throw new UnusableInput("A range is FROM:TO, two whole numbers.");
  return { from: Number(from), to: Number(to) };
}
