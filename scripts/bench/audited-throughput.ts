import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { firestoreLogStore } from "../../functions/src/audit/firestore-log-store.js";
import { folderStore } from "../../functions/src/audit/folder-store.js";
import { nodeCrypto } from "../../functions/src/audit/node-crypto.js";
import type { RecordedEvent } from "../../functions/src/audit/record-event.js";
import { wakingTransactor } from "../../functions/src/audit/wake-sequencer.js";
import type { Deps } from "../../functions/src/commit/deps.js";
import type { Transactor } from "../../functions/src/commit/transactor.js";
import { signerOn } from "../../functions/test/support/log-studio.js";
import { approve, execute, submitFlag } from "./bench-studio.js";
import type { BenchStudio } from "./bench-studio.js";
import { wokenSequencer } from "./woken-sequencer.js";

export const ACTORS = 12;
const ROUNDS = 6;
/** Lives of a proposal that each actor brings about in a round: submit, approve, execute. */
const LIVES = 6;
const ACTIONS_PER_LIFE = 3;

/** Actions a second, of each round. */
export interface AuditedThroughput {
  readonly audited: readonly number[];
  readonly unaudited: readonly number[];
}

/**
 * What does the audit log cost those who act? Twelve actors in one studio bring proposals to their execution: with their events written
 * and a sequencer at work beside them, and with the same decisions without any. The two take turns.
 */
export async function measureAuditedThroughput(studio: BenchStudio): Promise<AuditedThroughput> {
  const folder = mkdtempSync(join(tmpdir(), "studio-signer-"));
  try {
    const sequencer = wokenSequencer({
      deps: studio.deps,
      requestId: "bench-sequencer",
      sha256: nodeCrypto.sha256,
      store: firestoreLogStore(studio.firestore),
      signer: signerOn(folderStore(folder)),
    });
    const audited = { ...studio.deps, transactor: wakingTransactor(studio.deps.transactor, sequencer.wake) };
    const unaudited = { ...studio.deps, transactor: withoutEvents(studio.deps.transactor) };
    await actionsPerSecond(studio, audited, "warm-up");
    const rates = { audited: [] as number[], unaudited: [] as number[] };
    for (let round = 0; round < ROUNDS; round++)
      for (const kind of round % 2 === 0 ? (["audited", "unaudited"] as const) : (["unaudited", "audited"] as const)) {
        const deps = kind === "audited" ? audited : unaudited;
        rates[kind].push(await actionsPerSecond(studio, deps, `${kind}-${round}`));
        await sequencer.settled();
      }
    return rates;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function actionsPerSecond(studio: BenchStudio, deps: Deps, name: string): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: ACTORS }, async (_, actor) => {
      for (let life = 0; life < LIVES; life++) {
        const submitted = await submitFlag(studio, deps, `${name}-${actor}-${life}`);
        await execute({ ...studio, deps }, await approve(studio, deps, submitted));
      }
    }),
  );
  return (ACTORS * LIVES * ACTIONS_PER_LIFE) / ((performance.now() - startedMs) / 1_000);
}

/** The door to stored state as it may be nowhere else: decisions are judged and written, and not put on record. */
function withoutEvents(transactor: Transactor): Transactor {
  const unwritten = (event: RecordedEvent): RecordedEvent => ({ ...event, changes: [] });
  return {
    transact: (body) =>
      transactor.transact(async (reads) => {
        const commit = await body(reads);
        return { ...commit, events: commit.events.map(unwritten) };
      }),
  };
}
