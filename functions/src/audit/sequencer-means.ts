import type { LogHead } from "../contracts/index.js";
import type { CheckpointSigner } from "./checkpoint-signer.js";
import type { AlarmMeans } from "./log-alarms.js";
import type { HeadVersion, LogStore } from "./log-store.js";
import type { Sha256 } from "./merkle.js";
import type { Remembered } from "./signer-memory.js";

/** What the sequencer takes from the world. */
export interface SequencerMeans extends AlarmMeans {
  readonly store: LogStore;
  readonly signer: CheckpointSigner;
  readonly sha256: Sha256;
  /** In tests only: nothing may depend on the lease. */
  readonly ignoresLease?: boolean;
}

/** One log in one run's hands. */
export interface Session {
  readonly tenantId: string;
  readonly remembered: Remembered;
  readonly head: LogHead;
  readonly version: HeadVersion;
  /** The entries behind what is signed, if this run sequenced them itself. */
  readonly unsigned: readonly string[] | null;
}
