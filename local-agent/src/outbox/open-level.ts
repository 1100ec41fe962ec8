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
export async function openOrReplaceLevel(
  folder: string,
  nowMs: number,
  onLost: (movedTo: string) => void,
): Promise<LevelDb> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await openLevel(folder);
  } catch (error) {
    if (causeCode(error) !== "LEVEL_CORRUPTION") throw error;
    const movedTo = `${folder}.unreadable-${nowMs}`;
    await rename(folder, movedTo);
    onLost(movedTo);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await openLevel(folder);
  }
}

/** Opens the database in this folder as it is. Throws `OutboxInUse` while another process has it open. */
export async function openLevel(folder: string): Promise<LevelDb> {
  const db = new ClassicLevel(folder, {
    keyEncoding: "utf8",
    valueEncoding: "utf8",
    cacheSize: CACHE_BYTES,
    writeBufferSize: WRITE_BUFFER_BYTES,
  });
  try {
    await db.open();
  } catch (error) {
    if (causeCode(error) !== "LEVEL_LOCKED") throw error;
    throw new OutboxInUse(`Another agent is using the outbox in ${folder}.`, { cause: error });
  }
  return db;
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
