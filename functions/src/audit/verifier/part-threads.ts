import { Worker, parentPort, workerData } from "node:worker_threads";
import { nodeCrypto } from "../node-crypto.js";
import { ProofError } from "../proof-error.js";
import type { ProofErrorCode } from "../proof-error.js";
import { folderSource } from "./folder-source.js";
import type { VerifyParts } from "./verify-entries.js";
import { PartVerifier } from "./verify-part.js";
import type { PartFacts, PartsClaim } from "./verify-part.js";

/** What a thread is given. The parts are taken from one counter, so that each is verified once. */
interface Work {
  readonly folder: string;
  readonly claim: PartsClaim;
  readonly next: SharedArrayBuffer;
}

/** What became of one part; `code` is null for a file that cannot be read. */
type Answer =
  | { readonly part: number; readonly facts: PartFacts }
  | { readonly part: number; readonly code: ProofErrorCode | null; readonly message: string };

/**
 * The parts of a range, side by side in several threads. What is said does not depend on which is done first: the facts come in the
 * order of the parts, and so does the first thing wrong. `file` is the program's own file, which calls `serveParts` in a thread.
 */
export function inThreads(file: URL, folder: string, threads: number): VerifyParts {
  return async function* (claim) {
    const work: Work = { folder, claim, next: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
    const length = Math.min(threads, claim.parts.length);
    const workers = Array.from({ length }, () => new Worker(file, { workerData: work }));
    const answers = new Answers();
    for (const worker of workers) {
      worker.on("message", (answer: Answer) => answers.put(answer));
      worker.on("error", (error) => answers.fail(error));
    }
    try {
      for (const part of claim.parts.keys()) yield factsOf(await answers.take(part));
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  };
}

/** Does the work of one thread: takes parts until there are none left, or one is wrong. */
export function serveParts(): void {
  const { folder, claim, next } = workerData as Work;
  const verifier = new PartVerifier(nodeCrypto, folderSource(folder), claim);
  const counter = new Int32Array(next);
  for (;;) {
    const part = Atomics.add(counter, 0, 1);
    if (part >= claim.parts.length) return;
    const answer = answerFor(verifier, part);
    parentPort?.postMessage(answer);
    // Those before it have been taken and will be answered; what comes behind it is of no interest.
    if (!("facts" in answer)) Atomics.store(counter, 0, claim.parts.length);
  }
}

function answerFor(verifier: PartVerifier, part: number): Answer {
  try {
    return { part, facts: verifier.verify(part, -1) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "the part cannot be read";
    return { part, code: error instanceof ProofError ? error.code : null, message };
  }
}

function factsOf(answer: Answer): PartFacts {
  if ("facts" in answer) return answer.facts;
  if (answer.code === null) throw new Error(answer.message);
  throw new ProofError(answer.code, answer.message);
}

/** Answers as they come, to be taken in order by the one who waits. */
class Answers {
  readonly #came = new Map<number, Answer>();
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  put(answer: Answer): void {
    this.#came.set(answer.part, answer);
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async take(part: number): Promise<Answer> {
    for (;;) {
      const answer = this.#came.get(part);
      if (answer !== undefined) {
        this.#came.delete(part);
        return answer;
      }
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
