import type { LineReader } from "./line-reader.js";

/** Where a bundle lies: a folder, or the memory of a test. Paths are relative, with forward slashes. */
export interface BundleSource {
  /** Null if there is no such file. Throws `BUNDLE_MALFORMED` for a file longer than `MAX_FILE_BYTES`. */
  readonly readFile: (path: string) => Uint8Array | null;
  readonly openLines: (path: string) => LineReader | null;
  /** Every file that is there. */
  readonly list: () => Iterable<string>;
}
