import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks at the keyboard without echo; null where there is no keyboard. */
export async function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve) => {
      lines.question("", resolve);
      lines.once("close", () => resolve(null));
    });
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
