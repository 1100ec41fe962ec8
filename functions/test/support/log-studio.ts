import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteApp, initializeApp } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import type { Firestore } from "firebase-admin/firestore";
import { checkpointSigner } from "../../src/audit/checkpoint-signer.js";
import type { CreateOnlyStore } from "../../src/audit/create-only-store.js";
import { firestoreLogStore } from "../../src/audit/firestore-log-store.js";
import { folderStore } from "../../src/audit/folder-store.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { recordEvent } from "../../src/audit/record-event.js";
import type { EventDraft } from "../../src/audit/record-event.js";
import { seedSigner } from "../../src/audit/seed-signer.js";
import { sequenceLog } from "../../src/audit/sequence-log.js";
import type { SequenceReport } from "../../src/audit/sequence-log.js";
import type { SequencerMeans } from "../../src/audit/sequencer-means.js";
import { signerMemory } from "../../src/audit/signer-memory.js";
import { eventMeans } from "../../src/commit/deps.js";
import type { Deps } from "../../src/commit/deps.js";
import { inTenant } from "../../src/contracts/index.js";
import { toFirestore } from "../../src/platform/firestore-codec.js";
import { firestoreTransactor } from "../../src/platform/firestore-transactor.js";
import { productionDeps } from "../../src/platform/production-deps.js";
import { anOwner } from "./builders.js";
import { requireEnv } from "./require-env.js";

export const HOST = "studio.example";
const SEED = Buffer.alloc(32, 7);
const EVENTS_PER_COMMIT = 250;

/** A studio's log of its own on the real Firestore emulator, with a signer whose memory is a folder of its own. */
export interface LogStudio {
  readonly tenantId: string;
  readonly projectId: string;
  readonly firestore: Firestore;
  readonly deps: Deps;
  readonly memory: CreateOnlyStore;
  verifierKeyOf(origin: string): string;
  /** The means of one sequencer: a process of its own would share no more with another. */
  means(changes?: Partial<SequencerMeans>): SequencerMeans;
  run(): Promise<SequenceReport>;
  /** Events as actions write them. Gives their ids. */
  act(count: number, draft?: (n: number) => Partial<EventDraft>): Promise<string[]>;
  at(ref: string): FirebaseFirestore.DocumentReference;
  close(): Promise<void>;
}

/** A project of its own, so that no emulated function hears of what happens here. */
export function openLogStudio(): LogStudio {
  requireEnv("FIRESTORE_EMULATOR_HOST");
  const tenantId = `t-${randomBytes(6).toString("hex")}`;
  const projectId = `demo-log-${process.pid}`;
  const app = initializeApp({ projectId }, tenantId);
  const firestore = getFirestore(app);
  const deps: Deps = { ...productionDeps(), transactor: firestoreTransactor(firestore) };
  const folder = mkdtempSync(join(tmpdir(), "studio-signer-"));
  const memory = folderStore(folder);
  const at = (ref: string) => firestore.doc(inTenant(tenantId, ref));
  const means: LogStudio["means"] = (changes = {}) => ({
    deps,
    requestId: "test-sequencer",
    sha256: nodeCrypto.sha256,
    store: firestoreLogStore(firestore),
    signer: signerOn(memory),
    ...changes,
  });
  let acts = 0;
  return {
    tenantId,
    projectId,
    firestore,
    deps,
    memory,
    verifierKeyOf: (origin) => seedSigner(origin, SEED).verifierKey,
    means,
    at,
    run: () => sequenceLog(means(), tenantId),
    act: async (count, draft = () => ({})) => {
      const ids: string[] = [];
      while (ids.length < count) {
        const batch = firestore.batch();
        for (let n = 0; n < EVENTS_PER_COMMIT && ids.length < count; n++) {
          const eventId = deps.ids.random();
          for (const change of anEvent(deps, tenantId, eventId, draft(acts++)).changes)
            if (change.op === "create") batch.create(firestore.doc(change.path), toFirestore(change.data));
          ids.push(eventId);
        }
        await batch.commit();
      }
      return ids;
    },
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await deleteApp(app);
    },
  };
}

/** A signer as production has it, on this memory. */
export function signerOn(memory: CreateOnlyStore) {
  const keys = (origin: string) => Promise.resolve([seedSigner(origin, SEED)]);
  return checkpointSigner(nodeCrypto, signerMemory(nodeCrypto.sha256, memory, HOST), keys);
}

function anEvent(deps: Deps, tenantId: string, eventId: string, draft: Partial<EventDraft>) {
  return recordEvent(
    {
      tenantId,
      type: "proposal.submitted",
      at: deps.clock.now(),
      actor: anOwner(),
      outcome: "done",
      requestId: "test-request",
      ...draft,
    },
    eventMeans(deps, eventId),
  );
}
