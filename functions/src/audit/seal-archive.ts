import * as z from "zod";
import { encodeBase64, equalBytes, toHex, utf8 } from "./bytes.js";
import { canonicalJson } from "./canonical-json.js";
import type { CreateOnlyStore } from "./create-only-store.js";
import { findNewest } from "./find-newest.js";
import { requireFrontier, rootOf } from "./merkle.js";
import type { Frontier, Hash, Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";
import { formatHashes, parseHashes } from "./tile-edge.js";

/** Entries [from, to) of a log, kept as one object that is found by its own hash. */
export interface SealedPartRef {
  readonly from: number;
  readonly to: number;
  /** 64 lower-case hex digits, over the object's bytes. */
  readonly sha256: string;
}

/** Entries [from, to) of a log, sealed: which objects hold them, and the tree of the first `to` entries. Numbers count from 1. */
export interface Seal {
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly root: Hash;
  readonly frontier: Frontier;
  readonly parts: readonly SealedPartRef[];
}

/** Most objects of one seal. */
export const MAX_SEAL_PARTS = 64;

const Index = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const StoredSeal = z.strictObject({
  v: z.literal(1),
  number: z.int().min(1),
  origin: z.string(),
  from: Index,
  to: Index,
  root: z.string(),
  frontier: z.string(),
  parts: z
    .array(z.strictObject({ from: Index, to: Index, sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .min(1)
    .max(MAX_SEAL_PARTS),
});

/**
 * Where sealed entries lie (M07.11): in the create-only store, under the log's name. First the objects of a seal are created, each under
 * the hash of its bytes, so that doing it again changes nothing and nobody else's object is in the way; then the numbered seal that
 * names them. A seal without its objects is never there; objects without a seal are what a crash left, and nothing refers to them.
 */
export function sealArchive(sha256: Sha256, store: CreateOnlyStore) {
  const read = async (origin: string, number: number): Promise<Seal | null> => {
    const bytes = await store.read(sealName(origin, number));
    return bytes === null ? null : parseSeal(sha256, origin, number, bytes);
  };
  return {
    read,
    newest: (origin: string): Promise<Seal | null> => findNewest((number) => read(origin, number), null),
    /** Gives the seal of this number that is kept, which is the first. */
    keep: async (origin: string, seal: Seal): Promise<Seal> => {
      if (await store.create(sealName(origin, seal.number), utf8(formatSeal(origin, seal)))) return seal;
      const kept = await read(origin, seal.number);
      if (kept === null) throw new Error(`the archive neither takes nor has seal ${seal.number} of ${origin}`);
      return kept;
    },
    keepPart: async (origin: string, from: number, to: number, bytes: Uint8Array): Promise<SealedPartRef> => {
      const part = { from, to, sha256: toHex(sha256(bytes)) };
      await store.create(partName(origin, part), bytes);
      return part;
    },
    /** Throws `BUNDLE_INCOMPLETE` where the object is gone or another. */
    readPart: async (origin: string, part: SealedPartRef): Promise<Uint8Array> => {
      const bytes = await store.read(partName(origin, part));
      if (bytes === null || toHex(sha256(bytes)) !== part.sha256)
        throw new ProofError("BUNDLE_INCOMPLETE", `The sealed entries ${part.from} to ${part.to} are gone or changed.`);
      return bytes;
    },
  };
}
export type SealArchive = ReturnType<typeof sealArchive>;

const sealName = (origin: string, number: number): string => `${origin}/seals/${String(number).padStart(12, "0")}.json`;
const partName = (origin: string, { from, to, sha256 }: SealedPartRef): string =>
  `${origin}/sealed/${from}-${to}.${sha256}`;

function formatSeal(origin: string, { number, from, to, root, frontier, parts }: Seal): string {
  const hashes = formatHashes(frontier.hashes);
  return canonicalJson({ v: 1, number, origin, from, to, root: encodeBase64(root), frontier: hashes, parts });
}

/** Unreadable or contradictory means no: what throws here stops the sealing, and is a finding of the check. */
function parseSeal(sha256: Sha256, origin: string, number: number, bytes: Uint8Array): Seal {
  const wrong = (): ProofError =>
    new ProofError("BUNDLE_MALFORMED", `Seal ${number} of ${origin} contradicts itself, or cannot be read.`);
  const stored = StoredSeal.safeParse(parseJson(bytes));
  if (!stored.success) throw wrong();
  const { from, to, parts, ...names } = stored.data;
  const frontier = requireFrontier({ size: to, hashes: parseHashes(stored.data.frontier) });
  const [root] = parseHashes(stored.data.root);
  const isOfRoot = root !== undefined && equalBytes(root, rootOf(sha256, frontier));
  const isWhole = parts.every((part, at) => part.from < part.to && part.from === (parts[at - 1]?.to ?? from));
  if (!isOfRoot || !isWhole || parts.at(-1)?.to !== to || names.origin !== origin || names.number !== number)
    throw wrong();
  return { number, from, to, root, frontier, parts };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null;
  }
}
