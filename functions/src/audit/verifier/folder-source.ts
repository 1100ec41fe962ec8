import { closeSync, fstatSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MAX_FILE_BYTES, MAX_LINE_BYTES } from "../bundle.js";
import { ProofError } from "../proof-error.js";
import type { BundleSource, LineReader } from "./bundle-source.js";

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;

/** A bundle in a folder of the file system. Memory stays flat whatever the size of its files. */
export function folderSource(folder: string): BundleSource {
  return {
    readFile: (path) => withFile(join(folder, path), (descriptor) => readWhole(path, descriptor)),
    openLines: (path) => {
      const descriptor = openIfThere(join(folder, path));
      return descriptor === null
        ? null
        : lineReader(
            path,
            (into, at) => readSync(descriptor, into, at, into.length - at, null),
            () => closeSync(descriptor),
          );
    },
    list: () => listFiles(folder, ""),
  };
}

/** Lines out of a source of bytes; `read` fills a buffer from a place on and tells how much it added, 0 at the end. */
export function lineReader(
  path: string,
  read: (into: Uint8Array, at: number) => number,
  close: () => void = () => undefined,
): LineReader {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let [start, end] = [0, 0];
  function next(): Uint8Array | null {
    for (let from = start; ;) {
      const at = buffer.subarray(0, end).indexOf(LINE_FEED, from);
      if (at >= 0) {
        const line = buffer.subarray(start, at);
        start = at + 1;
        return line;
      }
      if (end - start > MAX_LINE_BYTES) throw malformed(`${path} has a line of more than ${MAX_LINE_BYTES} bytes`);
      buffer = makeRoom(buffer, start, end);
      [start, end] = [0, end - start];
      from = end;
      const added = read(buffer, end);
      end += added;
      if (added > 0) continue;
      if (end > 0) throw malformed(`the last line of ${path} does not end`);
      return null;
    }
  }
  return { next, close };
}

/** The bytes of the unfinished line at the front of a buffer that has room for more. */
function makeRoom(buffer: Buffer<ArrayBuffer>, start: number, end: number): Buffer<ArrayBuffer> {
  const target = end - start > buffer.length / 2 ? Buffer.allocUnsafe(buffer.length * 2) : buffer;
  buffer.copy(target, 0, start, end);
  return target;
}

function readWhole(path: string, descriptor: number): Uint8Array {
  const { size } = fstatSync(descriptor);
  if (size > MAX_FILE_BYTES) throw malformed(`${path} is longer than ${MAX_FILE_BYTES} bytes`);
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const added = readSync(descriptor, bytes, at, size - at, null);
    if (added === 0) throw malformed(`${path} got shorter while it was read`);
    at += added;
  }
  return bytes;
}

function withFile<T>(path: string, use: (descriptor: number) => T): T | null {
  const descriptor = openIfThere(path);
  if (descriptor === null) return null;
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}

function* listFiles(folder: string, prefix: string): Generator<string> {
  for (const found of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === "" ? found.name : `${prefix}/${found.name}`;
    if (found.isDirectory()) yield* listFiles(folder, path);
    else yield path;
  }
}

const malformed = (why: string): ProofError => new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`);
