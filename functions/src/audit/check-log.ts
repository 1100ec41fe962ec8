import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { inTenant, logHealthRef } from "../contracts/index.js";
import type { JsonObject, LogHead } from "../contracts/index.js";
import { checkEntries } from "./check-entries.js";
import type { EntriesCheck } from "./check-entries.js";
import type { CheckpointSigner } from "./checkpoint-signer.js";
import { judgeHead } from "./decide-signature.js";
import type { EventDocument } from "./event-document.js";
import { clearAlarms, raiseAlarm, readHealth } from "./log-alarms.js";
import type { AlarmMeans } from "./log-alarms.js";
import { checkSeals } from "./check-seals.js";
import { Findings } from "./log-finding.js";
import type { LogFinding } from "./log-finding.js";
import { parseLeaf } from "./leaf.js";
import type { LogReader } from "./log-store.js";
import type { NoteVerifier, ProofCrypto } from "./note.js";
import { readLeaves } from "./read-leaves.js";
import { ResourceVersions } from "./resource-versions.js";
import type { SealArchive } from "./seal-archive.js";

/** What a check reads besides the log: everything that an attacker would have to keep consistent with it. */
export interface LogInspection {
  checkpoints(tenantId: string, epoch: number, overSize: number): AsyncIterable<EntriesCheckpoint>;
  /** Events that wait for their index. */
  pendingEvents(tenantId: string): AsyncIterable<EventDocument>;
  /** Every event of the studio, of whatever log, in no order that means anything. */
  allEvents(tenantId: string): AsyncIterable<EventDocument>;
  /** Of one moment: how many events there are of each kind, how far the head is, and how far closed logs were. */
  countEvents(tenantId: string): Promise<EventCounts>;
  /** The documents of these tenant-relative paths; null where there is none. */
  documents(tenantId: string, refs: readonly string[]): Promise<readonly (JsonObject | null)[]>;
}
type EntriesCheckpoint = ReturnType<EntriesCheck["checkpoints"]> extends AsyncIterable<infer T> ? T : never;

interface EventCounts {
  readonly all: number;
  readonly pending: number;
  readonly quarantined: number;
  readonly headSize: number;
  /** Null: a log was closed whose size nobody knows. */
  readonly closedSize: number | null;
}

export interface CheckMeans extends AlarmMeans {
  readonly crypto: ProofCrypto;
  readonly log: LogReader;
  readonly inspection: LogInspection;
  readonly signer: Pick<CheckpointSigner, "recall">;
  readonly archive: SealArchive;
  /** The keys of a log, by its origin. */
  readonly verifiers: (origin: string) => Promise<readonly NoteVerifier[]>;
}

export interface LogCheck {
  readonly size: number;
  readonly count: number;
  readonly findings: readonly LogFinding[];
}

const DOCUMENTS_AT_ONCE = 300;
/** Entries that may come while a log is checked, and are looked at. */
const MAX_LATE = 50_000;

/**
 * Is a studio's log what its events, its records and its signer say (M07.6)? Rebuilds every tile and root from the events, compares every
 * checkpoint and everything that was sealed, looks for holes in the versions of every record, and counts. Changes nothing but the log's health: a finding raises
 * an alarm, and a check without one ends it.
 */
export async function checkLog(means: CheckMeans, tenantId: string): Promise<LogCheck> {
  const { deps, crypto, log, inspection } = means;
  const startedAt = deps.clock.now();
  const findings = new Findings();
  const versions = new ResourceVersions(findings);
  const remembered = await means.signer.recall(tenantId);
  // Before the head, as the memory was: what is sealed was in the database before.
  const seals = await checkSeals(
    { sha256: crypto.sha256, log, archive: means.archive, findings, hash: deps.sha256 },
    tenantId,
    remembered.origin,
  );
  const head = await log.head(tenantId);
  checkSigner(findings, remembered, head);
  if (head !== null)
    await checkEntries({
      crypto,
      log,
      checkpoints: (epoch, overSize) => inspection.checkpoints(tenantId, epoch, overSize),
      verifiers: await means.verifiers(remembered.origin),
      tenantId,
      head,
      signed: head.origin === remembered.origin ? remembered.newest : null,
      seals: head.origin === remembered.origin ? seals : [],
      versions,
      findings,
    });
  await checkVersions(means, { tenantId, epoch: remembered.epoch, head, versions, findings, startedAt });
  await checkCounts(inspection, tenantId, findings);
  await report(means, tenantId, head?.size ?? 0, findings);
  return { size: head?.size ?? 0, count: findings.count, findings: findings.told };
}

function checkSigner(
  findings: Findings,
  remembered: Awaited<ReturnType<CheckpointSigner["recall"]>>,
  head: LogHead | null,
): void {
  if (remembered.frozen !== null) findings.add("SIGNER_DIFFERS", `the signer is frozen: ${remembered.frozen.reason}`);
  const standing = judgeHead(remembered, head);
  if (standing.kind === "freeze") findings.add("SIGNER_DIFFERS", `the signer cannot go on: ${standing.reason}`);
}

interface VersionsCheck {
  readonly tenantId: string;
  readonly epoch: number;
  readonly head: LogHead | null;
  readonly versions: ResourceVersions;
  readonly findings: Findings;
  readonly startedAt: string;
}

async function checkVersions(means: CheckMeans, check: VersionsCheck): Promise<void> {
  const { tenantId, versions, findings, startedAt } = check;
  const { inspection, log } = means;
  await addOtherEvents(means, check);
  versions.reportHoles();
  const paths = versions.paths();
  for (let at = 0; at < paths.length; at += DOCUMENTS_AT_ONCE) {
    const refs = paths.slice(at, at + DOCUMENTS_AT_ONCE);
    const documents = await inspection.documents(tenantId, refs);
    for (const [n, ref] of refs.entries()) {
      const document = documents[n] ?? null;
      // Taken back: its last version is on record, and nothing else is left of it.
      if (document === null || document["auditVersion"] === versions.last(ref)) continue;
      if (await isNewerThan(log, tenantId, document, startedAt)) continue;
      const { auditVersion = "no version" } = document;
      findings.add(
        "VERSION_DIFFERS",
        `${ref} is at ${JSON.stringify(auditVersion)}, the last event tells of ${versions.last(ref)}`,
      );
    }
  }
}

/**
 * What tells of a record besides the entries that were checked: events that wait, and after a recovery those of the logs before. They are
 * outside of this log's tree, and their versions have to go on in its entries without a hole all the same.
 */
async function addOtherEvents(
  { inspection, log }: CheckMeans,
  { tenantId, epoch, head, versions }: VersionsCheck,
): Promise<void> {
  const added = new Set<string>();
  const add = ({ id, data }: EventDocument): void => {
    if (added.has(id) || typeof data["canonical"] !== "string") return;
    added.add(id);
    versions.add(data["canonical"]);
  };
  const others = epoch === 1 ? inspection.pendingEvents(tenantId) : inspection.allEvents(tenantId);
  for await (const event of others) {
    const { seq, logEpoch = 1, quarantined } = event.data;
    if (quarantined === undefined && (typeof seq !== "number" || logEpoch !== epoch)) add(event);
  }
  // Entries that came while the others were checked: they waited before, or are newer than the check.
  const now = await log.head(tenantId);
  if (head === null || now === null || now.origin !== head.origin || now.size <= head.size) return;
  const late = await readLeaves(log, { tenantId, epoch }, head.size, Math.min(now.size, head.size + MAX_LATE));
  for (let at = 0; at < late.length; at += DOCUMENTS_AT_ONCE) {
    const ids = late.slice(at, at + DOCUMENTS_AT_ONCE).map((leaf) => parseLeaf(leaf).id);
    for (const event of await log.events(tenantId, ids)) if (event !== null) add(event);
  }
}

/** Did the record change while it was checked? Then its newest event came after the check began, and is there. */
async function isNewerThan(
  log: LogReader,
  tenantId: string,
  document: JsonObject,
  startedAt: string,
): Promise<boolean> {
  const { lastEventId } = document;
  if (typeof lastEventId !== "string" || lastEventId === "" || lastEventId.includes("/")) return false;
  const [event] = await log.events(tenantId, [lastEventId]);
  return event != null && Number(event.createTime) / 1_000 >= Date.parse(startedAt);
}

async function checkCounts(inspection: LogInspection, tenantId: string, findings: Findings): Promise<void> {
  const { all, pending, quarantined, headSize, closedSize } = await inspection.countEvents(tenantId);
  if (closedSize === null) return;
  const due = headSize + closedSize + pending + quarantined;
  if (all !== due)
    findings.add("COUNT_DIFFERS", `there are ${all} events; entries, waiting and refused ones together are ${due}`);
}

async function report(means: AlarmMeans, tenantId: string, size: number, findings: Findings): Promise<void> {
  const [first] = findings.told;
  if (first === undefined) await clearAlarms(means, tenantId, ["LOG_DAMAGED"]);
  else
    await raiseAlarm(
      means,
      tenantId,
      "LOG_DAMAGED",
      `${findings.count} findings, the first: ${first.text}`.slice(0, 500),
    );
  await rememberCheck(means.deps, tenantId, size, findings.count);
}

function rememberCheck(deps: Deps, tenantId: string, size: number, findings: number): Promise<void> {
  return deps.transactor.transact(async (reads) => {
    const lastCheck = { checkedAt: deps.clock.now(), size, findings };
    const health = { ...(await readHealth(reads, tenantId)), lastCheck };
    const path = inTenant(tenantId, logHealthRef());
    return { changes: [{ op: "set" as const, path, data: toDocument(health) }], events: [], answer: undefined };
  });
}
