import type { Firestore, Query, WriteBatch } from "firebase-admin/firestore";
import { firestoreLogStore } from "../../functions/src/audit/firestore-log-store.js";
import { sequenceLog } from "../../functions/src/audit/sequence-log.js";
import { openLogStudio } from "../../functions/test/support/log-studio.js";
import type { Cost } from "./counting-firestore.js";

/** Reads and writes of the log for one event, its own write included. */
export interface LogCost extends Cost {
  readonly batch: number;
}

const BATCHES = [1, 25, 100, 200];
/** Enough runs of each size that they come by every place within a tile. */
const EVENTS_PER_SIZE = 1_600;
const MAX_RUNS = 64;
const SPEED_EVENTS = 4_000;

/** What does the log cost for one event, by how many come together? Counted where the sequencer's calls leave the process. */
export async function measureLogCost(): Promise<readonly LogCost[]> {
  const costs: LogCost[] = [];
  for (const batch of BATCHES) {
    const studio = openLogStudio();
    const { firestore, take } = countingClient(studio.firestore);
    const means = studio.means({ store: firestoreLogStore(firestore) });
    const runs = Math.min(MAX_RUNS, EVENTS_PER_SIZE / batch);
    // The first run begins the log, which happens once in a studio's life.
    await studio.act(1);
    await sequenceLog(means, studio.tenantId);
    take();
    for (let run = 0; run < runs; run++) {
      await studio.act(batch);
      await sequenceLog(means, studio.tenantId);
    }
    const { reads, writes } = take();
    costs.push({ batch, reads: reads / (runs * batch), writes: 1 + writes / (runs * batch) });
    await studio.close();
  }
  return costs;
}

/** How many events a second does one sequencer give their indices and sign for, if so many wait? */
export async function measureSequencing(): Promise<number> {
  const studio = openLogStudio();
  await studio.act(SPEED_EVENTS);
  const startedMs = performance.now();
  for (let done = 0; done < SPEED_EVENTS;) done += (await studio.run()).sequenced;
  const seconds = (performance.now() - startedMs) / 1_000;
  await studio.close();
  return SPEED_EVENTS / seconds;
}

/** A Firestore client that counts what plain reads, queries and batches touch: what the log's store is made of. */
function countingClient(firestore: Firestore): { firestore: Firestore; take: () => Cost } {
  let [reads, writes] = [0, 0];
  const countReads = async (pending: unknown): Promise<unknown> => {
    const found = await pending;
    const size = typeof found === "object" && found !== null && "size" in found ? Number(found.size) : 1;
    reads += Array.isArray(found) ? found.length : Math.max(1, size);
    return found;
  };
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          const result: unknown = Reflect.apply(member, object, args);
          if (name === "get" || name === "getAll") return countReads(result);
          if (name === "create") writes += 1;
          if (["doc", "collection", "where", "orderBy", "limit"].includes(String(name))) return wrap(result as Query);
          return name === "batch" ? wrapBatch(result as WriteBatch) : result;
        };
      },
    });
  const wrapBatch = (batch: WriteBatch): WriteBatch =>
    new Proxy(batch, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== "function") return member;
        return (first: unknown, ...rest: unknown[]): unknown => {
          if (name === "commit") return Reflect.apply(member, object, []);
          writes += 1;
          return Reflect.apply(member, object, [unwrap(first), ...rest]);
        };
      },
    });
  const unwrap = (reference: unknown): unknown =>
    typeof reference === "object" && reference !== null && "path" in reference
      ? firestore.doc(String(reference.path))
      : reference;
  return {
    firestore: wrap(firestore),
    take: () => {
      const cost = { reads, writes };
      [reads, writes] = [0, 0];
      return cost;
    },
  };
}
