import type { Deps } from "../commit/deps.js";
import { readStored } from "../commit/read-stored.js";
import { LogCosignatures, LogWitness, cosignaturesRef, inTenant, witnessRef } from "../contracts/index.js";
import type { LogCheckpoint, UtcInstant } from "../contracts/index.js";
import { askWitness } from "./ask-witness.js";
import type { PostText, Witness, WitnessAnswer, WitnessedState } from "./ask-witness.js";
import { parseVerifierKey } from "./verifier-key.js";
import { readCurrentLog } from "./current-log.js";
import type { LogReader } from "./log-store.js";
import { proveConsistency } from "./merkle-prover.js";
import type { ProofCrypto } from "./note.js";
import { storedHashes } from "./stored-hashes.js";

export interface WitnessDeps extends Deps {
  readonly log: LogReader;
  readonly crypto: ProofCrypto;
  readonly post: PostText;
  readonly witnesses: readonly Witness[];
}

/** Document ids of witnesses: the first half of the SHA-256 of their key. */
const ID_DIGITS = 32;

/**
 * Has every configured witness cosigned this studio's newest checkpoint? Asks those that have not, stores what they sign, and what
 * was wrong with those that did not. A witness is never the reason for anything to wait: what failed is asked again at the next
 * checkpoint. Gives how many cosigned now, and how many hold that the log was forked or rolled back.
 */
export async function witnessLog(
  deps: WitnessDeps,
  tenantId: string,
): Promise<{ readonly cosigned: number; readonly contradicted: number }> {
  const checkpoint = await readCurrentLog(deps.log, tenantId);
  if (checkpoint === null) return { cosigned: 0, contradicted: 0 };
  const counts = { cosigned: 0, contradicted: 0 };
  for (const witness of deps.witnesses) {
    const id = deps.sha256(witness.verifierKey).slice(0, ID_DIGITS);
    const path = inTenant(tenantId, witnessRef(checkpoint.epoch, id));
    const known = await read(deps, path);
    if (known !== null && known.problem === null && known.size >= checkpoint.size) continue;
    const state = stateOf(deps, tenantId, checkpoint);
    const answer = await askWitness(
      deps.crypto,
      deps.post,
      witness,
      state,
      Math.min(known?.size ?? 0, checkpoint.size),
    );
    await store(deps, { tenantId, checkpoint, path, witness, answer, known });
    if (answer.kind === "cosigned") counts.cosigned++;
    if (answer.kind === "ahead" || answer.kind === "inconsistent") counts.contradicted++;
  }
  return counts;
}

/** The checked signature lines of witnesses for a checkpoint, as they stand behind the log's own. */
export async function readCosignatures(deps: Deps, tenantId: string, epoch: number, size: number): Promise<string[]> {
  const stored = await deps.transactor.transact(async (reads) => {
    const [document] = await reads.get([inTenant(tenantId, cosignaturesRef(epoch, size))]);
    return { changes: [], events: [], answer: readStored(LogCosignatures, document) };
  });
  return stored?.cosignatures.map(({ line }) => line) ?? [];
}

function read(deps: Deps, path: string): Promise<LogWitness | null> {
  return deps.transactor.transact(async (reads) => ({
    changes: [],
    events: [],
    answer: readStored(LogWitness, (await reads.get([path]))[0]),
  }));
}

function stateOf({ log, crypto }: WitnessDeps, tenantId: string, { epoch, size, note }: LogCheckpoint): WitnessedState {
  const hashes = storedHashes(crypto.sha256, log, { tenantId, epoch }, size);
  return { size, checkpoint: note, proveFrom: (oldSize) => proveConsistency(crypto.sha256, hashes, oldSize, size) };
}

interface Answered {
  readonly tenantId: string;
  readonly checkpoint: LogCheckpoint;
  readonly path: string;
  readonly witness: Witness;
  readonly answer: WitnessAnswer;
  readonly known: LogWitness | null;
}

/** The witness's state, and with it the cosignature among those of its checkpoint. */
function store(deps: WitnessDeps, { tenantId, checkpoint, path, witness, answer, known }: Answered): Promise<void> {
  const { name } = parseVerifierKey(deps.crypto.sha256, witness.verifierKey);
  const at = inTenant(tenantId, cosignaturesRef(checkpoint.epoch, checkpoint.size));
  return deps.transactor.transact(async (reads) => {
    const stored = readStored(LogCosignatures, (await reads.get([at]))[0]);
    const now = deps.clock.now();
    const state: LogWitness = { v: 1, witness: name, ...heard(answer, checkpoint, known, now), askedAt: now };
    const changes = [{ op: "set" as const, path, data: LogWitness.parse(state) }];
    if (answer.kind !== "cosigned") return { changes, events: [], answer: undefined };
    const { line, cosignedAtSeconds } = answer.cosignature;
    const others = (stored?.cosignatures ?? []).filter((cosignature) => cosignature.witness !== name);
    const cosignature = { witness: name, line, cosignedAt: new Date(cosignedAtSeconds * 1_000).toISOString() };
    const all: LogCosignatures = {
      v: 1,
      epoch: checkpoint.epoch,
      size: checkpoint.size,
      cosignatures: [...others, cosignature],
    };
    return {
      changes: [...changes, { op: "set" as const, path: at, data: LogCosignatures.parse(all) }],
      events: [],
      answer: undefined,
    };
  });
}

function heard(
  answer: WitnessAnswer,
  checkpoint: LogCheckpoint,
  known: LogWitness | null,
  now: UtcInstant,
): Pick<LogWitness, "size" | "cosignedAt" | "problem" | "detail"> {
  const before = { size: known?.size ?? 0, cosignedAt: known?.cosignedAt ?? null };
  switch (answer.kind) {
    case "cosigned":
      return { size: checkpoint.size, cosignedAt: now, problem: null, detail: "" };
    case "ahead":
      return {
        ...before,
        problem: "ahead",
        detail: `it knows ${answer.size} entries, and the log has ${checkpoint.size}`,
      };
    case "inconsistent":
      return { ...before, problem: "inconsistent", detail: "it knows another history of this log" };
    case "unknown_log":
      return { ...before, problem: "unknown_log", detail: `status ${answer.status}` };
    case "failed":
      return { ...before, problem: "failed", detail: answer.why.slice(0, 200) };
  }
}
