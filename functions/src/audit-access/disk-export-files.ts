import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ExportFiles } from "./export-files.js";

/** A path of ours: no segment begins with a dot, so none leaves the folder. */
const SAFE_PATH = /^(?:[A-Za-z0-9][A-Za-z0-9_.-]*\/)*(?:[A-Za-z0-9][A-Za-z0-9_.-]*)?$/;

/** Files of exports in a folder on disk: for one machine, and for the emulator. A file appears whole, by a rename, or not at all. */
export function diskExportFiles(root: string): ExportFiles {
  const at = (path: string): string => {
    if (!SAFE_PATH.test(path)) throw new Error("an export has no file of that name");
    return join(root, path);
  };
  return {
    async create(path) {
      const target = at(path);
      await mkdir(dirname(target), { recursive: true });
      const draft = `${target}.${randomBytes(6).toString("hex")}.draft`;
      const handle = await open(draft, "wx");
      return {
        write: async (bytes) => {
          await handle.writeFile(bytes);
        },
        close: async () => {
          await handle.sync();
          await handle.close();
          await rename(draft, target);
        },
        abort: async () => {
          await handle.close();
          await rm(draft, { force: true });
        },
      };
    },
    async read(path) {
      const found = await stat(at(path)).catch(() => null);
      if (found?.isFile() !== true) return null;
      return { length: found.size, chunks: createReadStream(at(path)) };
    },
    removeAll: (folder) => rm(at(folder), { recursive: true, force: true }),
  };
}
