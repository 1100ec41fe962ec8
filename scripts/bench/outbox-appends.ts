import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLevelOutbox } from "../../local-agent/src/outbox/level-outbox.js";
import type { OutboxItem } from "../../local-agent/src/outbox/outbox.js";

const ROUNDS = 400;
const BATCH = 10;

export interface AppendTimes {
  /** Milliseconds of each append of ten observations, flushed. */
  readonly outbox: readonly number[];
  /** Milliseconds of writing the same bytes to a bare file and flushing it. */
  readonly bare: readonly number[];
}

/** What does the outbox cost over the disk itself? The two take turns, so that both meet the same disk. */
export async function measureAppends(): Promise<AppendTimes> {
  const folder = await mkdtemp(join(tmpdir(), "studio-appends-"));
  const outbox = await openLevelOutbox({ folder: join(folder, "outbox"), newBootId: () => "boot-1", nowMs: () => 0 });
  const file = openSync(join(folder, "bare"), "a");
  const times: { outbox: number[]; bare: number[] } = { outbox: [], bare: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const items = Array.from({ length: BATCH }, (_, i) => anItem(round * BATCH + i));
      const text = items.map((item) => JSON.stringify(item)).join("\n");
      let startedAt = performance.now();
      await outbox.append({ items });
      times.outbox.push(performance.now() - startedAt);
      startedAt = performance.now();
      writeSync(file, text);
      fsyncSync(file);
      times.bare.push(performance.now() - startedAt);
    }
    return times;
  } finally {
    closeSync(file);
    await outbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function anItem(value: number): OutboxItem {
  const at = new Date(value * 1_000).toISOString();
  const observation = { deviceId: "hubitat:12", attribute: "temperature", value, unit: "°C", observedAt: at } as const;
  return { kind: "observation", queuedAt: at, observation: { ...observation, source: "poll", quality: "live" } };
}
