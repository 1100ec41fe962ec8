import type { OutboxItem, Rank } from "./outbox.js";

/**
 * Keys of the database. Items are numbered as they come, with a letter for their kind and rank at the end, so that making
 * room never has to read what stays: `item/0000000000000042/o`. `p` is a proposal, the others are observations.
 */
export const KEY = {
  bootId: "meta/boot",
  lastSeq: "meta/seq",
  drops: "meta/drops",
  sealed: "sealed",
  health: "health",
  device: (id: string) => `device/${id}`,
  mark: (name: string) => `mark/${name}`,
  item: (number: number, item: OutboxItem) => `item/${digits(number)}/${letterOf(item)}`,
  /** The same number and kind, out of the way: what could not be read as an item. */
  parked: (itemKey: string) => itemKey.replace(ITEMS.gte, PARKED.gte),
};
const digits = (number: number): string => String(number).padStart(16, "0");
export const PARKED = { gte: "parked/", lt: "parked0" } as const;
export const ITEMS = { gte: "item/", lt: "item0" } as const;
export const DEVICES = { gte: "device/", lt: "device0" } as const;
export const MARKS = { gte: "mark/", lt: "mark0" } as const;

export type Operation = { type: "put"; key: string; value: string } | { type: "del"; key: string };
export const put = (key: string, value: string): Operation => ({ type: "put", key, value });
export const del = (key: string): Operation => ({ type: "del", key });

const LETTERS: Readonly<Record<Rank, string>> = { low: "l", normal: "o", high: "h", urgent: "u" };
const letterOf = (item: OutboxItem): string => (item.kind === "proposal" ? "p" : LETTERS[item.rank ?? "normal"]);

export const isObservation = (key: string): boolean => !key.endsWith("/p");
export const isOfRank = (key: string, rank: Rank): boolean => key.endsWith(`/${LETTERS[rank]}`);
