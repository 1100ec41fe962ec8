import * as z from "zod";
import type { LogHead } from "../contracts/index.js";
import { judgeHead } from "./decide-signature.js";
import { raiseAlarm } from "./log-alarms.js";
import type { EventDocument } from "./event-document.js";
import type { LogStore } from "./log-store.js";
import { MAX_BATCH_EVENTS, emptyHead, planBatch } from "./plan-batch.js";
import { ProofError } from "./proof-error.js";
import { publishCheckpoint } from "./publish-checkpoint.js";
import { quarantineEvent } from "./quarantine-event.js";
import type { SequencerMeans, Session } from "./sequencer-means.js";
import type { FreezeReason, Remembered } from "./signer-memory.js";
import { TILE_WIDTH } from "./tiles.js";

export interface SequenceReport {
  /**
   * done: nothing waits. more: something does, and the run was long enough. busy: somebody else is at it. lost: others were faster each
   * time. frozen, damaged: a person is needed, and an alarm says so.
   */
  readonly outcome: Outcome;
  readonly sequenced: number;
  readonly refused: number;
  readonly checkpoints: number;
  readonly lostRaces: number;
}

type Outcome = "done" | "more" | "busy" | "lost" | "frozen" | "damaged";

/** What one run has done so far, whatever ends it. */
type Tally = { -readonly [K in "sequenced" | "refused" | "checkpoints"]: number };

/** Longer than a batch takes. Who stalls for longer may still go on: the preconditions decide, not the clock. */
const LEASE_MS = 15_000;
/** How often a run begins anew because others were faster, and how many batches it does before it lets others. */
const MAX_ATTEMPTS = 8;
const MAX_BATCHES = 25;

/**
 * Gives every waiting event of a studio its index, and puts the log under a signed checkpoint (M07.2 to M07.5). Whoever runs it, how
 * often, how many at a time, breaking off anywhere: the log is dense and has nothing twice. Throws when a service cannot be reached;
 * what was done until then stands, and the next run goes on from there.
 */
export async function sequenceLog(means: SequencerMeans, tenantId: string): Promise<SequenceReport> {
  const tally: Tally = { sequenced: 0, refused: 0, checkpoints: 0 };
  let lostRaces = 0;
  const report = (outcome: Outcome): SequenceReport => ({ outcome, ...tally, lostRaces });
  try {
    for (; lostRaces < MAX_ATTEMPTS; lostRaces++) {
      const outcome = await attempt(means, tenantId, tally);
      if (outcome !== "lost") return report(outcome);
    }
    return report("lost");
  } catch (error) {
    if (!(error instanceof ProofError || error instanceof z.ZodError)) throw error;
    const text = error instanceof ProofError ? error.message : "A document of the log breaks its contract.";
    await raiseAlarm(means, tenantId, "LOG_DAMAGED", text);
    return report("damaged");
  }
}

async function attempt(means: SequencerMeans, tenantId: string, tally: Tally): Promise<Outcome> {
  const { store, signer } = means;
  // In this order: what the signer remembers was in the database before, so that an honest head is never behind it.
  const remembered = await signer.recall(tenantId);
  const { head, version } = await store.headWithVersion(tenantId);
  if (remembered.frozen !== null) return sayFrozen(means, tenantId, remembered.frozen.reason);
  const standing = judgeHead(remembered, head);
  if (standing.kind === "freeze") return freeze(means, remembered, head, standing.reason);
  if (isLeased(means, head)) return "busy";
  const waiting = await store.pending(tenantId, MAX_BATCH_EVENTS);
  if (waiting.length === 0 && head?.needsSweep === undefined) return "done";
  const begun = head ?? begin(means, remembered);
  if (begun.origin !== remembered.origin)
    throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `The database holds the log ${begun.origin}, the signer another.`);
  const session = await takeLease(means, { tenantId, remembered, head: begun, version, unsigned: null });
  return session === null ? "lost" : work(means, session, waiting, tally);
}

/** Signs what somebody else left unsigned, then batch after batch, each with its checkpoint. */
async function work(
  means: SequencerMeans,
  leased: Session,
  found: readonly EventDocument[],
  tally: Tally,
): Promise<Outcome> {
  let session = leased;
  let waiting = found;
  for (let batches = 0; ; batches++) {
    const published = await publishCheckpoint(means, session);
    if (published === "lost") return "lost";
    if ("freeze" in published) return freeze(means, session.remembered, session.head, published.freeze);
    tally.checkpoints += published.session.head.publishedSize > session.head.publishedSize ? 1 : 0;
    session = published.session;
    if (waiting.length === 0 || batches === MAX_BATCHES) break;
    const next = await sequenceBatch(means, session, waiting, tally);
    if (next === null) return "lost";
    session = next;
    waiting = waiting.length < MAX_BATCH_EVENTS ? [] : await means.store.pending(session.tenantId, MAX_BATCH_EVENTS);
  }
  await release(means, session);
  return waiting.length === 0 ? "done" : "more";
}

/** Null: the race is lost. */
async function sequenceBatch(
  means: SequencerMeans,
  session: Session,
  waiting: readonly EventDocument[],
  tally: Tally,
): Promise<Session | null> {
  const { store, sha256, deps } = means;
  const { tenantId, head, version } = session;
  const isAtEdge = head.size % TILE_WIDTH === 0;
  const lastTile = isAtEdge ? null : await store.tile(tenantId, head.epoch, 0, Math.floor(head.size / TILE_WIDTH));
  const events = await withFirst(store, session, waiting);
  const plan = planBatch(sha256, { tenantId, head, lastTile }, events, deps.clock.now());
  for (const { event, problem } of plan.refused)
    tally.refused += (await quarantineEvent(means, tenantId, event, problem)) ? 1 : 0;
  if (plan.batch === null) return session;
  const committed = await store.commitBatch(tenantId, plan.batch, version);
  if (committed === null) return null;
  tally.sequenced += plan.leaves.length;
  return { ...session, head: plan.batch.head, version: committed, unsigned: plan.leaves };
}

/** A log in the place of another waits for the event that says so, however many others wait. */
async function withFirst(
  store: LogStore,
  { tenantId, head }: Session,
  waiting: readonly EventDocument[],
): Promise<readonly EventDocument[]> {
  const { firstEventId } = head;
  if (head.size > 0 || firstEventId === undefined || waiting.some(({ id }) => id === firstEventId)) return waiting;
  const [first] = await store.events(tenantId, [firstEventId]);
  return first?.data["pending"] === true ? [first, ...waiting] : waiting;
}

function begin({ sha256, deps }: SequencerMeans, { origin, epoch, opening }: Remembered): LogHead {
  if (opening !== null)
    throw new ProofError("CHECKPOINT_OTHER_ORIGIN", "The recovery that opened this log was not carried to its end.");
  return emptyHead(sha256, { origin, epoch }, deps.clock.now());
}

function isLeased({ deps, ignoresLease }: SequencerMeans, head: LogHead | null): boolean {
  return ignoresLease !== true && head?.lease !== undefined && head.lease.untilAt > deps.clock.now();
}

async function takeLease({ deps, store }: SequencerMeans, session: Session): Promise<Session | null> {
  const untilAt = new Date(Date.parse(deps.clock.now()) + LEASE_MS).toISOString();
  const head = { ...session.head, lease: { holder: deps.ids.random(), untilAt } };
  const version = await store.writeHead(session.tenantId, head, session.version);
  return version === null ? null : { ...session, head, version };
}

/** Says in the head what is published, and that nobody is at work. If somebody else is by now, it is theirs to say. */
async function release({ store }: SequencerMeans, session: Session): Promise<void> {
  const head = { ...session.head };
  delete head.lease;
  if (head.publishedSize === head.size) delete head.needsSweep;
  await store.writeHead(session.tenantId, head, session.version);
}

async function freeze(
  means: SequencerMeans,
  remembered: Remembered,
  head: LogHead | null,
  reason: FreezeReason,
): Promise<Outcome> {
  const kept = await means.signer.freeze(remembered, reason, head, means.deps.clock.now());
  return sayFrozen(means, remembered.tenantId, kept.reason);
}

const FROZEN_BECAUSE: Readonly<Record<FreezeReason, string>> = {
  HEAD_SHRANK:
    "The database's log is shorter than what was signed: an older state was restored, or entries were taken away.",
  HEAD_FORKED: "The database's log does not continue what was signed: entries were changed.",
  HEAD_OTHER_LOG: "The database holds another log than the one that was signed.",
};

async function sayFrozen(means: SequencerMeans, tenantId: string, reason: FreezeReason): Promise<Outcome> {
  await raiseAlarm(means, tenantId, "LOG_FROZEN", FROZEN_BECAUSE[reason]);
  return "frozen";
}
