import type { LogHead } from "../contracts/index.js";
import { decodeBase64, equalBytes, toHex, utf8 } from "./bytes.js";
import { parseLeaf } from "./leaf.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "./merkle.js";
import type { Hash, Sha256 } from "./merkle.js";
import type { FreezeReason, Remembered, SignedState } from "./signer-memory.js";

/** What the database says about its log, against what the signer knows. */
export type Standing =
  /** Nothing to sign; or more than was signed. */
  | { readonly kind: "current" | "ahead" }
  /** There is no log yet, or not yet the one that was opened in the place of another. */
  | { readonly kind: "none" }
  | { readonly kind: "freeze"; readonly reason: FreezeReason };

/**
 * Can the signer go on from what it remembers to this head (M07.4)? The memory must have been read before the head: what was signed
 * was in the database before, so that an honest head is never behind.
 */
export function judgeHead({ origin, newest }: Remembered, head: LogHead | null): Standing {
  const freeze = (reason: FreezeReason): Standing => ({ kind: "freeze", reason });
  if (head === null) return newest === null ? { kind: "none" } : freeze("HEAD_SHRANK");
  if (head.origin !== origin) return newest === null ? { kind: "none" } : freeze("HEAD_OTHER_LOG");
  const signedSize = newest?.size ?? 0;
  if (head.size < signedSize) return freeze("HEAD_SHRANK");
  if (head.size > signedSize) return { kind: "ahead" };
  return newest === null || equalBytes(newest.root, decodeBase64(head.root))
    ? { kind: "current" }
    : freeze("HEAD_FORKED");
}

/**
 * Which state does the signer bind itself to next? Its own frontier, extended by these entries, must give the root that the head names;
 * and a log in the place of another must begin with the event that says so.
 */
export function decideExtension(
  sha256: Sha256,
  { newest, opening }: Remembered,
  head: Pick<LogHead, "size" | "root">,
  leaves: readonly string[],
):
  { readonly kind: "extend"; readonly next: SignedState } | { readonly kind: "freeze"; readonly reason: FreezeReason } {
  const [first] = leaves;
  if (
    newest === null &&
    opening !== null &&
    (first === undefined || !isOpening(sha256, first, opening.event.canonical))
  )
    return { kind: "freeze", reason: "HEAD_FORKED" };
  const start = newest?.frontier ?? EMPTY_FRONTIER;
  const frontier = leaves.reduce((grown, leaf) => appendLeaf(sha256, grown, leafHash(sha256, utf8(leaf))), start);
  const root: Hash = rootOf(sha256, frontier);
  if (frontier.size !== head.size || !equalBytes(root, decodeBase64(head.root)))
    return { kind: "freeze", reason: "HEAD_FORKED" };
  return { kind: "extend", next: { number: (newest?.number ?? 0) + 1, size: frontier.size, root, frontier } };
}

function isOpening(sha256: Sha256, leaf: string, canonical: string): boolean {
  return parseLeaf(leaf).eventSha256 === toHex(sha256(utf8(canonical)));
}
