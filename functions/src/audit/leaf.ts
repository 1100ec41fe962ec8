import { canonicalJson } from "./canonical-json.js";
import { ProofError } from "./proof-error.js";

/**
 * What the sequencer seals into the log for one event: a leaf of the tree. It names the event by hash, so that the event's own bytes
 * can be handed out apart, and says when the database took it in, which its writer cannot choose.
 */
export interface LeafEnvelope {
  readonly v: 1;
  /** The event's document id. */
  readonly id: string;
  readonly tenant: string;
  /** Microseconds since 1970 in decimal: the `createTime` of the event's document. */
  readonly committedAt: string;
  /** SHA-256 of the event's canonical JSON, 64 lower-case hex digits. */
  readonly eventSha256: string;
}

/** The one spelling: canonical JSON of these five fields. 16 digits of microseconds reach from 2001 to 2286. */
const LEAF =
  /^\{"committedAt":"([1-9][0-9]{15})","eventSha256":"([0-9a-f]{64})","id":"([A-Za-z0-9][A-Za-z0-9_.-]{0,127})","tenant":"([a-z][a-z0-9-]{1,39})","v":1\}$/;

/** The bytes of a leaf, as text. Throws `LEAF_MALFORMED` for fields that `parseLeaf` would not read back. */
export function formatLeaf(envelope: LeafEnvelope): string {
  const { v, id, tenant, committedAt, eventSha256 } = envelope;
  const text = canonicalJson({ v, id, tenant, committedAt, eventSha256 });
  parseLeaf(text);
  return text;
}

/** Reads a leaf. Throws `LEAF_MALFORMED` for every text that is not byte for byte what `formatLeaf` writes. */
export function parseLeaf(text: string): LeafEnvelope {
  const match = LEAF.exec(text);
  if (match === null)
    throw new ProofError("LEAF_MALFORMED", "A leaf is canonical JSON of committedAt, eventSha256, id, tenant and v.");
  const [, committedAt = "", eventSha256 = "", id = "", tenant = ""] = match;
  return { v: 1, id, tenant, committedAt, eventSha256 };
}
