import { mkdir, rename } from "node:fs/promises";
import { ClassicLevel } from "classic-level";

export type LevelDb = ClassicLevel;

/** The agent writes little at a time; the defaults of LevelDB would cost it a tenth of its memory. */
const CACHE_BYTES = 1024 * 1024;
const WRITE_BUFFER_BYTES = 1024 * 1024;

/** The folder is in use by another agent: two agents of one outbox would count one sequence twice. */
export class OutboxInUse extends Error {
  override readonly name = "OutboxInUse";
}

/**
 * Opens the database in this folder, or makes it. A database that cannot be read is moved aside, never deleted, and
 * `onLost` is told the new name; what was queued in it is then not sent, and the new outbox has a new `bootId`.
 */
export async function openLevel(folder: string, nowMs: number, onLost: (movedTo: string) => void): Promise<LevelDb> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await tryOpen(folder);
  } catch (error) {
    const code = causeCode(error);
    if (code === "LEVEL_LOCKED")
      throw new OutboxInUse(`Another agent is using the outbox in ${folder}.`, { cause: error });
    if (code !== "LEVEL_CORRUPTION") throw error;
    const movedTo = `${folder}.unreadable-${nowMs}`;
    await rename(folder, movedTo);
    onLost(movedTo);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await tryOpen(folder);
  }
}

async function tryOpen(folder: string): Promise<LevelDb> {
  const db = new ClassicLevel(folder, {
    keyEncoding: "utf8",
    valueEncoding: "utf8",
    cacheSize: CACHE_BYTES,
    writeBufferSize: WRITE_BUFFER_BYTES,
  });
  await db.open();
  return db;
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
