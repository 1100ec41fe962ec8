import type { LogCheckpoint, LogHead, LogTile } from "../contracts/index.js";
import type { EventDocument } from "./event-document.js";
import type { LogBatch } from "./plan-batch.js";
import type { RecordedEvent } from "./record-event.js";

export type { EventDocument };

/** Reads a studio's log. Nothing that it gives is to be believed: the signed checkpoint is what the rest must lead to. */
export interface LogReader {
  head(tenantId: string): Promise<LogHead | null>;
  /** The tile as far as it has grown, which may be further than a checkpoint reaches; its first hashes never change. */
  tile(tenantId: string, epoch: number, level: number, index: number): Promise<LogTile | null>;
  newestCheckpoint(tenantId: string, epoch: number): Promise<LogCheckpoint | null>;
  checkpoint(tenantId: string, epoch: number, size: number): Promise<LogCheckpoint | null>;
  /** The events of these ids, in their order; null where there is none. One read for each. At most 300 at once. */
  events(tenantId: string, ids: readonly string[]): Promise<readonly (EventDocument | null)[]>;
}

/** The state of the head that a write depends on: none may have come in between. Null: there is no head yet. */
export type HeadVersion = string | null;

/** What the sequencer writes, besides what it reads. Every write is conditional; null means that somebody else was first. */
export interface LogStore extends LogReader {
  headWithVersion(tenantId: string): Promise<{ readonly head: LogHead | null; readonly version: HeadVersion }>;
  /** Events that wait for their index, the oldest first. */
  pending(tenantId: string, limit: number): Promise<readonly EventDocument[]>;
  /** Writes the head alone, if it is still of this version. Gives the new version. */
  writeHead(tenantId: string, head: LogHead, version: HeadVersion): Promise<string | null>;
  /** Writes a batch blindly, if the head is still of this version and every event as it was read. */
  commitBatch(tenantId: string, batch: LogBatch, version: HeadVersion): Promise<string | null>;
  /** Takes the event out of those that wait, and stores the alarm about it. False: it is no longer as it was read. */
  setAside(tenantId: string, event: EventDocument, alarm: RecordedEvent): Promise<boolean>;
  /** Publishes a checkpoint; one of this size that is already there stays. */
  publish(tenantId: string, checkpoint: LogCheckpoint): Promise<void>;
}
