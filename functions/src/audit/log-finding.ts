/** What a check of a log can find, as a closed list. */
export type FindingKind =
  /** An entry's event is gone, is another than the one that was hashed, was stored again, or says another index. */
  | "EVENT_MISSING"
  | "EVENT_ALTERED"
  | "EVENT_RECREATED"
  | "EVENT_MISPLACED"
  | "COPY_DIFFERS"
  /** A tile, the head, or a checkpoint is not what the events make. */
  | "TILE_DIFFERS"
  | "HEAD_DIFFERS"
  | "CHECKPOINT_DIFFERS"
  /** What was sealed is gone, changed, or not what the tree holds; or no event tells of it. */
  | "SEAL_DIFFERS"
  /** The signer remembers another log than the database holds, or has stopped signing. */
  | "SIGNER_DIFFERS"
  /** A record's versions have a hole, or the record is at another version than the last one told of. */
  | "VERSION_GAP"
  | "VERSION_DIFFERS"
  /** There are more or fewer events than entries, waiting ones and refused ones. */
  | "COUNT_DIFFERS";

export interface LogFinding {
  readonly kind: FindingKind;
  /** What exactly, for a person. Names ids and paths, never contents. */
  readonly text: string;
}

/** How many findings are told in full; all are counted. */
const MAX_TOLD_FINDINGS = 100;

/** Findings as they come, told up to a bound. */
export class Findings {
  readonly told: LogFinding[] = [];
  count = 0;

  add(kind: FindingKind, text: string): void {
    this.count += 1;
    if (this.told.length < MAX_TOLD_FINDINGS) this.told.push({ kind, text });
  }
}
