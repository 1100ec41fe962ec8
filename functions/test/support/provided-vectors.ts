import { existsSync, readFileSync } from "node:fs";

/** Published test data that lies beside the checkout where it is provided; it is read there and never copied. */
const SHARED = new URL("../../../../shared/", import.meta.url);

/** Where is this provided file or folder, or null where nothing is provided? `tail` is relative to the shared folder. */
export function providedUrl(tail: string): URL | null {
  const url = new URL(tail, SHARED);
  return existsSync(url) ? url : null;
}

/** The bytes of one file in a provided folder. */
export function readProvided(folder: URL, tail: string): Buffer {
  return readFileSync(new URL(tail, folder));
}
