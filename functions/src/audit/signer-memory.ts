import * as z from "zod";
import { StoredAuditEvent } from "../contracts/index.js";
import { encodeBase64, equalBytes } from "./bytes.js";
import { canonicalJson } from "./canonical-json.js";
import type { CreateOnlyStore } from "./create-only-store.js";
import { findNewest } from "./find-newest.js";
import { requireFrontier, rootOf } from "./merkle.js";
import type { Frontier, Hash, Sha256 } from "./merkle.js";
import { formatOrigin } from "./origin.js";
import { formatHashes, parseHashes } from "./tile-edge.js";

/** A state of the log that the signer has bound itself to. Its number counts from 1, without holes. */
export interface SignedState {
  readonly number: number;
  readonly size: number;
  readonly root: Hash;
  readonly frontier: Frontier;
}

/** Why the signer signs nothing more under an origin, for good (M07.4). */
const FREEZE_REASONS = ["HEAD_SHRANK", "HEAD_FORKED", "HEAD_OTHER_LOG"] as const;
export type FreezeReason = (typeof FREEZE_REASONS)[number];

const Freeze = z.strictObject({
  v: z.literal(1),
  reason: z.enum(FREEZE_REASONS),
  at: z.string(),
  /** What the database claimed: null where it had no head at all. */
  claimed: z.strictObject({ origin: z.string(), size: z.int(), root: z.string() }).nullable(),
});
export type Freeze = z.infer<typeof Freeze>;

/** How a log began that took the place of another: the whole event that must be its first entry. */
const Opening = z.strictObject({
  v: z.literal(1),
  origin: z.string(),
  previousOrigin: z.string(),
  /** The last checkpoint of the log before; null when it had none. */
  previousCheckpoint: z.string().nullable(),
  eventId: z.string(),
  /** The event's document, as it is to be stored. */
  event: StoredAuditEvent,
  reason: z.string(),
});
export type Opening = z.infer<typeof Opening>;

const StoredState = z.strictObject({
  v: z.literal(1),
  number: z.int().min(1),
  origin: z.string(),
  size: z.int().min(0),
  root: z.string(),
  frontier: z.string(),
});

/** What the signer knows of one studio's log by itself. */
export interface Remembered {
  readonly origin: string;
  readonly tenantId: string;
  readonly epoch: number;
  /** How this log took the place of the one before; null for a studio's first. */
  readonly opening: Opening | null;
  readonly newest: SignedState | null;
  readonly frozen: Freeze | null;
}

/** A studio has had at most this many logs: each is a recovery by hand. */
const MAX_EPOCHS = 1_000;

/**
 * The signer's own memory (M07.4): for each log, numbered states that are only ever created. Creating number k + 1 is what binds the
 * signer to it, and of several signers one does. It is read anew each time; what was found once is still there and need not be.
 */
export function signerMemory(
  sha256: Sha256,
  store: CreateOnlyStore,
  host: string,
): {
  recall(tenantId: string): Promise<Remembered>;
  /** False: somebody else created another state of this number. */
  bind(remembered: Remembered, next: SignedState): Promise<boolean>;
  readNote(remembered: Remembered, number: number): Promise<string | null>;
  /** Gives the note that is kept, which is the first of its number. */
  keepNote(remembered: Remembered, number: number, note: string): Promise<string>;
  freeze(remembered: Remembered, freeze: Freeze): Promise<Freeze>;
  /** Opens the log of the next epoch. Gives the opening that is kept, which is the first. */
  open(remembered: Remembered, opening: Opening): Promise<Opening>;
} {
  /** The newest state that this process has seen of each log. */
  const seen = new Map<string, SignedState>();
  const readState = async (origin: string, number: number): Promise<SignedState | null> => {
    const bytes = await store.read(stateName(origin, number));
    return bytes === null ? null : parseState(sha256, origin, number, bytes);
  };
  const newestOf = async (origin: string): Promise<SignedState | null> => {
    const newest = await findNewest((number) => readState(origin, number), seen.get(origin) ?? null);
    if (newest !== null) seen.set(origin, newest);
    return newest;
  };
  /** What is kept under the name, once it was tried to be created. */
  const createOrRead = async (name: string, text: string): Promise<string> => {
    if (await store.create(name, Buffer.from(text, "utf8"))) return text;
    const kept = await store.read(name);
    if (kept === null) throw new Error(`the signer's memory neither takes nor has ${name}`);
    return Buffer.from(kept).toString("utf8");
  };
  return {
    recall: async (tenantId) => {
      let [epoch, opening] = [1, null as Opening | null];
      for (; epoch < MAX_EPOCHS; epoch++) {
        const next = await store.read(`${formatOrigin({ host, tenantId, epoch: epoch + 1 })}/opening.json`);
        if (next === null) break;
        opening = Opening.parse(parseJson(next));
      }
      const origin = formatOrigin({ host, tenantId, epoch });
      const freeze = await store.read(`${origin}/frozen.json`);
      const newest = await newestOf(origin);
      const frozen = freeze === null ? null : Freeze.parse(parseJson(freeze));
      return { origin, tenantId, epoch, opening, newest, frozen };
    },
    bind: async ({ origin }, next) => {
      const text = formatState(origin, next);
      const isOurs = (await createOrRead(stateName(origin, next.number), text)) === text;
      if (isOurs) seen.set(origin, next);
      return isOurs;
    },
    readNote: async ({ origin }, number) => {
      const bytes = await store.read(noteName(origin, number));
      return bytes === null ? null : Buffer.from(bytes).toString("utf8");
    },
    keepNote: ({ origin }, number, note) => createOrRead(noteName(origin, number), note),
    freeze: async ({ origin }, freeze) =>
      Freeze.parse(JSON.parse(await createOrRead(`${origin}/frozen.json`, canonicalJson(Freeze.parse(freeze))))),
    open: async ({ tenantId, epoch }, opening) => {
      const name = `${formatOrigin({ host, tenantId, epoch: epoch + 1 })}/opening.json`;
      return Opening.parse(JSON.parse(await createOrRead(name, canonicalJson(Opening.parse(opening)))));
    },
  };
}
export type SignerMemory = ReturnType<typeof signerMemory>;

const numbered = (number: number): string => String(number).padStart(12, "0");
const stateName = (origin: string, number: number): string => `${origin}/states/${numbered(number)}.json`;
const noteName = (origin: string, number: number): string => `${origin}/checkpoints/${numbered(number)}`;

function formatState(origin: string, { number, size, root, frontier }: SignedState): string {
  const hashes = formatHashes(frontier.hashes);
  return canonicalJson({ v: 1, number, origin, size, root: encodeBase64(root), frontier: hashes });
}

/** Unknown, unreadable or contradictory means no: what throws here stops the signer. */
function parseState(sha256: Sha256, origin: string, number: number, bytes: Uint8Array): SignedState {
  const stored = StoredState.parse(parseJson(bytes));
  const frontier = requireFrontier({ size: stored.size, hashes: parseHashes(stored.frontier) });
  const [root] = parseHashes(stored.root);
  const isSound = root !== undefined && equalBytes(root, rootOf(sha256, frontier));
  if (!isSound || stored.origin !== origin || stored.number !== number)
    throw new Error(`the signer's memory of ${origin}, number ${number}, contradicts itself`);
  return { number, size: stored.size, root, frontier };
}

const parseJson = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown;
