import type { PostText } from "./ask-witness.js";

/** A witness has so long for its answer. Logs of the C2SP network are asked within seconds. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Signature lines of a handful of keys. What is longer is no answer. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** One POST of plain text over HTTP, bounded in time and size, that follows no redirect. */
export function postText(fetch: typeof globalThis.fetch): PostText {
  return async (url, body) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return { status: response.status, body: await readBounded(response) };
  };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
