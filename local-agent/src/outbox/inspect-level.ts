import { existsSync } from "node:fs";
import { ITEMS, KEY, PARKED } from "./level-keys.js";
import { openLevel } from "./open-level.js";
import type { LevelDb } from "./open-level.js";

/** Most entries of one listing. */
export const MAX_LISTED = 10_000;

/** One thing that waits, as it lies on disk. */
export interface OutboxEntry {
  readonly number: number;
  readonly isParked: boolean;
  readonly text: string;
}

export interface OutboxView {
  readonly bootId: string;
  readonly waiting: number;
  readonly parked: number;
  /** The number of the envelope that is sealed and not acknowledged; null: none. */
  readonly sealedSeq: number | null;
  readonly entries: readonly OutboxEntry[];
}

/**
 * What lies in the outbox of this folder? The oldest `limit` entries, those that were set aside first. null: there is no
 * outbox. Changes nothing. Rejects with `OutboxInUse` while the agent runs.
 */
export async function readOutbox(folder: string, limit: number): Promise<OutboxView | null> {
  return inOutbox(folder, async (db) => {
    const sealed = await db.get(KEY.sealed);
    return {
      bootId: (await db.get(KEY.bootId)) ?? "",
      waiting: await countKeys(db, ITEMS),
      parked: await countKeys(db, PARKED),
      sealedSeq: sealed === undefined ? null : (JSON.parse(sealed) as { readonly seq: number }).seq,
      entries: [...(await list(db, PARKED, limit)), ...(await list(db, ITEMS, limit))].slice(0, limit),
    };
  });
}

/** One entry by its number; null: there is no such entry, or no outbox. */
export async function readEntry(folder: string, number: number): Promise<OutboxEntry | null> {
  const at = String(number).padStart(16, "0");
  return inOutbox(folder, async (db) => {
    for (const range of [PARKED, ITEMS]) {
      const [found] = await list(db, { gte: `${range.gte}${at}`, lt: `${range.gte}${at}~` }, 1);
      if (found !== undefined) return found;
    }
    return null;
  });
}

async function inOutbox<T>(folder: string, work: (db: LevelDb) => Promise<T>): Promise<T | null> {
  if (!existsSync(folder)) return null;
  const db = await openLevel(folder);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

interface Range {
  readonly gte: string;
  readonly lt: string;
}

async function list(db: LevelDb, range: Range, limit: number): Promise<OutboxEntry[]> {
  const found = await db.iterator({ ...range, limit: Math.min(limit, MAX_LISTED) }).all();
  return found.map(([key, text]) => ({
    number: Number(key.split("/")[1]),
    isParked: key.startsWith(PARKED.gte),
    text,
  }));
}

async function countKeys(db: LevelDb, range: Range): Promise<number> {
  let count = 0;
  for await (const key of db.keys(range)) if (key.length > 0) count += 1;
  return count;
}
