import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Readable } from "node:stream";
import { Unusable } from "./unusable.js";

export interface TerminalDialogue {
  say(line: string): void;
  /** Rejects when the input ends. */
  ask(question: string): Promise<string>;
  /** The same, and what is typed is not shown. */
  askSecret(question: string): Promise<string>;
  close(): void;
}

/** Longer answers are no answers: the line is cut. */
const MAX_ANSWER_CHARS = 1_024;

/** Asks a person at a terminal, or takes the answers line by line from a pipe. */
export function openDialogue(input: Readable & { readonly isTTY?: boolean }, output: Writable): TerminalDialogue {
  let isHidden = false;
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const lines: string[] = [];
  let take: ((line: string | null) => void) | null = null;
  let isEnded = false;
  const reader = createInterface({ input, output: shown, terminal: input.isTTY === true });
  reader.on("line", (line) => {
    const answer = line.slice(0, MAX_ANSWER_CHARS);
    if (take === null) lines.push(answer);
    else take(answer);
  });
  reader.on("close", () => {
    isEnded = true;
    take?.(null);
  });

  async function next(): Promise<string> {
    const waiting = lines.shift();
    if (waiting !== undefined) return waiting;
    const line = isEnded ? null : await new Promise<string | null>((resolve) => (take = resolve));
    take = null;
    if (line === null) throw new Unusable("The input ended before the question was answered.");
    return line;
  }

  return {
    say: (line) => void output.write(`${line}\n`),
    async ask(question) {
      output.write(question);
      return next();
    },
    async askSecret(question) {
      output.write(question);
      isHidden = true;
      try {
        return await next();
      } finally {
        isHidden = false;
        output.write("\n");
      }
    },
    close: () => reader.close(),
  };
}
