import type { Deps } from "../commit/deps.js";
import { database } from "../platform/database.js";
import { openBucket, openKms, secretReader } from "../platform/google-clients.js";
import type { RecoveryMeans } from "./begin-new-log.js";
import { bucketStore } from "./bucket-store.js";
import type { CheckMeans } from "./check-log.js";
import { checkpointSigner } from "./checkpoint-signer.js";
import type { CheckpointSigner, LogKeys } from "./checkpoint-signer.js";
import { firestoreLogInspection } from "./firestore-inspection-store.js";
import { firestoreLogStore } from "./firestore-log-store.js";
import { folderStore } from "./folder-store.js";
import { logKeys } from "./log-keys.js";
import { readLogSettings } from "./log-settings.js";
import { nodeCrypto } from "./node-crypto.js";
import { ed25519Verifier } from "./note.js";
import type { RebuildMeans } from "./rebuild-tiles.js";
import { sealArchive } from "./seal-archive.js";
import type { SealArchive } from "./seal-archive.js";
import type { SealMeans } from "./seal-log.js";
import type { SequencerMeans } from "./sequencer-means.js";
import { signerMemory } from "./signer-memory.js";

/** Everything that writes, signs and checks logs in this process. */
export type LogMeans = SequencerMeans & RecoveryMeans & CheckMeans & RebuildMeans & SealMeans;

interface Opened {
  readonly signer: CheckpointSigner;
  readonly keys: LogKeys;
  readonly archive: SealArchive;
}

let opened: Promise<Opened> | undefined;

/** The means of this process, by its environment. Throws an error that names every setting that is missing. */
export async function openLogMeans(deps: Deps, requestId: string): Promise<LogMeans> {
  opened ??= open();
  // What failed is tried again the next time.
  opened.catch(() => (opened = undefined));
  const { signer, keys, archive } = await opened;
  const store = firestoreLogStore(database());
  return {
    deps,
    requestId,
    sha256: nodeCrypto.sha256,
    crypto: nodeCrypto,
    store,
    log: store,
    inspection: firestoreLogInspection(database()),
    signer,
    archive,
    verifiers: async (origin) => (await keys(origin)).map((key) => ed25519Verifier(nodeCrypto, key.verifierKey)),
  };
}

async function open(): Promise<Opened> {
  const settings = readLogSettings(process.env);
  const { host, memory } = settings;
  const store = memory.kind === "folder" ? folderStore(memory.path) : bucketStore(await openBucket(memory.name));
  const keys = logKeys(settings.keys, { kms: openKms, secret: secretReader() });
  return {
    keys,
    archive: sealArchive(nodeCrypto.sha256, store),
    signer: checkpointSigner(nodeCrypto, signerMemory(nodeCrypto.sha256, store, host), keys),
  };
}
