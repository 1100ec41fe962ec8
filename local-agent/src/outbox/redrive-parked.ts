import { existsSync } from "node:fs";
import { ITEMS, KEY, PARKED, del, put } from "./level-keys.js";
import type { Operation } from "./level-keys.js";
import { openLevel } from "./open-level.js";
import { OutboxItem } from "./outbox.js";

/** Most entries that wait again in one atomic batch. */
const BATCH = 500;

/**
 * Lets what was set aside wait again, at the end of the queue, as far as it can be read now. What still cannot be read
 * stays where it is: nothing is thrown away. Rejects with `OutboxInUse` while the agent runs.
 */
export async function redriveParked(folder: string): Promise<{ readonly redriven: number; readonly left: number }> {
  if (!existsSync(folder)) return { redriven: 0, left: 0 };
  const db = await openLevel(folder);
  try {
    const [last] = await db.keys({ ...ITEMS, reverse: true, limit: 1 }).all();
    const [lastParked] = await db.keys({ ...PARKED, reverse: true, limit: 1 }).all();
    // Past every number that was ever given, so that an old number never comes before what is already sent.
    let number = Math.max(numberOf(last), numberOf(lastParked)) + 1;
    let redriven = 0;
    let left = 0;
    let batch: Operation[] = [];
    for await (const [key, text] of db.iterator(PARKED)) {
      const item = readItem(text);
      if (item === null) {
        left += 1;
        continue;
      }
      batch.push(del(key), put(KEY.item(number++, item), text));
      redriven += 1;
      if (batch.length < BATCH) continue;
      await db.batch(batch, { sync: true });
      batch = [];
    }
    await db.batch(batch, { sync: true });
    return { redriven, left };
  } finally {
    await db.close();
  }
}

/** The item that this text is; null: it is none. */
export function readItem(text: string): OutboxItem | null {
  try {
    const parsed = OutboxItem.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON
  }
}

const numberOf = (key: string | undefined): number => (key === undefined ? 0 : Number(key.split("/")[1]));
