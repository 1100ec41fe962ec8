import { encodeBase64, equalBytes, toHex, utf8 } from "./bytes.js";
import { parseLeaf } from "./leaf.js";
import type { Findings } from "./log-finding.js";
import type { LogReader } from "./log-store.js";
import { EMPTY_FRONTIER, appendLeaf, leafHash, rootOf } from "./merkle.js";
import type { Frontier, Hash, Sha256 } from "./merkle.js";
import { ProofError } from "./proof-error.js";
import { MAX_SEAL_PARTS } from "./seal-archive.js";
import type { Seal, SealArchive, SealedPartRef } from "./seal-archive.js";
import { sealEventId } from "./seal-log.js";
import { parseSealedPart } from "./sealed-part.js";

/** What one seal says, without its objects: few enough bytes to hold those of years. */
export interface SealedState {
  readonly number: number;
  readonly to: number;
  readonly root: Hash;
}

interface SealsCheck {
  readonly sha256: Sha256;
  readonly log: Pick<LogReader, "events">;
  readonly archive: SealArchive;
  readonly findings: Findings;
  /** For event ids, over text. */
  readonly hash: (text: string) => string;
}

/** Events that are asked for at once. */
const EVENTS_AT_ONCE = 300;

/**
 * Do the sealed entries of a log still make the roots that they were sealed under (M07.11)? Reads every object, hashes every event
 * and every leaf, and looks for the event of each seal. Gives the seals, so that their roots are compared with the tree's own.
 */
export async function checkSeals(check: SealsCheck, tenantId: string, origin: string): Promise<readonly SealedState[]> {
  const { archive, findings } = check;
  const states: SealedState[] = [];
  let frontier: Frontier = EMPTY_FRONTIER;
  try {
    for (;;) {
      const seal = await archive.read(origin, states.length + 1);
      if (seal === null) break;
      states.push({ number: seal.number, to: seal.to, root: seal.root });
      frontier = await checkSeal(check, seal, origin, tenantId, frontier);
    }
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    findings.add("SEAL_DIFFERS", error.message);
  }
  // The newest one's event may still be on its way: it is recorded before another seal is made.
  await checkEvents(check, tenantId, origin, states.length - 1);
  return states;
}

async function checkSeal(
  { sha256, archive, findings }: SealsCheck,
  seal: Seal,
  origin: string,
  tenantId: string,
  before: Frontier,
): Promise<Frontier> {
  if (seal.from !== before.size)
    findings.add("SEAL_DIFFERS", `seal ${seal.number} begins at ${seal.from}, the one before ends at ${before.size}`);
  let frontier = before;
  for (const part of seal.parts.slice(0, MAX_SEAL_PARTS)) {
    const entries = parseSealedPart(await archive.readPart(origin, part));
    if (entries.length !== part.to - part.from || !entries.every((entry) => isEntry(sha256, tenantId, entry)))
      findings.add("SEAL_DIFFERS", `${spanOf(part)}: an event is not the one that its leaf names`);
    for (const { leaf } of entries) frontier = appendLeaf(sha256, frontier, leafHash(sha256, utf8(leaf)));
  }
  if (frontier.size !== seal.to || !equalBytes(rootOf(sha256, frontier), seal.root))
    findings.add("SEAL_DIFFERS", `seal ${seal.number}: its entries do not make the root ${encodeBase64(seal.root)}`);
  // The next one is held against what this one says, so that one broken seal is one finding.
  return seal.frontier;
}

function isEntry(sha256: Sha256, tenantId: string, { leaf, event }: { leaf: string; event: string }): boolean {
  const { eventSha256, tenant } = parseLeaf(leaf);
  return tenant === tenantId && toHex(sha256(utf8(event))) === eventSha256;
}

async function checkEvents(check: SealsCheck, tenantId: string, origin: string, count: number): Promise<void> {
  const ids = Array.from({ length: Math.max(0, count) }, (_, at) => sealEventId(check.hash, origin, at + 1));
  for (let at = 0; at < ids.length; at += EVENTS_AT_ONCE) {
    const events = await check.log.events(tenantId, ids.slice(at, at + EVENTS_AT_ONCE));
    for (const [n, event] of events.entries())
      if (event === null) check.findings.add("SEAL_DIFFERS", `no event tells of seal ${at + n + 1}`);
  }
}

const spanOf = ({ from, to }: SealedPartRef): string => `the sealed entries ${from} to ${to}`;
