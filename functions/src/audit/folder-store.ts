import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { requireObjectName } from "./create-only-store.js";
import type { CreateOnlyStore } from "./create-only-store.js";

/**
 * A create-only store in a folder, for one machine. An object appears under its name by a hard link, which the file system gives to one
 * of several writers, and only after its bytes are on the disk. What the folder's owner does by hand it cannot prevent.
 */
export function folderStore(folder: string): CreateOnlyStore {
  const pathOf = (name: string): string => join(folder, requireObjectName(name));
  return {
    read: async (name) => {
      try {
        return await readFile(pathOf(name));
      } catch (error) {
        if (isCode(error, "ENOENT")) return null;
        throw error;
      }
    },
    create: async (name, bytes) => {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.draft-${randomUUID()}`;
      await writeDurably(draft, bytes);
      try {
        await link(draft, path);
        await syncFolder(dirname(path));
        return true;
      } catch (error) {
        if (isCode(error, "EEXIST")) return false;
        throw error;
      } finally {
        await unlink(draft);
      }
    },
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The name is in the folder only once the folder itself is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
