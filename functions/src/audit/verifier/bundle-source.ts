/** Reads a file line by line. The bytes of a line, without its line feed, are valid until the next call. */
export interface LineReader {
  /** Null at the end. Throws `BUNDLE_MALFORMED` for a line that does not end or is longer than `MAX_LINE_BYTES`. */
  readonly next: () => Uint8Array | null;
  readonly close: () => void;
}

/** Where a bundle lies: a folder, or the memory of a test. Paths are relative, with forward slashes. */
export interface BundleSource {
  /** Null if there is no such file. Throws `BUNDLE_MALFORMED` for a file longer than `MAX_FILE_BYTES`. */
  readonly readFile: (path: string) => Uint8Array | null;
  readonly openLines: (path: string) => LineReader | null;
  /** Every file that is there. */
  readonly list: () => Iterable<string>;
}
