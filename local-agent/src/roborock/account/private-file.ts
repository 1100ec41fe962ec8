import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ConnectorError } from "../../connector.js";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Group and others: what they can read is not private. */
const OTHERS_MASK = 0o077;
const MAX_FILE_BYTES = 4 * 1_048_576;

/** Reads a file that nobody but its owner may read. Null: there is none. Throws `NOT_CONFIGURED` for any other reason. */
export function readPrivateFile(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw unusable(`it cannot be opened (${errnoOf(error)})`);
  }
  try {
    // The open file is asked, not its name: nobody can swap it in between.
    const { mode, size } = fstatSync(file);
    if (process.platform !== "win32" && (mode & OTHERS_MASK) !== 0)
      throw unusable(`others may read it (mode ${(mode & 0o777).toString(8)}); expected 600`);
    if (size > MAX_FILE_BYTES) throw unusable("it is too large");
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** Writes a file of mode 600 in a folder of mode 700, whole or not at all: a crash leaves the old one. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    rmSync(draft, { force: true });
    writeFileSync(draft, text, { mode: FILE_MODE, flag: "wx", flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unusable(`it cannot be written (${errnoOf(error)})`);
  }
}

/** Answers: is this still the file that was read before? Changes with every write; null: there is none. */
export function fileVersion(path: string): string | null {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return null;
  }
}

function unusable(why: string): ConnectorError {
  return new ConnectorError("NOT_CONFIGURED", `The stored vacuum account cannot be used: ${why}`);
}

function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

/** Held for milliseconds; one that is older than this was left by a process that died. */
const STALE_LOCK_MS = 1_000;

/** Answers: did we get the lock? A stale one is taken away, so that the next attempt gets it. */
export function createLockFile(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    writeFileSync(path, "", { flag: "wx", mode: FILE_MODE });
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw unusable(`it cannot be locked (${errnoOf(error)})`);
    const madeAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Math.abs(Date.now() - madeAtMs) > STALE_LOCK_MS) rmSync(path, { force: true });
    return false;
  }
}
