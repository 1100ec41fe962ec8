import { encodeBase64 } from "./bytes.js";
import { readLeaves } from "./read-leaves.js";
import type { SequencerMeans, Session } from "./sequencer-means.js";
import type { FreezeReason, Remembered, SignedState } from "./signer-memory.js";

/** What is published, and what the signer remembers then. */
type Published = { readonly session: Session } | { readonly freeze: FreezeReason } | "lost";

/**
 * Puts the log as it stands under a signed checkpoint, and publishes it. Also one that was signed by somebody who did not come to
 * publishing it. Nothing is done where nothing is due. "lost": another signer went on meanwhile.
 */
export async function publishCheckpoint(means: SequencerMeans, session: Session): Promise<Published> {
  const { head, remembered, tenantId } = session;
  if (head.size === 0 || head.publishedSize === head.size) return { session };
  const signed = await signedStateOf(means, session);
  if (signed === "lost" || "freeze" in signed) return signed;
  const { state, note } = signed;
  const publishedAt = means.deps.clock.now();
  const { epoch, origin } = remembered;
  const { number, size } = state;
  await means.store.publish(tenantId, {
    v: 1,
    epoch,
    origin,
    size,
    root: encodeBase64(state.root),
    number,
    note,
    publishedAt,
  });
  const published = { ...head, publishedSize: size, publishedAt };
  return { session: { ...session, remembered: signed.remembered, head: published, unsigned: null } };
}

async function signedStateOf(
  { store, signer }: SequencerMeans,
  session: Session,
): Promise<
  | { readonly remembered: Remembered; readonly state: SignedState; readonly note: string }
  | { readonly freeze: FreezeReason }
  | "lost"
> {
  const { head, remembered, unsigned } = session;
  const { newest } = remembered;
  if (newest?.size === head.size) return { remembered, state: newest, note: await signer.noteOf(remembered, newest) };
  const from = newest?.size ?? 0;
  const leaves =
    unsigned?.length === head.size - from
      ? unsigned
      : await readLeaves(store, { ...session, epoch: head.epoch }, from, head.size);
  const extended = await signer.extend(remembered, head, leaves);
  if (extended.kind === "lost") return "lost";
  return extended.kind === "freeze" ? { freeze: extended.reason } : extended;
}
