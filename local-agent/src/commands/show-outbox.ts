import { join } from "node:path";
import { loadConfig } from "../load-config.js";
import { MAX_LISTED, readEntry, readOutbox } from "../outbox/inspect-level.js";
import type { OutboxEntry } from "../outbox/inspect-level.js";
import { redriveParked } from "../outbox/redrive-parked.js";
import { Unusable } from "./unusable.js";

export interface OutboxOptions {
  readonly config: string;
}

const DEFAULT_LISTED = 20;

const folderOf = ({ config }: OutboxOptions): string => join(loadConfig(config, process.env).stateDir, "outbox");

/** `studio-agent outbox list`: how much waits, and the oldest of it. The agent must not run. */
export async function listOutbox(options: OutboxOptions & { readonly limit?: string }): Promise<void> {
  const limit = options.limit === undefined ? DEFAULT_LISTED : toNumber(options.limit, MAX_LISTED);
  const view = await readOutbox(folderOf(options), limit);
  if (view === null) throw new Unusable("There is no outbox yet.");
  const sealed = view.sealedSeq === null ? "no envelope is sealed" : `envelope ${view.sealedSeq} is sealed`;
  console.log(`${view.waiting} wait, ${view.parked} are set aside, ${sealed}; sequence ${view.bootId}`);
  for (const entry of view.entries) console.log(lineOf(entry));
}

/** `studio-agent outbox show NUMBER`: one entry, whole. */
export async function showOutboxEntry(number: string, options: OutboxOptions): Promise<void> {
  const entry = await readEntry(folderOf(options), toNumber(number, Number.MAX_SAFE_INTEGER));
  if (entry === null) throw new Unusable(`Nothing of number ${number} waits.`);
  console.log(entry.text);
}

/** `studio-agent outbox redrive`: what was set aside as unreadable waits again, at the end, if it can be read now. */
export async function redriveOutbox(options: OutboxOptions): Promise<void> {
  const { redriven, left } = await redriveParked(folderOf(options));
  console.log(`${redriven} wait again, ${left} stay set aside`);
}

/** Enough of an entry to tell it from another. */
function lineOf({ number, isParked, text }: OutboxEntry): string {
  return `${isParked ? "aside" : "waits"}  ${number}  ${text.replace(/\s+/g, " ").slice(0, 160)}`;
}

function toNumber(text: string, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > max) throw new Unusable(`Expected a number up to ${max}.`);
  return number;
}
