import { closeSync, fstatSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MAX_FILE_BYTES } from "../bundle.js";
import { ProofError } from "../proof-error.js";
import type { BundleSource } from "./bundle-source.js";
import { LineReader } from "./line-reader.js";

/** A bundle in a folder of the file system. Memory stays flat whatever the size of its files. */
export function folderSource(folder: string): BundleSource {
  // A hundred parts have three hundred files, of which three are open at once: their buffers are handed on.
  const spare: Buffer[] = [];
  return {
    readFile: (path) => withFile(join(folder, path), (descriptor) => readWhole(path, descriptor)),
    openLines: (path) => {
      const descriptor = openIfThere(join(folder, path));
      if (descriptor === null) return null;
      const close = (buffer: Buffer): void => {
        closeSync(descriptor);
        spare.push(buffer);
      };
      const read = (into: Buffer, at: number): number => readSync(descriptor, into, at, into.length - at, null);
      return new LineReader(path, read, close, spare.pop());
    },
    list: () => listFiles(folder, ""),
  };
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
