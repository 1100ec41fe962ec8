import type { LogHead, UtcInstant } from "../contracts/index.js";
import { utf8 } from "./bytes.js";
import { formatCheckpoint, openCheckpoint } from "./checkpoint.js";
import { decideExtension } from "./decide-signature.js";
import { ed25519Verifier, signNote } from "./note.js";
import type { ProofCrypto } from "./note.js";
import type { Freeze, FreezeReason, Opening, Remembered, SignedState, SignerMemory } from "./signer-memory.js";
import type { Signer } from "./signer.js";

/** The keys that sign for a log: two while one takes the place of the other. Each is named like the log. */
export type LogKeys = (origin: string) => Promise<readonly Signer[]>;

/** Signs checkpoints out of its own memory, and believes nobody else's (M07.4). */
export interface CheckpointSigner {
  /** What the signer knows by itself. To be asked before the database is. */
  recall(tenantId: string): Promise<Remembered>;
  /** Binds the signer to this head, which the entries behind the remembered state must lead to. "lost": another signer went on. */
  extend(
    remembered: Remembered,
    head: LogHead,
    leaves: readonly string[],
  ): Promise<
    | { readonly kind: "signed"; readonly remembered: Remembered; readonly state: SignedState; readonly note: string }
    | { readonly kind: "lost" }
    | { readonly kind: "freeze"; readonly reason: FreezeReason }
  >;
  /** The signed checkpoint of a state that the signer is bound to. */
  noteOf(remembered: Remembered, state: SignedState): Promise<string>;
  /** Ends this log for good. Only a log in its place, opened by hand, goes on. */
  freeze(remembered: Remembered, reason: FreezeReason, claimed: LogHead | null, now: UtcInstant): Promise<Freeze>;
  open(remembered: Remembered, opening: Opening): Promise<Opening>;
}

/**
 * First the memory is written, then the key is used: a crash in between leaves a state whose signature is made by whoever comes next,
 * and it is the same one, since Ed25519 has no chance in it. Nothing is ever signed that is not the first of its number.
 */
export function checkpointSigner(crypto: ProofCrypto, memory: SignerMemory, keys: LogKeys): CheckpointSigner {
  const noteOf: CheckpointSigner["noteOf"] = async (remembered, state) => {
    const kept = await memory.readNote(remembered, state.number);
    return (
      kept ??
      memory.keepNote(
        remembered,
        state.number,
        await sign(crypto, await keys(remembered.origin), remembered.origin, state),
      )
    );
  };
  return {
    recall: (tenantId) => memory.recall(tenantId),
    noteOf,
    extend: async (remembered, head, leaves) => {
      const decision = decideExtension(crypto.sha256, remembered, head, leaves);
      if (decision.kind === "freeze") return decision;
      if (!(await memory.bind(remembered, decision.next))) return { kind: "lost" };
      const state = decision.next;
      return {
        kind: "signed",
        remembered: { ...remembered, newest: state },
        state,
        note: await noteOf(remembered, state),
      };
    },
    freeze: (remembered, reason, claimed, now) => {
      const claim = claimed === null ? null : { origin: claimed.origin, size: claimed.size, root: claimed.root };
      return memory.freeze(remembered, { v: 1, reason, at: now, claimed: claim });
    },
    open: (remembered, opening) => memory.open(remembered, opening),
  };
}

/** Checked before it leaves: a key service that answers with something else must not publish it. */
async function sign(
  crypto: ProofCrypto,
  signers: readonly Signer[],
  origin: string,
  { size, root }: SignedState,
): Promise<string> {
  const note = await signNote(crypto.sha256, formatCheckpoint({ origin, size, root }), signers);
  await openCheckpoint(
    utf8(note),
    signers.map((signer) => ed25519Verifier(crypto, signer.verifierKey)),
    origin,
  );
  return note;
}
