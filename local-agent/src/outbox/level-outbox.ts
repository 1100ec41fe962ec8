import { DeviceDescriptor, ENVELOPE_MAX_OBSERVATIONS } from "@studio-os/functions/contracts";
import { NO_DROPS, addDrops, gapOf, readDrops, withoutReported } from "./drops.js";
import { DEVICES, ITEMS, KEY, MARKS, del, isObservation, isOfRank, put } from "./level-keys.js";
import type { Operation } from "./level-keys.js";
import type { Drops } from "./drops.js";
import { openOrReplaceLevel } from "./open-level.js";
import type { LevelDb } from "./open-level.js";
import { DEFAULT_BOUNDS, HealthReport, RANKS, SealedEnvelope } from "./outbox.js";
import type {
  Appended,
  EnvelopeDraft,
  Outbox,
  OutboxBatch,
  OutboxBounds,
  OutboxCounts,
  OutboxItem,
  Rank,
} from "./outbox.js";
import { jsonBytes, pickBatch, pickNext } from "./pick-batch.js";
import { readItem } from "./redrive-parked.js";

export interface LevelOutboxOptions {
  readonly folder: string;
  /** Used for a folder that holds no outbox yet: random, so that no two sequences share a name. */
  readonly newBootId: () => string;
  readonly nowMs: () => number;
  readonly bounds?: OutboxBounds;
  readonly onLost?: (movedTo: string) => void;
  /** Told how many entries could not be read and were set aside. */
  readonly onParked?: (count: number) => void;
}

/** The outbox on disk. Every change is one atomic batch; what must survive a power cut is flushed before it resolves. */
export async function openLevelOutbox(options: LevelOutboxOptions): Promise<Outbox> {
  const db = await openOrReplaceLevel(options.folder, options.nowMs(), options.onLost ?? (() => undefined));
  const outbox = new LevelOutbox(db, options.bounds ?? DEFAULT_BOUNDS, options.onParked ?? (() => undefined));
  await outbox.load(options.newBootId);
  return outbox;
}

class LevelOutbox implements Outbox {
  readonly #db: LevelDb;
  readonly #bounds: OutboxBounds;
  readonly #onParked: (count: number) => void;
  readonly #devices = new Map<string, DeviceDescriptor>();
  bootId = "";
  #lastSeq = 0;
  #nextItem = 1;
  /** No item is left below this key: scans start here and not among what was deleted. */
  #head: string = ITEMS.gte;
  #observations = 0;
  #proposals = 0;
  #bytes = 0;
  #drops: Drops = NO_DROPS;
  #urgent = 0;
  /** No observation of a rank is left below its key: making room goes on where it stopped. */
  readonly #rankHeads = new Map<Rank, string>();
  #deletedBytes = 0;
  #sealed: SealedEnvelope | null = null;
  #health: HealthReport | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(db: LevelDb, bounds: OutboxBounds, onParked: (count: number) => void) {
    this.#db = db;
    this.#bounds = bounds;
    this.#onParked = onParked;
  }

  async load(newBootId: () => string): Promise<void> {
    const [bootId, lastSeq, drops, sealed, health] = await this.#db.getMany([
      KEY.bootId,
      KEY.lastSeq,
      KEY.drops,
      KEY.sealed,
      KEY.health,
    ]);
    this.bootId = bootId ?? newBootId();
    if (bootId === undefined) await this.#db.put(KEY.bootId, this.bootId, { sync: true });
    this.#lastSeq = Number(lastSeq ?? 0);
    this.#drops = readDrops(drops);
    this.#sealed = sealed === undefined ? null : SealedEnvelope.parse(JSON.parse(sealed));
    this.#health = health === undefined ? null : HealthReport.parse(JSON.parse(health));
    for await (const [, value] of this.#db.iterator(DEVICES)) {
      const device = DeviceDescriptor.parse(JSON.parse(value));
      this.#devices.set(device.deviceId, device);
    }
    for await (const [key, value] of this.#db.iterator(ITEMS)) {
      this.#count(key, value, 1);
      this.#nextItem = Number(key.split("/")[1]) + 1;
    }
  }

  append(batch: OutboxBatch): Promise<Appended> {
    return this.#inTurn(async () => {
      const accepted = this.#acceptable(batch.items);
      let number = this.#nextItem;
      const puts = accepted.map((item) => put(KEY.item(number++, item), JSON.stringify(item)));
      const room = await this.#makeRoom(puts);
      const named = (batch.devices ?? []).filter((it) => !isSame(this.#devices.get(it.deviceId), it));
      const drops = addDrops(
        this.#drops,
        room.gone.map(({ value }) => value),
      );
      await this.#write([
        ...puts,
        ...named.map((device) => put(KEY.device(device.deviceId), JSON.stringify(device))),
        ...Object.entries(batch.marks ?? {}).map(([name, text]) => put(KEY.mark(name), text)),
        ...room.operations,
        ...(room.dropped > 0 ? [put(KEY.drops, JSON.stringify(drops))] : []),
      ]);
      this.#nextItem = number;
      this.#drops = drops;
      for (const device of named) this.#devices.set(device.deviceId, device);
      for (const operation of puts) this.#count(operation.key, operation.type === "put" ? operation.value : "", 1);
      for (const { key, value } of room.gone) this.#count(key, value, -1);
      return { droppedObservations: room.dropped, refusedProposals: batch.items.length - accepted.length };
    });
  }

  reportHealth(report: HealthReport): Promise<void> {
    return this.#inTurn(async () => {
      // Not flushed: the next report comes within a minute anyway.
      await this.#db.put(KEY.health, JSON.stringify(report));
      this.#health = report;
    });
  }

  nextSealed(seal: (draft: EnvelopeDraft) => string): Promise<SealedEnvelope | null> {
    return this.#inTurn(async () => this.#sealed ?? (await this.#sealNext(seal)));
  }

  acknowledge(seq: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#sealed?.seq !== seq) return;
      const drops = withoutReported(this.#drops, this.#sealed.reportedDrops);
      // Not flushed: if it is lost, the same bytes go out once more and the cloud knows their number.
      await this.#db.batch([del(KEY.sealed), put(KEY.drops, JSON.stringify(drops))]);
      this.#drops = drops;
      this.#sealed = null;
      await this.#tidy();
    });
  }

  async readMarks(): Promise<Readonly<Record<string, string>>> {
    const marks: Record<string, string> = {};
    for await (const [key, value] of this.#db.iterator(MARKS)) marks[key.slice(MARKS.gte.length)] = value;
    return marks;
  }

  counts(): OutboxCounts {
    return {
      observations: this.#observations,
      proposals: this.#proposals,
      bytes: this.#bytes,
      unreportedDrops: this.#drops.count,
      unreportedGap: gapOf(this.#drops),
      hasSealed: this.#sealed !== null,
      urgent: this.#urgent + this.#proposals + (this.#health?.isUrgent === true ? 1 : 0),
      hasHealth: this.#health !== null,
    };
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#db.close());
  }

  async #sealNext(seal: (draft: EnvelopeDraft) => string): Promise<SealedEnvelope | null> {
    const front = await this.#readFront();
    const picked = pickBatch(
      front.map(([, , item]) => item),
      (id) => this.#devices.get(id),
    );
    const next = pickNext(picked, this.#health);
    if (next === null) return null;
    const { taken, sentAt, payload, carriesHealth } = next;
    const seq = this.#lastSeq + 1;
    const text = seal({ bootId: this.bootId, seq, sentAt, payload });
    const sealed = { seq, text, reportedDrops: carriesHealth ? (this.#health?.reportedDrops ?? 0) : 0 };
    const gone = front.slice(0, taken);
    await this.#write([
      ...gone.map(([key]) => del(key)),
      ...(carriesHealth ? [del(KEY.health)] : []),
      ...sealOperations(sealed),
    ]);
    for (const [key, value] of gone) this.#count(key, value, -1);
    this.#head = gone.at(-1)?.[0] ?? this.#head;
    if (carriesHealth) this.#health = null;
    this.#lastSeq = sealed.seq;
    this.#sealed = sealed;
    return sealed;
  }

  /** The oldest items. What cannot be read as one, a bit having flipped on the disk, is set aside: it must not stop the rest. */
  async #readFront(): Promise<(readonly [key: string, value: string, item: OutboxItem])[]> {
    const front = await this.#db.iterator({ gte: this.#head, lt: ITEMS.lt, limit: ENVELOPE_MAX_OBSERVATIONS }).all();
    const read = front.map(([key, value]) => [key, value, readItem(value)] as const);
    const torn = read.filter(([, , item]) => item === null);
    if (torn.length > 0) {
      await this.#write(torn.flatMap(([key, value]) => [del(key), put(KEY.parked(key), value)]));
      for (const [key, value] of torn) this.#count(key, value, -1);
      this.#onParked(torn.length);
    }
    return read.flatMap(([key, value, item]) => (item === null ? [] : [[key, value, item] as const]));
  }

  #acceptable(items: readonly OutboxItem[]): OutboxItem[] {
    let room = this.#bounds.maxProposals - this.#proposals;
    return items.filter((item) => item.kind === "observation" || room-- > 0);
  }

  /** Of the lowest rank the oldest observations, as many as have to go so that what is put fits. Proposals stay. */
  async #makeRoom(puts: readonly Operation[]): Promise<Room> {
    let observations = this.#observations;
    let bytes = this.#bytes;
    const incoming = puts.flatMap((it) => (it.type === "put" && isObservation(it.key) ? [it] : []));
    for (const { value } of incoming) {
      observations += 1;
      bytes += sizeOf(value);
    }
    const gone: { key: string; value: string }[] = [];
    const isFull = (): boolean => observations > this.#bounds.maxObservations || bytes > this.#bounds.maxBytes;
    const drop = (key: string, value: string): void => {
      gone.push({ key, value });
      observations -= 1;
      bytes -= sizeOf(value);
    };
    for (const rank of RANKS) {
      if (!isFull()) break;
      const from = [this.#head, this.#rankHeads.get(rank) ?? this.#head].sort().at(-1) ?? this.#head;
      for await (const [key, value] of this.#db.iterator({ gte: from, lt: ITEMS.lt })) {
        if (!isFull()) break;
        if (isOfRank(key, rank)) drop(key, value);
        this.#rankHeads.set(rank, key);
      }
      for (const { key, value } of incoming) if (isFull() && isOfRank(key, rank)) drop(key, value);
    }
    return { gone, dropped: gone.length, operations: gone.map(({ key }) => del(key)) };
  }

  /** Deleted entries stay on the disk until the database merges its files; after enough of them it is told to. */
  async #tidy(): Promise<void> {
    if (this.#deletedBytes < TIDY_AFTER_BYTES || this.#observations > 0) return;
    this.#deletedBytes = 0;
    await this.#db.compactRange(ITEMS.gte, ITEMS.lt);
  }

  #count(key: string, value: string, sign: 1 | -1): void {
    if (isObservation(key)) {
      this.#observations += sign;
      this.#bytes += sign * sizeOf(value);
      if (isOfRank(key, "urgent")) this.#urgent += sign;
      if (sign === -1) this.#deletedBytes += sizeOf(value);
    } else this.#proposals += sign;
  }

  #write(operations: Operation[]): Promise<void> {
    return this.#db.batch(operations, { sync: true });
  }

  /** One change at a time: counts, head and sequence always belong to what is on disk. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** Tombstones of this many bytes are worth a merge of files. */
const TIDY_AFTER_BYTES = 8 * 1024 * 1024;

interface Room {
  readonly gone: readonly { readonly key: string; readonly value: string }[];
  readonly dropped: number;
  readonly operations: readonly Operation[];
}

const sealOperations = (sealed: SealedEnvelope): Operation[] => [
  put(KEY.sealed, JSON.stringify(sealed)),
  put(KEY.lastSeq, String(sealed.seq)),
];
const sizeOf = (value: string): number => Buffer.byteLength(value, "utf8") + 1;
const isSame = (a: DeviceDescriptor | undefined, b: DeviceDescriptor): boolean =>
  a !== undefined && jsonBytes(a) === jsonBytes(b) && JSON.stringify(a) === JSON.stringify(b);
