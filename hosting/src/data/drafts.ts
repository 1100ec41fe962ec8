/** The part of `Storage` that drafts need. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What somebody was writing on one proposal, for one kind of decision. */
export type DraftKind = "approve" | "reject" | "withdraw" | "rollback" | "reopen";

const draftKey = (tenantId: string, proposalId: string, kind: DraftKind): string =>
  `draft:${tenantId}:${proposalId}:${kind}`;
const intentKey = (tenantId: string, proposalId: string, operation: string, planId: string): string =>
  `intent:${tenantId}:${proposalId}:${operation}:${planId}`;

const formKey = (tenantId: string, form: string): string => `form:${tenantId}:${form}`;

/** What `claimWords` needs beside: every key that is there. */
export type WordStorage = DraftStorage & Pick<Storage, "key" | "length">;

const OWNER_KEY = "words-of";
const WORDS = /^(draft|form|intent):/;

/**
 * From now on this tab's words are this person's: what somebody else left in it goes. Whoever signs in again, after an
 * expiry or a reload, finds their own as they were.
 */
export function claimWords(open: () => WordStorage, uid: string): void {
  quietly(() => {
    const storage = open();
    if (storage.getItem(OWNER_KEY) !== uid)
      for (const key of Array.from({ length: storage.length }, (_, at) => storage.key(at)))
        if (key !== null && WORDS.test(key)) storage.removeItem(key);
    storage.setItem(OWNER_KEY, uid);
  });
}

/**
 * Words survive a reload, a lost connection and a new sign-in, in this tab only: session storage ends with the tab, so
 * that a shared studio computer keeps nobody's reasons. Storage that refuses (private mode, full) costs the draft and
 * nothing else.
 */
export function readDraft(storage: DraftStorage, tenantId: string, proposalId: string, kind: DraftKind): string {
  return quietly(() => storage.getItem(draftKey(tenantId, proposalId, kind))) ?? "";
}

export function keepDraft(
  storage: DraftStorage,
  tenantId: string,
  proposalId: string,
  kind: DraftKind,
  text: string,
): void {
  const key = draftKey(tenantId, proposalId, kind);
  quietly(() => (text === "" ? storage.removeItem(key) : storage.setItem(key, text)));
}

/** A whole form, as JSON text, under a name of its own: `propose:firing.flag`, `revise:p-1`. */
export function readForm(storage: DraftStorage, tenantId: string, form: string): unknown {
  return quietly(() => JSON.parse(storage.getItem(formKey(tenantId, form)) ?? "null") as unknown) ?? null;
}

/** `null` forgets it. */
export function keepForm(storage: DraftStorage, tenantId: string, form: string, held: unknown): void {
  const key = formKey(tenantId, form);
  quietly(() => (held === null ? storage.removeItem(key) : storage.setItem(key, JSON.stringify(held))));
}

/**
 * The Idempotency-Key of one intent: made once, kept over retries and reloads until the intent is settled, so that
 * pressing twice, or again after a timeout, has one effect.
 */
export function intentKeyFor(
  storage: DraftStorage,
  intent: { tenantId: string; proposalId: string; operation: "execute" | "rollback"; planId: string },
  newKey: () => string,
): string {
  const key = intentKey(intent.tenantId, intent.proposalId, intent.operation, intent.planId);
  const kept = quietly(() => storage.getItem(key));
  if (kept !== null && kept !== undefined) return kept;
  const made = newKey();
  quietly(() => storage.setItem(key, made));
  return made;
}

/** The intent is settled: a later one, of the same kind on the same plan, is another intent. */
export function settleIntent(
  storage: DraftStorage,
  intent: { tenantId: string; proposalId: string; operation: "execute" | "rollback"; planId: string },
): void {
  quietly(() => storage.removeItem(intentKey(intent.tenantId, intent.proposalId, intent.operation, intent.planId)));
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
